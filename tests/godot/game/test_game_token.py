"""Test that the token of a running backend is in no exported game and in no file of the project."""

import subprocess
import sys
import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.godot.harness.addon_imports import adopt_imports
from tests.godot.harness.editor import COLD_START, TOML, editing, map_text
from tests.godot.harness.engine import Engine, write_project
from tests.helpers.game import until
from tilebake.serve.api.ready import read_ready, ready_file

PRESET: Final = """[preset.0]

name="Linux"
platform="Linux"
runnable=true
export_filter="all_resources"
include_filter="*"
exclude_filter=""
script_export_mode=0

[preset.0.options]

texture_format/s3tc_bptc=true
binary_format/architecture="x86_64"
"""
PICTURE: Final = "baked/maps/map0.png"


@contextmanager
def watching(project: Path) -> Generator[bytes]:
    """Run a backend as a user does in a terminal. Yield its token."""
    command = [sys.executable, "-m", "tilebake", "watch", str(project)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: ready_file(project).exists() or process.poll() is not None)
        yield read_ready(ready_file(project)).token.encode()
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="module")
def exported(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """Export a project with all its files while its backend runs. Return it with the token."""
    files = {"tilebake.toml": TOML, "maps/map0.tilebake.json": map_text(1), "export_presets.cfg": PRESET}
    project = write_project(tmp_path_factory.mktemp("token") / "game", files)
    adopt_imports(engine, project)
    with watching(project) as token:
        with editing(engine, project) as editor:  # which gets the token from the ready file
            editor.until((project / f"{PICTURE}.import").is_file, "importing the picture", COLD_START)
        for ending in ("pck", "zip"):
            target = str(project.parent / f"game.{ending}")
            environment = {"TILEBAKE_ALLOW_HEADLESS": "1"}
            engine.run(project, "--export-pack", "Linux", target, environment=environment).check()
    return project, token


def test_the_exported_pack_has_no_token(exported: tuple[Path, bytes]) -> None:
    project, token = exported
    data = (project.parent / "game.pck").read_bytes()
    assert b"baked_tile_map" in data, "it is a pack"
    assert token not in data
    assert bytes.fromhex(token.decode()) not in data


def test_the_files_compressed_in_the_exported_zip_have_no_token(exported: tuple[Path, bytes]) -> None:
    project, token = exported
    with zipfile.ZipFile(project.parent / "game.zip") as pack:
        assert len(pack.namelist()) > 3
        assert [name for name in pack.namelist() if token in pack.read(name)] == []


def test_the_files_of_the_project_have_no_token(exported: tuple[Path, bytes]) -> None:
    project, token = exported
    files = [path for path in project.rglob("*") if path.is_file()]
    assert any(path.name == "map0.png" for path in files)
    assert [path for path in files if token in path.read_bytes()] == []
