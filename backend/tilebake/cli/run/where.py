"""Run `tilebake where`: print where tilebake keeps its files."""

import json
from pathlib import Path

from tilebake.cli.logfile import log_file
from tilebake.cli.terminal.printing import print_result
from tilebake.cli.terminal.table import table
from tilebake.errors import shown
from tilebake.level.project import project_root
from tilebake.serve.api.ready import ready_file
from tilebake.user_folders import cache_folder, state_folder
from tilebake.version import __version__


def run_where(start: Path, *, as_json: bool) -> None:
    """Print the files of the project of `start`, and the user's folders."""
    root = project_root(start)
    fields = {
        "version": __version__,
        "project": str(root),
        "ready_file": str(ready_file(root)),
        "log_file": str(log_file(root)),
        "cache_folder": str(cache_folder()),
        "state_folder": str(state_folder()),
    }
    print_result(
        json.dumps(fields) if as_json else table((), [(name, shown(value)) for name, value in fields.items()])
    )
