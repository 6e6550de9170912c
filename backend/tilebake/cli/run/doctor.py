"""Run `tilebake doctor`: print what was found, each with its hint."""

import json
from pathlib import Path
from typing import Final

from tilebake.cli.terminal.printing import print_result
from tilebake.level.project import project_root
from tilebake.serve.doctor import Finding, examine

PROBLEMS: Final = 1
WIDTH: Final = 16  # of the subjects' column


def run_doctor(start: Path, *, as_json: bool) -> int:
    """Examine the machine and the project of `start`, and return the exit code."""
    problems = 0
    for finding in examine(project_root(start)):
        problems += bool(finding.hint)
        print_result(json.dumps(finding.as_json()) if as_json else _lines(finding))
    return PROBLEMS if problems else 0


def _lines(finding: Finding) -> str:
    line = f"{finding.subject.ljust(WIDTH)}{finding.found}"
    return f"{line}\n{'→ '.rjust(WIDTH)}{finding.hint}" if finding.hint else line
