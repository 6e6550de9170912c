"""One editor for many tests, with its backend at rest between them; no test itself."""

from pathlib import Path
from typing import Final

from tests.godot.harness.editor import Editor, game_in, save
from tests.godot.harness.engine import Engine

MAP: Final = "maps/map0.tilebake.json"
PICTURE: Final = "baked/maps/map0.png"
QUICK: Final = 'maps = ["maps"]\noutput = "baked"\n[settings]\npixels_per_tile = 16\nsteps = 2\n'
ENDLESS: Final = QUICK.replace("steps = 2", "steps = 900")


class Desk:
    """A project of one map, and the editor that it is open in."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.project = game_in(engine, folder, toml=QUICK)
        self._engine = engine
        self._editor: Editor | None = None

    def at_rest(self) -> Editor:
        """The editor with its backend ready; started anew where it has ended."""
        editor = self._editor
        if editor is None or editor.process.poll() is not None:
            editor = self.open()
        elif editor.state != "READY":
            self.paints(QUICK)
            editor.order("restart")
        editor.until(lambda: editor.state == "READY", "the backend")
        return editor

    def open(self) -> Editor:
        """Open the project, for the first time or after its editor has ended."""
        self._editor = Editor(self._engine, self.project)
        return self._editor

    def paints(self, how: str) -> None:
        """Save tilebake.toml so that painting is QUICK or ENDLESS from now on."""
        save(self.project, "tilebake.toml", how)

    def close(self) -> None:
        if self._editor is not None:
            self._editor.kill()
