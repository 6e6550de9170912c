"""Test that a map whose Godot scene is gone is told, and not painted."""

import json
import os
from pathlib import Path
from typing import Final

import pytest

from tilebake.level.map.grid import Bounds
from tilebake.serve.owners.godot_scenes import scene_of, why_lost, why_scene_differs

SCENE: Final = """[gd_scene format=4]

[node name="Level" type="Node2D"]

[node name="Painting" type="Sprite2D" parent="."]
base_prompt = "two
lines"
picture = "res://baked/lake.png"
map_bounds = Rect2(-64, 0, 128, 96.5)

[node name="House" type="Node2D" parent="." groups=["a"]]

[node name="Floor" type="Sprite2D" parent="House"]

[node name="Cave" parent="." instance=ExtResource("1_a")]
"""
BOUNDS: Final = Bounds(-64, 0, 128, 96.5)


def make_map(game: Path, scene: object) -> Path:
    """Write a map of a scene into a Godot project, with a level in it."""
    (game / "maps").mkdir(parents=True, exist_ok=True)
    (game / "levels").mkdir(exist_ok=True)
    (game / "project.godot").touch()
    (game / "levels/lake.tscn").write_text(SCENE, encoding="utf-8")
    path = game / "maps/lake.tilebake.json"
    content = {
        "tilebake": 1,
        "scene": scene,
        "terrains": {"a": "grass"},
        "legend": {"a": "a"},
        "rows": ["aa"],
    }
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize("node", ["Painting", "House/Floor", ".", "Cave/Painting"])
def test_a_node_that_is_there_or_may_be_is_not_lost(tmp_path: Path, node: str) -> None:
    assert why_lost(make_map(tmp_path, {"file": "res://levels/lake.tscn", "node": node})) is None


def test_a_scene_and_a_node_that_are_gone_are_told(tmp_path: Path) -> None:
    gone = make_map(tmp_path, {"file": "res://levels/sea.tscn", "node": "Painting"})
    assert why_lost(gone) == "its scene res://levels/sea.tscn is gone"
    removed = make_map(tmp_path, {"file": "res://levels/lake.tscn", "node": "House/Painting"})
    assert why_lost(removed) is None, "exported since the scene was saved: its node is not saved yet"
    later = removed.stat().st_mtime_ns + 1_000_000_000
    os.utime(tmp_path / "levels/lake.tscn", ns=(later, later))
    assert why_lost(removed) == "its scene res://levels/lake.tscn has no node House/Painting any more"


@pytest.mark.parametrize("scene", [{"file": 3}, {"file": "res://a.tscn"}, "res://a.tscn", None])
def test_a_map_that_names_no_node_is_not_lost(tmp_path: Path, scene: object) -> None:
    path = make_map(tmp_path, scene)
    assert scene_of(path) is None
    assert why_lost(path) is None


def test_a_scene_that_says_the_same_as_its_map_does_not_differ(tmp_path: Path) -> None:
    path = make_map(tmp_path, {"file": "res://levels/lake.tscn", "node": "Painting"})
    assert why_scene_differs(path, BOUNDS, tmp_path / "baked/lake.png") is None


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("Rect2(-64, 0, 128, 96.5)", "Rect2(0, 0, 128, 96.5)", "says another place for it"),
        ("map_bounds", "other_bounds", "says another place for it"),
        ("baked/lake.png", "baked/sea.png", "shows res://baked/sea.png"),
        ("picture", "other_picture", "does not show it yet"),
    ],
)
def test_a_scene_that_says_something_else_than_its_map_differs(
    tmp_path: Path, before: str, after: str, told: str
) -> None:
    path = make_map(tmp_path, {"file": "res://levels/lake.tscn", "node": "Painting"})
    scene = tmp_path / "levels/lake.tscn"
    scene.write_text(SCENE.replace(before, after), encoding="utf-8")
    why = why_scene_differs(path, BOUNDS, tmp_path / "baked/lake.png")
    assert why is not None
    assert told in why


def test_a_map_outside_of_a_godot_project_is_not_lost(tmp_path: Path) -> None:
    path = make_map(tmp_path, {"file": "res://levels/sea.tscn", "node": "Painting"})
    (tmp_path / "project.godot").unlink()
    assert why_lost(path) is None
