"""`tilebake where`: a project's root, and the files by which its backend is found."""

import json
from pathlib import Path

import click

from tilebake import __version__
from tilebake.cli.options import json_option, project_argument
from tilebake.cli.table import table


@click.command("where", short_help="Tell where a project's backend is found.")
@project_argument
@json_option
def command(*, project: Path | None, as_json: bool) -> None:
    """Print this version, the project's root, its ready file and its log file.

    PROJECT is a folder of the project; without it, the current one. The two files are there once `tilebake
    watch` has run: the ready file for as long as it runs, the log file from then on.
    """
    from tilebake.cli.logfile import log_file
    from tilebake.level.project import project_root
    from tilebake.serve.api.ready import ready_file

    root = project_root(project or Path.cwd())
    fields = {
        "version": __version__,
        "project": str(root),
        "ready_file": str(ready_file(root)),
        "log_file": str(log_file(root)),
    }
    click.echo(json.dumps(fields) if as_json else table((), list(fields.items())))
