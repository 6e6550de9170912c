"""Declare `tilebake doctor`: check the machine and the project, and say what to fix."""

from pathlib import Path

import click

from tilebake.cli.help_sections import SectionCommand
from tilebake.cli.options import json_option, project_argument


@click.command("doctor", cls=SectionCommand, short_help="Check this machine and a project.")
@project_argument
@json_option
def command(*, project: Path | None, as_json: bool) -> int:
    """Check all that tilebake needs, and say what to fix.

    Checks torch and its device, memory, the model, the maps, disks, file watching and the running backend.
    PROJECT is any folder of the project. The default is the current folder. The exit code is 1 if there is
    something to fix.
    """
    from tilebake.cli.run.doctor import run_doctor

    return run_doctor(project or Path.cwd(), as_json=as_json)
