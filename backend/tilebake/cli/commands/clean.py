"""Declare `tilebake clean`: remove the pictures whose maps are gone."""

from pathlib import Path

import click

from tilebake.cli.help_sections import SectionCommand
from tilebake.cli.options import json_option, project_argument


@click.command("clean", cls=SectionCommand, short_help="Remove the pictures whose maps are gone.")
@project_argument
@click.option("--dry-run", is_flag=True, help="List them, and remove nothing.")
@json_option
def command(*, project: Path | None, dry_run: bool, as_json: bool) -> int:
    """Remove the textures of a project whose maps were deleted or renamed, with their records and reports.

    PROJECT is any folder of the project. The default is the current folder.

    Only files that a record of tilebake proves to be its own are removed, and a picture only if it still is
    the one that was baked. What is removed is listed; what is kept is told on stderr.
    """
    from tilebake.cli.run.clean import run_clean

    return run_clean(project or Path.cwd(), dry_run=dry_run, as_json=as_json)
