"""The pictures of README: its first map, and the map of `tilebake init` as pixel art.

    python -m benchmarks.docs_pages.first_map

Run it in the root of the repository when either map or the embedded model changed, and look
at both. The records beside them say what they show; tests/test_readme.py compares.
"""

import contextlib
import re
import tempfile
from pathlib import Path
from typing import Final

from benchmarks.serve.process import REPOSITORY
from tilebake.cli import tilebake

PICTURES: Final = REPOSITORY / "docs"


def main() -> None:
    """Paint both, by the commands that README shows."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        Path("lake.json").write_text(first_map(), encoding="utf-8")
        run("bake", "lake.json", "--out", str(PICTURES / "first-map.png"))
        run("init", "game", "--preset", "pixel-art")
        run("bake", "game/maps/lakeside.json", "--out", str(PICTURES / "pixel-art.png"))


def first_map() -> str:
    """Return the map that README has its readers save."""
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    found = re.search(r"^```json\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    assert found is not None, "README shows a map"
    return found[1]


def run(*words: str) -> None:
    """Run one command line of tilebake."""
    code = tilebake.main([*words], standalone_mode=False)
    assert not code, f"tilebake {' '.join(words)} failed"


if __name__ == "__main__":
    main()
