"""Take the pictures of the addon in docs/ from the real editor: `make screenshots`."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from PIL import Image

from tests.godot.harness.drawn_scenes import make_drawn_scenes
from tests.godot.harness.engine import (
    SCRIPTS,
    SCRIPTS_IN_PROJECT,
    Engine,
    copy_project,
    find_engine,
    write_project,
)
from tests.godot.harness.screen import DRAWING, draw, screen
from tests.godot.harness.user_plugin import add_user

PATIENCE: Final = 900.0  # seconds; two bakes of the demo are in it, and two previews
DEMO: Final = (768, 512)
INSPECTOR: Final = 288  # pixels at the window's right edge
NAMES_HEIGHT: Final = 640


def take(target: Path) -> None:
    """Save all pictures in a folder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        engine = find_engine().at_home(folder / "home")
        project = copy_project(folder / "demo")
        _bake(engine, project)
        _painting(engine, project, target)
        _editor(engine, project, target)
        _names(engine, folder / "town", target)


def _bake(engine: Engine, project: Path) -> None:
    engine.import_project(project).check()
    engine.run(project, "-s", "res://addons/tilebake/cli/export_maps.gd", "--", "--all").check()
    subprocess.run([sys.executable, "-m", "tilebake", "bake", str(project / "maps")], check=True)
    engine.import_project(project).check()


def _painting(engine: Engine, project: Path, target: Path) -> None:
    """Save the demo's tiles beside their painting."""
    frames = project.parent
    draw(engine, project, SCRIPTS / "game/draw_bakes.gd", str(frames), "demo=res://demo/demo.tscn=").check()
    both = Image.new("RGB", (2 * DEMO[0], DEMO[1]))
    for index, what in enumerate(("tiles", "painting")):
        with Image.open(frames / f"demo.{what}.png") as frame:
            left, top = (frame.width - DEMO[0]) // 2, (frame.height - DEMO[1]) // 2
            both.paste(frame.crop((left, top, left + DEMO[0], top + DEMO[1])), (index * DEMO[0], 0))
    both.save(target / "godot-painting.png", optimize=True)
    shutil.rmtree(project / SCRIPTS_IN_PROJECT)


def _editor(engine: Engine, project: Path, target: Path) -> None:
    """Save the whole window: a finished picture, previews in the inspector, and a bake that runs."""
    add_user(project, "editor/take_screenshots.gd")
    with screen(engine) as environment:
        run = engine.run(
            project,
            "--editor",
            *DRAWING,
            headless=False,
            timeout=PATIENCE,
            environment={**environment, "SCREENSHOTS": str(project.parent)},
        )
    run.check()
    for name in ("editor", "words", "retheme", "baking"):
        with Image.open(project.parent / f"{name}.png") as photo:
            photo.convert("RGB").save(target / f"godot-{name}.png", optimize=True)


def _names(engine: Engine, project: Path, target: Path) -> None:
    """Save the right side of the window, where names are proposed for a scene without any."""
    write_project(project, {"tilebake.toml": 'maps = ["maps"]\noutput = "baked"\n'})
    make_drawn_scenes(engine, project)
    add_user(project, "editor/photograph_names.gd")
    with screen(engine) as environment:
        run = engine.run(
            project,
            "--editor",
            *DRAWING,
            headless=False,
            timeout=PATIENCE,
            environment={**environment, "SCREENSHOTS": str(project.parent)},
        )
    run.check()
    with Image.open(project.parent / "names.png") as photo:
        window = photo.convert("RGB")
        window.crop((window.width - INSPECTOR, 0, window.width, NAMES_HEIGHT)).save(
            target / "godot-names.png", optimize=True
        )


if __name__ == "__main__":
    take(Path(sys.argv[1]))
