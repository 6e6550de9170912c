"""The pictures of the addon in docs/, taken of the real editor: `make screenshots`. No test."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from PIL import Image

from tests.godot.harness.engine import SCRIPTS, Engine, copy_project, find_engine
from tests.godot.harness.screen import DRAWING, draw, screen

PATIENCE: Final = 900.0  # seconds; two bakes of the demo are in it, and three looks
PHOTOGRAPHER: Final = (
    '[plugin]\nname="Photographer"\ndescription=""\nauthor=""\nversion="1"\nscript="plugin.gd"\n'
)
ENABLED: Final = 'PackedStringArray("res://addons/tilebake/plugin.cfg"'
DEMO: Final = (768, 512)


def take(target: Path) -> None:
    """Put all pictures into a folder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        engine = find_engine().at_home(folder / "home")
        project = copy_project(folder / "demo")
        _bake(engine, project)
        _painting(engine, project, target)
        _editor(engine, project, target)


def _bake(engine: Engine, project: Path) -> None:
    engine.import_project(project).checked()
    engine.run(project, "-s", "res://addons/tilebake/cli/export_maps.gd", "--", "--all").checked()
    subprocess.run([sys.executable, "-m", "tilebake", "bake", str(project / "maps")], check=True)
    engine.import_project(project).checked()


def _painting(engine: Engine, project: Path, target: Path) -> None:
    """The demo's tiles, and the painting of them beside."""
    frames = project.parent
    draw(engine, project, SCRIPTS / "draw_bakes.gd", str(frames), "demo=res://demo/demo.tscn=").checked()
    both = Image.new("RGB", (2 * DEMO[0], DEMO[1]))
    for index, what in enumerate(("tiles", "painting")):
        with Image.open(frames / f"demo.{what}.png") as frame:
            left, top = (frame.width - DEMO[0]) // 2, (frame.height - DEMO[1]) // 2
            both.paste(frame.crop((left, top, left + DEMO[0], top + DEMO[1])), (index * DEMO[0], 0))
    both.save(target / "godot-painting.png", optimize=True)
    (project / "draw_bakes.gd").unlink()


def _editor(engine: Engine, project: Path, target: Path) -> None:
    """The whole window: a finished picture, what the inspector shows of its words, and one being painted."""
    plugin = project / "addons/photographer"
    plugin.mkdir()
    (plugin / "plugin.cfg").write_text(PHOTOGRAPHER, encoding="utf-8")
    shutil.copy(SCRIPTS / "photographer.gd", plugin / "plugin.gd")
    shutil.copy(SCRIPTS / "words_hand.gd", plugin / "words_hand.gd")
    settings = (project / "project.godot").read_text(encoding="utf-8")
    enabled = settings.replace(ENABLED, f'{ENABLED}, "res://addons/photographer/plugin.cfg"')
    (project / "project.godot").write_text(enabled, encoding="utf-8")
    with screen(engine) as environment:
        run = engine.run(
            project,
            "--editor",
            *DRAWING,
            headless=False,
            timeout=PATIENCE,
            environment={**environment, "PHOTOS": str(project.parent)},
        )
    run.checked()
    for name in ("editor", "words", "retheme", "baking"):
        with Image.open(project.parent / f"{name}.png") as photo:
            photo.convert("RGB").save(target / f"godot-{name}.png", optimize=True)


if __name__ == "__main__":
    take(Path(sys.argv[1]))
