"""Tiles as columns: item by item what went in, and small on their way to another process."""

import pickle

import numpy as np

from tilebake.level.map.tile_columns import Centres, Tile, Tiles

TILES = [
    Tile(0, 0, "water", 32, 32),
    Tile(1, 0, "grass", 96, 32, 0.25),
    Tile(1, 0, "water", 96, 32, 0.75),
    Tile(-3, 7, "grass", -160.5, 480),
]


def test_tiles_are_what_they_were_made_of() -> None:
    tiles = Tiles.of(TILES)
    assert len(tiles) == 4
    assert list(tiles) == TILES
    assert [tiles[index] for index in range(-1, 3)] == [TILES[3], *TILES[:3]]
    assert list(tiles[1:3]) == TILES[1:3]
    assert tiles.names == ("grass", "water")


def test_no_tiles_have_empty_columns() -> None:
    tiles = Tiles.of(())
    assert (len(tiles), list(tiles), tiles.names) == (0, [], ())


def test_tiles_are_equal_by_value() -> None:
    assert Tiles.of(TILES) == Tiles.of(list(TILES))
    assert Tiles.of(TILES) != Tiles.of(TILES[:3])
    assert Tiles.of(TILES) != Tiles.of([*TILES[:3], TILES[3]._replace(weight=0.5)])


def test_numpy_reads_columns_without_a_copy() -> None:
    tiles = Tiles.of(TILES)
    centres = np.asarray(tiles.centre_x)
    assert centres.dtype == np.float64
    assert np.shares_memory(centres, np.asarray(tiles.centre_x))
    np.testing.assert_array_equal(centres, [tile.centre_x for tile in TILES])


def test_a_pickle_of_tiles_takes_less_than_forty_bytes_a_tile() -> None:
    tiles = Tiles.of(Tile(x, y, "grass", x * 64.0, y * 64.0) for y in range(64) for x in range(64))
    sent = pickle.dumps(tiles)
    assert len(sent) < 40 * len(tiles)
    assert pickle.loads(sent) == tiles


def test_centres_are_the_points_that_they_were_made_of() -> None:
    points = [(0.0, 1.5), (-2.0, 3.0), (4.0, 4.0)]
    centres = Centres.of(points)
    assert (len(centres), list(centres), centres[1]) == (3, points, points[1])
    assert list(centres[1:]) == points[1:]
    assert list(Centres.of(())) == []
