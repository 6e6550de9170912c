"""Declare `tilebake where`: print where tilebake keeps its files."""

from pathlib import Path

import click

from tilebake.cli.help_sections import SectionCommand
from tilebake.cli.options import json_option, project_argument


@click.command("where", cls=SectionCommand, short_help="Print where tilebake keeps its files.")
@project_argument
@json_option
def command(*, project: Path | None, as_json: bool) -> None:
    """Print where tilebake keeps the files of a project and its own.

    PROJECT is any folder of the project. The default is the current folder.

    \b
    version        the version of tilebake
    project        the project's root
    ready_file     how an editor finds the running watch; it exists while one runs
    log_file       the log of the project's watch
    cache_folder   finished textures and digests of files; safe to delete
    state_folder   locks and job journals

    Two environment variables move these folders: TILEBAKE_CACHE names the cache folder, TILEBAKE_STATE the
    state folder, which then also holds the logs.
    """
    from tilebake.cli.run.where import run_where

    run_where(project or Path.cwd(), as_json=as_json)
