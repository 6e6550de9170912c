"""Test that docs/bake-maps.sh does what docs/godot-ci.md says, with the real Godot and the real tilebake."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.godot.harness.engine import Engine, write_project
from tests.godot.harness.scenes import baked, layer, make_scenes, node, scene, tile
from tests.helpers import ROOT

DOCS: Final = ROOT / "docs"
TOML: Final = """maps = ["maps"]
output = "baked"

[settings]
pixels_per_tile = 8
steps = 1

[terrains]
grass = "grass"
water = "water"
sand = "sand"
"""
ART: Final = "maps/lake.tilebake.art.png"
PICTURE: Final = "baked/maps/lake.png"


@pytest.fixture
def project(engine: Engine, tmp_path: Path) -> Path:
    """Make a game with one level that is painted from its tiles, not exported yet."""
    folder = write_project(tmp_path / "game", {"tilebake.toml": TOML}, plugin=False)
    ground = layer("Ground", [tile(x, y, x % 3) for x in range(4) for y in range(4)])
    lake = node("Node2D", ground, baked(start_from_tiles="true"), name="Level")
    make_scenes(engine, folder, [scene("res://lake.tscn", lake, colours=["#5a8", "#36c", "#eda"])])
    return folder


def bake_maps(engine: Engine, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "GODOT": shlex.join(engine.command),
        "TILEBAKE": f"{sys.executable} -m tilebake",
        "PYTHONPATH": str(ROOT / "backend"),
    }
    return subprocess.run(
        ["bash", str(DOCS / "bake-maps.sh"), *arguments],
        capture_output=True,
        encoding="utf-8",
        env=engine.environment(**environment),
        timeout=300,
    )


def test_the_script_exports_bakes_and_imports_maps(engine: Engine, project: Path) -> None:
    stale = bake_maps(engine, "--check", str(project))
    assert stale.returncode == 3, stale.stderr
    assert not (project / "maps").exists()

    baked = bake_maps(engine, str(project))
    assert baked.returncode == 0, baked.stderr
    assert (project / PICTURE).is_file()
    assert (project / f"{PICTURE}.import").is_file()
    assert json.loads((project / f"{PICTURE[:-4]}.bake.json").read_bytes())["parts"]["art"]
    assert not list(project.glob(".godot/imported/*tilebake.art*")), "the game does not need it"

    fresh = bake_maps(engine, "--check", str(project))
    assert fresh.returncode == 0, fresh.stdout + fresh.stderr


@pytest.mark.long
def test_check_reports_a_deleted_picture_as_out_of_date(engine: Engine, project: Path) -> None:
    assert bake_maps(engine, str(project)).returncode == 0
    (project / PICTURE).unlink()
    assert bake_maps(engine, "--check", str(project)).returncode == 3


@pytest.mark.long
def test_check_reports_a_deleted_picture_of_the_tiles_as_out_of_date(engine: Engine, project: Path) -> None:
    assert bake_maps(engine, str(project)).returncode == 0
    (project / ART).unlink()
    assert bake_maps(engine, "--check", str(project)).returncode == 3


def test_a_failed_export_shows_the_log_of_the_import(engine: Engine, tmp_path: Path) -> None:
    project = write_project(tmp_path / "game", {}, plugin=False)
    (project / "addons/tilebake/core/map_exporter.gd").write_text("not GDScript", encoding="utf-8")
    (project / "lake.tscn").write_text("not a scene", encoding="utf-8")
    failed = bake_maps(engine, str(project))
    assert failed.returncode == 1, failed.stderr
    assert "The log of the import before it:" in failed.stderr


def test_an_unknown_option_shows_the_usage(engine: Engine) -> None:
    wrong = bake_maps(engine, "--chek")
    assert wrong.returncode == 2
    assert wrong.stderr == "usage: bake-maps.sh [--check] [PROJECT]\n"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no executable bit")
def test_the_scripts_are_executable() -> None:
    assert os.access(DOCS / "bake-maps.sh", os.X_OK)
    assert os.access(Path(__file__).parents[1] / "install_engine.sh", os.X_OK)
