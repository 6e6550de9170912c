"""Tiles are judged by what they show, and counted by what they are meant to be."""

import json

import numpy as np
import pytest
from numpy.typing import NDArray

from tilebake.level.tilemap import TileMap, parse_map
from tilebake.models.reference import EMBEDDED
from tilebake.paint.judge.judging import count_judged, judge_map_tiles
from tilebake.paint.judge.network import Judge
from tilebake.paint.judge.reading import JUDGE, read_judge
from tilebake.texture import JudgedTiles
from training.terrain.scene import Patch, single

MAP = {
    "tilebake": 1,
    "terrains": {"lawn": "lush green grass", "pond": "clear blue water", "tower": "a tall castle"},
    "legend": {"l": "lawn", "p": "pond", "t": "tower"},
    "rows": ["llppp", "lltpp"],
}


def level(**keys: object) -> TileMap:
    return parse_map(json.dumps(MAP | keys))


def texture(name: str, columns: int) -> NDArray[np.uint8]:
    """Two rows of tiles, 64 pixels wide and high, of one of the judge's terrains."""
    picture = single(np.random.default_rng(3), (128, 64 * columns), Patch(name))
    return (picture * 255).astype(np.uint8)


@pytest.fixture(scope="module")
def judge() -> Judge:
    return read_judge(EMBEDDED / JUDGE)


@pytest.fixture(scope="module")
def image() -> NDArray[np.uint8]:
    """Grass on the two columns to the left, sand on the next, water on the others: [128, 320, 3]."""
    return np.concatenate([texture("grass", 2), texture("sand", 1), texture("water", 2)], axis=1)


def test_right_tiles_are_counted_and_wrong_ones_by_what_they_are_taken_for(
    judge: Judge, image: NDArray[np.uint8]
) -> None:
    assert count_judged(judge, image, level()) == {
        "lawn": JudgedTiles(4, 4, {}),
        "pond": JudgedTiles(5, 4, {"sand": 1}),
    }


def test_what_is_taken_for_most_comes_first(judge: Judge, image: NDArray[np.uint8]) -> None:
    found = count_judged(judge, image, level(rows=["ppppp", "lpppp"]))
    assert list(found["pond"].taken_for.items()) == [("grass", 3), ("sand", 2)]


def test_a_terrain_that_few_maps_have_is_seen_where_a_map_asks_for_it(judge: Judge) -> None:
    leaves = texture("hedge", 3)
    assert "hedge" not in judge.common
    plain = level(terrains={"wood": "forest"}, legend={"w": "wood"}, rows=["www", "www"])
    both = {"terrains": {"wood": "forest", "row": "hedge"}, "legend": {"w": "wood", "r": "row"}}
    hedged = level(**both, rows=["www", "wwr"])
    assert "hedge" not in count_judged(judge, leaves, plain)["wood"].taken_for
    assert count_judged(judge, leaves, hedged)["wood"].taken_for["hedge"] >= 3
    assert {found for _, found in judge_map_tiles(judge, leaves, plain)} >= {"hedge"}, "nothing is barred"


def test_transparency_changes_no_verdict(judge: Judge, image: NDArray[np.uint8]) -> None:
    alpha = np.random.default_rng(0).integers(256, size=(*image.shape[:2], 1), dtype=np.uint8)
    through = np.concatenate([image, alpha], axis=-1)
    assert count_judged(judge, through, level()) == count_judged(judge, image, level())


def test_a_terrain_none_of_whose_tiles_can_be_judged_has_none(judge: Judge) -> None:
    small = level(rows=["lp"], tile_size=[64, 32])
    nothing = JudgedTiles(0, 0, {})
    black = np.zeros((32, 128, 3), np.uint8)
    assert count_judged(judge, black, small) == {"lawn": nothing, "pond": nothing}


def test_tiles_too_low_for_the_judge_are_not_seen(judge: Judge) -> None:
    flat = level(rows=["l"] * 99, tile_size=[198, 2])
    assert judge_map_tiles(judge, np.zeros((198, 198, 3), np.uint8), flat) == []
