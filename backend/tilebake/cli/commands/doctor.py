"""`tilebake doctor`: what this machine and a project look like to tilebake, and what to fix."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from tilebake.cli.options import json_option, project_argument

if TYPE_CHECKING:
    from tilebake.serve.doctor import Finding

PROBLEMS: Final = 1
WIDTH: Final = 16  # of the subjects' column


@click.command("doctor", short_help="Explain this machine.")
@project_argument
@json_option
def command(*, project: Path | None, as_json: bool) -> int:
    """Look at all that tilebake needs: torch and its device, memory, the model, disks, watching, the backend.

    PROJECT is a folder of the project; without it, the current one. The exit code is 1 if there is something
    to fix.
    """
    from tilebake.level.project import project_root
    from tilebake.serve.doctor import examine

    problems = 0
    for finding in examine(project_root(project or Path.cwd())):
        problems += bool(finding.hint)
        click.echo(json.dumps(finding.as_json()) if as_json else _line(finding))
    return PROBLEMS if problems else 0


def _line(finding: "Finding") -> str:
    line = f"{finding.subject.ljust(WIDTH)}{finding.found}"
    return f"{line}\n{'→ '.rjust(WIDTH)}{finding.hint}" if finding.hint else line
