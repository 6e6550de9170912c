"""Blocks of tiles: an edit changes those that it is in, and growth and scrolling change no other."""

import json
from math import floor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilebake.level.map.blocks import TILES_OF_A_BLOCK, Block, box_of_block, changed_blocks, digest_blocks
from tilebake.level.map.crop import crop
from tilebake.level.tilemap import Bounds, TileMap, parse_map

LEGEND = {"g": "grass", "s": "sand", "w": "water"}


def draw(rows: list[str], **keys: Any) -> TileMap:
    body = {"tilebake": 1, "tile_size": [8, 4], "terrains": {"grass": "a", "sand": "b", "water": "c"}}
    return parse_map(json.dumps({**body, "base_prompt": "map", "legend": LEGEND, "rows": rows, **keys}))


def reference(before: TileMap, after: TileMap) -> set[Block]:
    """Return the blocks of everything that one of the maps has and the other has not."""

    def things(tilemap: TileMap) -> set[tuple[Any, ...]]:
        tiles = {(tile.centre_x, tile.centre_y, tile.terrain, tile.weight) for tile in tilemap.tiles}
        return tiles | {(x, y, None, None) for x, y in tilemap.empty}

    width, height = before.tile_size
    return {
        (floor(x / (TILES_OF_A_BLOCK * width)), floor(y / (TILES_OF_A_BLOCK * height)))
        for x, y, *_ in things(before) ^ things(after)
    }


rows = st.lists(st.text("gsw.", min_size=5, max_size=5), min_size=4, max_size=4)
origins = st.tuples(st.integers(-34, 34), st.integers(-34, 34))


@given(rows, rows, origins, st.sampled_from(["square", "isometric", "hexagonal"]))
def test_changed_blocks_are_those_of_changed_tiles(
    one: list[str], other: list[str], origin: tuple[int, int], grid: str
) -> None:
    before = draw(["g" * 5, *one], origin=origin, grid=grid)
    after = draw(["g" * 5, *other], origin=origin, grid=grid)
    assert changed_blocks(before, after) == reference(before, after)


def test_a_tile_changes_its_own_block() -> None:
    rows = ["g" * 80] * 70
    edited = [*rows[:40], "g" * 65 + "w" + "g" * 14, *rows[41:]]
    assert changed_blocks(draw(rows), draw(edited)) == {(2, 1)}
    assert changed_blocks(draw(rows), draw(rows)) == frozenset()


def test_a_row_more_changes_the_blocks_that_it_is_in() -> None:
    rows = ["gsw" * 22] * 64
    assert changed_blocks(draw(rows), draw([*rows, rows[0]])) == {(0, 2), (1, 2), (2, 2)}
    assert changed_blocks(draw(rows), draw([rows[0], *rows], origin=[0, -1])) == {(0, -1), (1, -1), (2, -1)}


def test_a_terrain_that_comes_elsewhere_changes_no_block_but_its_own() -> None:
    rows = ["w" * 40] * 2
    assert changed_blocks(draw(rows), draw([rows[0], "w" * 39 + "g"])) == {(1, 0)}


def test_a_part_has_the_blocks_of_the_whole() -> None:
    whole = draw(["gsw." * 20] * 64)
    digests = digest_blocks(whole)
    assert len(digests) == 6
    for block, digest in digests.items():
        assert digest_blocks(crop(whole, box_of_block(block, whole.tile_size))) == {block: digest}


def test_a_block_is_a_rectangle_of_the_world() -> None:
    assert box_of_block((-1, 2), (8, 4)) == Bounds(-256, 256, 256, 128)


@pytest.mark.parametrize("change", [{"base_prompt": "other"}, {"seed": 7}])
def test_what_is_no_tile_changes_no_block(change: dict[str, object]) -> None:
    assert changed_blocks(draw(["gg"]), draw(["gg"], **change)) == frozenset()
