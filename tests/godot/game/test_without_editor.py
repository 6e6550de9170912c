"""Test that CI keeps scenes right: levels that changed without the editor show their paintings in place."""

from pathlib import Path
from typing import Any, Final

import pytest

from tests.godot.harness import flat_colours
from tests.godot.harness.checks import assert_checks
from tests.godot.harness.engine import SCRIPTS, Engine, Run, write_project
from tests.godot.harness.scenes import export, layer, level, make_scenes, tile

TOML: Final = (
    'maps = ["maps"]\noutput = "baked"\n[terrains]\ngrass = "grass"\nwater = "water"\nsand = "sand"\n'
)
CHANGES: Final = (
    "left",
    "above",
    "smaller",
    "moved",
    "scaled",
    "second",
    "elsewhere",
    "grouped",
)
"""What is done to each level, which is named so (gd/game/change_scenes.gd)."""


def paint_all(engine: Engine, project: Path) -> Run:
    """Do what CI does: export the maps, paint them (flat), import the pictures."""
    exported = export(engine, project, "--all").check()
    for map_file in sorted((project / "maps").rglob("*.tilebake.json")):
        name = map_file.relative_to(project / "maps").as_posix().removesuffix(".tilebake.json")
        flat_colours.paint(project, name, pixels_per_tile=16)
    engine.import_project(project).check()
    return exported


def places(engine: Engine, project: Path) -> dict[str, list[str]]:
    """Return for each level its picture in the game, its place, that of its tiles, and if they hide."""
    run = engine.script(project, SCRIPTS / "game/check_places.gd").check()
    return {line.split()[0]: line.split()[1:] for line in run.lines("PLACE ")}


@pytest.fixture(scope="module")
def changed(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a project whose levels were painted by CI, and have changed since then."""
    project = write_project(tmp_path_factory.mktemp("ci") / "game", {"tilebake.toml": TOML})
    make_scenes(engine, project, [_level(name) for name in (*CHANGES, "unchanged")])
    paint_all(engine, project)
    engine.script(project, SCRIPTS / "game/change_scenes.gd").check()
    return project


def _level(name: str) -> dict[str, Any]:
    cells = [tile(x, y, x % 3) for x in range(8) for y in range(3)]
    return level(f"res://levels/{name}.tscn", layer("Ground", cells))


def test_check_reports_each_change_and_an_export_puts_it_right(engine: Engine, changed: Path) -> None:
    stale = export(engine, changed, "--all", "--check").check(3)
    out_of_date = {line.split(": ")[0] for line in stale.log.splitlines() if "OUT OF DATE" in line}
    assert out_of_date == {f"res://levels/{name}.tscn" for name in CHANGES}

    paint_all(engine, changed)
    for record in (changed / "baked").rglob("*.bake.json"):
        record.unlink()  # the exported game has none
    for name, (picture, painting, tiles, hidden) in places(engine, changed).items():
        stem = "another" if name == "elsewhere" else f"levels/{name}"
        assert (picture, painting, hidden) == (f"res://baked/maps/{stem}.png", tiles, "true"), name

    export(engine, changed, "--all", "--check").check(0)
    before = {path: path.read_bytes() for path in (changed / "levels").glob("*.tscn")}
    export(engine, changed, "--all").check()
    assert {path: path.read_bytes() for path in before} == before


def test_values_in_a_scenes_text_change_alone(engine: Engine, tmp_path: Path) -> None:
    project = write_project(tmp_path / "game", {})
    make_scenes(engine, project, [])
    assert_checks(engine.script(project, SCRIPTS / "export/check_scene_text.gd").check())
