"""Share one editor among many tests, with its backend at rest between them."""

from pathlib import Path
from typing import Final

from tests.godot.harness.editor import COLD_START, Editor, make_game, save
from tests.godot.harness.engine import Engine

MAP: Final = "maps/map0.tilebake.json"
PICTURE: Final = "baked/maps/map0.png"
QUICK: Final = 'maps = ["maps"]\noutput = "baked"\n[settings]\npixels_per_tile = 16\nsteps = 2\n'
ENDLESS: Final = QUICK.replace("steps = 2", "steps = 900")


class SharedEditor:
    """Hold a project of one map, and the editor that it is open in."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.project = make_game(engine, folder, toml=QUICK)
        self._engine = engine
        self._editor: Editor | None = None

    def at_rest(self) -> Editor:
        """Return the editor with its backend ready; open it again where it has ended."""
        editor = self._editor
        if editor is None or editor.process.poll() is not None:
            editor = self.open()
        elif editor.state != "READY":
            self.set_steps(QUICK)
            editor.command("restart")
        editor.until(lambda: editor.state == "READY", "the state READY", COLD_START)
        return editor

    def open(self) -> Editor:
        """Open the project, for the first time or after its editor has ended."""
        self._editor = Editor(self._engine, self.project)
        return self._editor

    def set_steps(self, toml: str) -> None:
        """Save tilebake.toml so that bakes are QUICK or ENDLESS from now on."""
        save(self.project, "tilebake.toml", toml)

    def close(self) -> None:
        """End the editor, if it runs."""
        if self._editor is not None:
            self._editor.kill()
