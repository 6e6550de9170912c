"""Test that the edit of a BakedTileMap is in its map file, merged with one that is there already."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from tests.godot.harness.engine import Engine, write_project
from tests.godot.harness.scenes import (
    baked,
    by_name,
    content_of,
    export,
    layer,
    make_scenes,
    map_of,
    node,
    resource,
    scene,
    tile,
)
from tilebake.level.tilemap import TileMap, parse_map

TERRAIN: Final = "tilebake_terrain"
REWRITE: Final = "tilebake_rewrite"
EDIT: Final = "tilebake_edit"
WORDS: Final = by_name(
    TERRAIN,
    grass=resource(TERRAIN, prompt='"lush green grass"'),
    water=resource(TERRAIN, prompt='"clear blue water"'),
    sand=resource(TERRAIN, prompt='"golden sand"'),
)
GROUND: Final = layer("Ground", [tile(0, 0, 0), tile(1, 0, 1)])  # grass and water, no sand


def weights(**by_word: float) -> str:
    """Write weights of words as a scene file has them."""
    written = ", ".join(f'"{word}": {weight}' for word, weight in by_word.items())
    return f"Dictionary[String, float]({{{written}}})"


def scene_with_edit(name: str, edit: str | None) -> dict[str, Any]:
    """Describe a scene whose painting has an edit, or none."""
    kept = {} if edit is None else {"edit": edit}
    return scene(f"res://{name}.tscn", node("Node2D", GROUND, baked(terrains=WORDS, **kept), name="Level"))


FULL: Final = resource(
    EDIT,
    terrains=by_name(
        REWRITE,
        grass=resource(
            REWRITE,
            prompt='" mossy cobblestone path\\n"',
            weights=weights(mossy=3.0, path=1.0, cobblestone=-0.30000000000000004),
            threshold="0.3",
            keep_words="0.55",
        ),
        water=resource(REWRITE, weights=weights(blue=2.5)),
        sand=resource(REWRITE, prompt='"snow"'),
    ),
    keep_layout="0.2",
)
PLAIN: Final = resource(EDIT, terrains=by_name(REWRITE, grass=resource(REWRITE, prompt='"dry yellow grass"')))
NOTHING: Final = resource(
    EDIT,
    terrains=by_name(REWRITE, grass=resource(REWRITE, weights=weights(green=1.0), threshold="0.3")),
    keep_layout="0.9",
)
SCENES: Final = {"full": FULL, "plain": PLAIN, "nothing": NOTHING, "unused": None}
GOLDEN: Final = {
    "full": {
        "from_scene": ["grass", "water"],
        "self_replace_steps": 0.2,
        "terrains": {
            "grass": {
                "cross_replace_steps": 0.55,
                "prompt": "mossy cobblestone path",
                "reweight": {"cobblestone": -0.3, "mossy": 3},
                "threshold": 0.3,
            },
            "water": {"reweight": {"blue": 2.5}},
        },
    },
    "plain": {"from_scene": ["grass"], "terrains": {"grass": {"prompt": "dry yellow grass"}}},
}


@pytest.fixture(scope="module")
def project(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a game of all scenes, exported."""
    folder = write_project(tmp_path_factory.mktemp("edits") / "game", {}, plugin=False)
    make_scenes(engine, folder, [scene_with_edit(name, edit) for name, edit in SCENES.items()])
    export(engine, folder, "--all").check()
    return folder


@pytest.mark.parametrize("name", GOLDEN)
def test_the_edit_of_the_node_is_in_the_map(project: Path, name: str) -> None:
    assert map_of(project, f"res://{name}.tscn")["edit"] == GOLDEN[name]


def test_the_backend_reads_the_exported_edit(project: Path) -> None:
    full = read(project, "full").edit
    assert full is not None
    assert full.self_replace_steps == 0.2
    assert full.rewrites["grass"].prompt == "mossy cobblestone path"
    assert full.rewrites["grass"].weights == {"cobblestone": -0.3, "mossy": 3}
    assert full.rewrites["water"].prompt == "clear blue water"
    assert set(full.rewrites) == {"grass", "water"}
    assert read(project, "nothing").edit is None


def test_an_edit_that_changes_nothing_leaves_the_map_as_it_was(project: Path) -> None:
    assert content_of(file_of(project, "nothing")) == content_of(file_of(project, "unused"))


def test_an_edit_changes_nothing_else_in_the_map(project: Path) -> None:
    bare = content_of(file_of(project, "unused"))
    for name, edit in GOLDEN.items():
        assert content_of(file_of(project, name)) == {**bare, "edit": edit}


def after_export(engine: Engine, project: Path, name: str, held: dict[str, Any] | None) -> Any:
    """Export a scene again whose map file holds an edit already. Return the edit in the file after that."""
    path = file_of(project, name)
    map_file = json.loads(path.read_bytes())
    if held is not None:
        path.write_text(json.dumps({**map_file, "edit": held}), encoding="utf-8")
    export(engine, project, f"res://{name}.tscn").check()
    return json.loads(path.read_bytes()).get("edit")


SNOWED_IN: Final[dict[str, Any]] = {
    "base_prompt": "deep winter",
    "local_blend": ["winter"],
    "self_replace_steps": 0.25,
    "terrains": {"grass": "snow", "water": {"prompt": "ice", "reweight": {"ice": 1.5}}},
}


def test_an_edit_that_no_scene_wrote_stays_in_the_map(engine: Engine, project: Path) -> None:
    assert after_export(engine, project, "unused", SNOWED_IN) == SNOWED_IN
    assert after_export(engine, project, "unused", None) == SNOWED_IN


def test_the_scenes_edit_of_a_terrain_replaces_the_map_files(engine: Engine, project: Path) -> None:
    found = after_export(engine, project, "plain", SNOWED_IN)
    terrains = {**SNOWED_IN["terrains"], "grass": {"prompt": "dry yellow grass"}}
    assert found == {**SNOWED_IN, "terrains": terrains, "from_scene": ["grass"]}
    again = after_export(engine, project, "plain", {**found, "from_scene": ["grass", "water"]})
    assert again["terrains"] == {
        "grass": {"prompt": "dry yellow grass"}
    }  # the scene edited water before, and does not now
    assert again["base_prompt"] == "deep winter"


def test_an_edit_removed_from_the_scene_is_removed_from_the_map(engine: Engine, project: Path) -> None:
    held = {"from_scene": ["grass"], "self_replace_steps": 0.2, "terrains": {"grass": "snow"}}
    assert after_export(engine, project, "unused", held) is None
    held["terrains"] = {"grass": "snow", "water": "ice"}
    assert after_export(engine, project, "unused", held) == {
        "self_replace_steps": 0.2,
        "terrains": {"water": "ice"},
    }


def read(project: Path, name: str) -> TileMap:
    """Read the map of a scene as the backend does."""
    path = file_of(project, name)
    return parse_map(path.read_bytes(), path=path)


def file_of(project: Path, name: str) -> Path:
    """Return the map file of a scene."""
    return project / f"maps/{name}.tilebake.json"
