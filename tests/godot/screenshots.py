"""Take the pictures of the addon in docs/ from the real editor: `make screenshots`."""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from PIL import Image

from tests.godot.harness.addon_imports import adopt_imports
from tests.godot.harness.checks import assert_checks
from tests.godot.harness.drawn_island import make_island
from tests.godot.harness.drawn_village import SCENE, SIZE, make_village
from tests.godot.harness.engine import Engine, copy_project, find_engine, write_project
from tests.godot.harness.scenes import EXPORT
from tests.godot.harness.screen import DRAWING, screen
from tests.godot.harness.user_plugin import add_user, remove_user

PATIENCE: Final = 1800.0  # seconds: a bake and two previews of the demo, or one of the other levels
FRAMES: Final = 4  # of a running game; the last one is kept
PIXEL_ART: Final = 'maps = ["maps"]\noutput = "baked"\n[settings]\npreset = "pixel-art"\n'
LARGE: Final = 'maps = ["maps"]\noutput = "baked"\n[settings]\npixels_per_tile = 32\n'
WINDOW: Final = (
    f"\n[display]\n\nwindow/size/viewport_width={SIZE[0]}\nwindow/size/viewport_height={SIZE[1]}\n"
    "\n[rendering]\n\ntextures/canvas_textures/default_texture_filter=0\n"
)
"""Settings of a pixel-art game: no pixel of it is smoothed."""


def take(target: Path) -> None:
    """Save all pictures in a folder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        engine = find_engine().at_home(folder / "home")
        _previews(engine, copy_project(folder / "demo"), target)
        _game(engine, folder / "village", target)
        _windows(engine, folder / "island", target)


def _previews(engine: Engine, project: Path, target: Path) -> None:
    """Save the whole window with previews of the demo, which is painted before."""
    engine.import_project(project).check()
    engine.run(project, "-s", EXPORT, "--", "res://demo/demo.tscn").check()
    subprocess.run([sys.executable, "-m", "tilebake", "bake", str(project / "maps")], check=True)
    engine.import_project(project).check()
    _photograph(engine, project, "editor/photograph_previews.gd", target)


def _game(engine: Engine, project: Path, target: Path) -> None:
    """Save a game before and after it is painted, and the editor in between."""
    write_project(project, {"tilebake.toml": PIXEL_ART})
    with (project / "project.godot").open("a", encoding="utf-8") as settings:
        settings.write(WINDOW)
    adopt_imports(engine, project)
    make_village(engine, project)
    before = _play(engine, project)
    _photograph(engine, project, "editor/photograph_game.gd", target)
    both = Image.new("RGB", (2 * SIZE[0], SIZE[1]))
    for index, frame in enumerate((before, _play(engine, project))):
        both.paste(frame, (index * SIZE[0], 0))
    both.save(target / "godot-game.png", optimize=True)


def _windows(engine: Engine, project: Path, target: Path) -> None:
    """Save the editor while a large level is painted in windows."""
    write_project(project, {"tilebake.toml": LARGE})
    adopt_imports(engine, project)
    make_island(engine, project)
    _photograph(engine, project, "editor/photograph_windows.gd", target)


def _photograph(engine: Engine, project: Path, script: str, target: Path) -> None:
    """Have a plugin use the editor of a project, and save the photos that it takes."""
    photos = project.with_name(f"{project.name}_photos")
    photos.mkdir()
    add_user(project, script)
    with screen(engine) as environment:
        environment = {**environment, "SCREENSHOTS": str(photos)}
        run = engine.run(
            project, "--editor", *DRAWING, headless=False, timeout=PATIENCE, environment=environment
        )
    assert_checks(run.check())
    remove_user(project)
    for file in sorted(photos.glob("*.png")):
        with Image.open(file) as photo:
            photo.convert("RGB").save(target / f"godot-{file.name}", optimize=True)


def _play(engine: Engine, project: Path) -> Image.Image:
    """Run the game for some frames. Return the last one."""
    movie = project.with_name(f"{project.name}.png")
    window = ("--resolution", f"{SIZE[0]}x{SIZE[1]}")
    recording = ("--write-movie", str(movie), "--fixed-fps", "10", "--quit-after", str(FRAMES), SCENE)
    with screen(engine) as environment:
        engine.run(project, *DRAWING, *window, *recording, headless=False, environment=environment).check()
    with Image.open(movie.with_stem(f"{movie.stem}{FRAMES - 1:08}")) as frame:
        return frame.convert("RGB")


if __name__ == "__main__":
    take(Path(sys.argv[1]))
