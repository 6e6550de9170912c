"""Export a game with the release template, and start it."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

from tests.godot.harness import flat_colours
from tests.godot.harness.engine import PATIENCE, Engine, Run
from tests.godot.harness.requirements import fail_or_skip
from tests.godot.harness.screen import DRAWING, screen

PRESET: Final = """[preset.0]

name="Linux"
platform="Linux"
runnable=true
advanced_options=false
dedicated_server=false
custom_features=""
export_filter="all_resources"
include_filter=""
exclude_filter=""
export_path=""
script_export_mode=0

[preset.0.options]

custom_template/debug=""
custom_template/release="{template}"
binary_format/embed_pck=false
texture_format/s3tc_bptc=true
texture_format/etc2_astc=false
binary_format/architecture="x86_64"
"""


def find_template(engine: Engine) -> Path:
    """Find the release template beside the engine or on PATH; without one the test fails or is skipped."""
    beside = engine.folder / "usr/bin/godot-template-release" if engine.folder else None
    if beside and beside.is_file():
        return beside
    on_path = shutil.which("godot-template-release")
    if on_path is None:
        fail_or_skip("godot-template-release was not found: run `make engine`")
    return Path(on_path)


def export_game(engine: Engine, project: Path, template: Path) -> Path:
    """Export a game into a folder beside its project. Return the program."""
    (project / "export_presets.cfg").write_text(PRESET.format(template=template), encoding="utf-8")
    target = project.parent / "out/game"
    target.parent.mkdir()
    engine.run(project, "--export-release", "Linux", str(target)).check()
    return target


def command_of(engine: Engine, game: Path) -> list[str]:
    """Return the command that starts the game.

    An engine with a file system of its own needs its loader. The game then takes the loader's name for its
    own, so a copy of the loader is put beside the game, and the pack is named after it.
    """
    if engine.folder is None:
        return [str(game)]
    loader = game.with_name("loader")
    shutil.copy(min(engine.folder.glob("usr/lib*/ld-linux-*")), loader)
    shutil.copy(game.with_suffix(".pck"), loader.with_suffix(".pck"))
    libraries = min(engine.folder.glob("usr/lib/*-linux-gnu"))
    return [str(loader), "--library-path", f"{libraries}:{libraries / 'pulseaudio'}", str(game)]


def frame_of(engine: Engine, game: Path) -> flat_colours.Picture:
    """Run a game for four frames. Return the last one."""
    movie = game.parent / "frame.png"
    command = [*command_of(engine, game), *DRAWING, "--write-movie", str(movie), "--quit-after", "4"]
    with screen(engine) as environment:
        done = subprocess.run(
            command,
            cwd=game.parent,
            env=engine.environment(**environment),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    Run(done.returncode, done.stdout + done.stderr).check()
    return flat_colours.read(max(movie.parent.glob("frame0*.png")))
