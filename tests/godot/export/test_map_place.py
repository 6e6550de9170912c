"""Test that a scene cannot have its map written elsewhere than in the project, nor over what is no map."""

import json
from pathlib import Path
from typing import Final

import pytest

from tests.godot.harness.engine import Engine, write_project
from tests.godot.harness.scenes import baked, export, layer, make_scenes, node, scene, tile

GROUND: Final = layer("Ground", [tile(x, 0) for x in range(3)])
NOTES: Final = '{"notes": "mine"}'
OUTSIDE, NAME, LINK, FOREIGN = "is not in the", "is not named", "a link leads", "holds no map"
REFUSED: Final = {  # what a scene names as its map file, and what is said of it
    "{outside}/level.tilebake.json": OUTSIDE,
    "{outside}/victim.conf": OUTSIDE,
    "{outside}/new/tree/app.desktop": OUTSIDE,
    "res://../outside/level.tilebake.json": OUTSIDE,
    "res://maps/../../outside/level.tilebake.json": OUTSIDE,
    "res:///../outside/level.tilebake.json": OUTSIDE,
    "res://..\\\\outside\\\\level.tilebake.json": OUTSIDE,
    "res://C:/outside/level.tilebake.json": OUTSIDE,
    "user://level.tilebake.json": OUTSIDE,
    "maps/level.tilebake.json": OUTSIDE,
    "res://project.godot": NAME,
    "res://maps/.tilebake.json": NAME,
    "res://away/level.tilebake.json": LINK,
    "res://away/new/level.tilebake.json": LINK,
    "res://link.tilebake.json": LINK,
    "res://circle/level.tilebake.json": LINK,
    "res://notes.tilebake.json": FOREIGN,
    "res://folder.tilebake.json": FOREIGN,
}
WRITTEN: Final = (
    "res://levels/new.tilebake.json",
    "res://near/linked.tilebake.json",
    "res://empty.tilebake.json",
    "res://conflict.tilebake.json",
)


def scenes_of(paths: list[str], outside: Path) -> list[dict[str, object]]:
    return [
        scene(
            f"res://scene{number:02}.tscn",
            node("Node2D", GROUND, baked(map_file=f'"{path.format(outside=outside)}"'), name="Level"),
        )
        for number, path in enumerate(paths)
    ]


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def place(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with a project full of such scenes, and a folder outside of that."""
    folder = tmp_path_factory.mktemp("place")
    project, outside = folder / "game", folder / "outside"
    outside.mkdir()
    (outside / "victim.conf").write_text("important", encoding="utf-8")
    write_project(project, {"notes.tilebake.json": NOTES, "empty.tilebake.json": ""}, plugin=False)
    (project / "conflict.tilebake.json").write_text('<<<<<<<\n{"tilebake": 1}', encoding="utf-8")
    (project / "folder.tilebake.json").mkdir()
    (project / "inner").mkdir()
    (project / "near").symlink_to("inner")
    (project / "away").symlink_to(outside)
    (project / "link.tilebake.json").symlink_to(outside / "victim.conf")
    (project / "circle").symlink_to("circle")
    make_scenes(engine, project, scenes_of([*REFUSED, *WRITTEN], outside))
    return folder


def test_maps_are_written_in_the_project_and_over_maps_alone(engine: Engine, place: Path) -> None:
    project, outside = place / "game", place / "outside"
    before = files_of(outside)
    run = export(engine, project, "--all").check(1)
    errors = run.lines("error: ")
    assert len(errors) == len(REFUSED), run.log
    for number, ((path, said), error) in enumerate(zip(REFUSED.items(), errors, strict=True)):
        assert error.startswith(f"res://scene{number:02}.tscn: Bake: "), path
        assert said in error, path
    assert files_of(outside) == before
    assert (project / "notes.tilebake.json").read_text(encoding="utf-8") == NOTES
    for path in WRITTEN:
        assert json.loads((project / path.removeprefix("res://")).read_bytes())["tilebake"] == 1
    assert (project / "near").is_symlink()
    assert not list(project.rglob("*.tmp"))
