"""tilebake as its console script runs it, with a renderer that costs nothing in the model's place; no test.

    python -m tests.helpers.quick_tilebake LOG watch ...

LOG is what the renderer notes. Everything but the model is as it always is.
"""

import sys
from pathlib import Path
from unittest.mock import patch

from tests.helpers.counting_baker import CountingBaker
from tilebake.cli import run_command_line
from tilebake.cli.run import watch
from tilebake.cli.terminal.printing import fill_standard_streams


def main(log: Path, arguments: list[str]) -> int:
    def painter_for(*_: object, **__: object) -> CountingBaker:
        return CountingBaker(log)

    fill_standard_streams()
    with patch.object(watch, "PainterFactory", painter_for):
        return run_command_line(arguments)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
