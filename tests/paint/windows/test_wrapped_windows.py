"""A map that wraps, painted in windows: one picture wherever it is cut open, whole or in parts."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.paint.windows.test_paint_world import request, world
from tilebake.level.canvas import canvas_of
from tilebake.level.map.grid import Bounds
from tilebake.level.tilemap import TileMap, Tiles
from tilebake.level.windows import part, picture_grid
from tilebake.level.windows.lattice import extent_of
from tilebake.level.windows.world_map import join_maps
from tilebake.paint.denoise import Sampling, denoise
from tilebake.paint.model.load import Components
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.prompts.encode import condition
from tilebake.paint.scene import BakeRun, Clock, run
from tilebake.paint.windows import decode_pieces
from tilebake.paint.windows.paint_world import world_of
from tilebake.paint.windows.store import MemoryStore
from tilebake.paint.windows.window_painter import WindowPainter
from tilebake.request import BakeRequest, Step

COLUMNS, ROWS, TILE = 34, 20, 16  # 68 by 40 latents: no whole windows, which are 24 apart
RIGHT, DOWN = 13, 7  # tiles, by which a map is cut open elsewhere


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (decode_pieces, part):
        monkeypatch.setattr(module, "PIECE_SIDE", 32)


def ignore(_: Step) -> None:
    """For a caller who need not know how far it is."""


def land(wrap: str = "both", columns: int = COLUMNS, rows: int = ROWS) -> TileMap:
    """A map of blocks that wraps, without what sticks out of so many columns and rows."""
    large = world(max(columns, 48), max(rows, 24))
    tiles = [tile for tile in large.tiles if tile.x < columns and tile.y < rows]
    bounds = Bounds(0, 0, columns * TILE, rows * TILE)
    return replace(large, tiles=Tiles.of(tiles), bounds=bounds, wrap=wrap)


def cut_open(tilemap: TileMap, right: int, down: int) -> TileMap:
    """The same map, whose first cell is another."""
    tiles = [
        tile._replace(x=x, y=y, centre_x=(x + 0.5) * TILE, centre_y=(y + 0.5) * TILE)
        for tile in tilemap.tiles
        for x, y in [((tile.x - right) % COLUMNS + right, (tile.y - down) % ROWS + down)]
    ]
    bounds = tilemap.bounds._replace(x=right * TILE, y=down * TILE)
    tiles.sort(key=lambda tile: (tile.y, tile.x))
    return replace(tilemap, tiles=Tiles.of(tiles), bounds=bounds)


def paint(components: Components, asked: BakeRequest, store: MemoryStore | None = None) -> NDArray[np.uint8]:
    return Pipeline(components, store).bake(asked, ignore).image


@pytest.mark.parametrize(
    ("wrap", "settings"),
    [("both", {"rounds": 2}), ("x", {"scheduler": "euler_a"})],
)
def test_a_map_that_is_cut_open_elsewhere_is_the_same_picture(
    wrap: str, settings: dict[str, Any], tiny_components: Components
) -> None:
    right, down = RIGHT if wrap != "y" else 0, DOWN if wrap != "x" else 0
    tilemap = land(wrap)
    first = paint(tiny_components, request(tilemap, **settings))
    second = paint(tiny_components, request(cut_open(tilemap, right, down), **settings))
    rolled = np.roll(second, (down * TILE, right * TILE), axis=(0, 1))
    assert np.abs(rolled.astype(int) - first.astype(int)).max() <= 1
    assert first.std() > 2, "an even picture would prove nothing"


def test_each_window_of_a_period_is_painted_once(tiny_components: Components) -> None:
    painter = painter_of(tiny_components, request(land()))
    extent = extent_of(canvas_of(land(), painter.world.request.settings))
    assert len(painter.missing([extent])) == painter.world.lattice.count(extent) == 3 * 2
    assert len(painter.missing([extent.grow(30)])) == 6


def test_a_map_that_is_one_window_is_what_is_painted_in_one_piece(tiny_components: Components) -> None:
    """The reference: windows' latents against those of the whole canvas, whose convolutions wrap."""
    asked = request(land(columns=16, rows=14), mask_sigma=2.0)
    painter = painter_of(tiny_components, asked)
    whole = replace(asked, settings=asked.settings.model_copy(update={"windows": "never"}))

    def task(bake_run: BakeRun) -> NDArray[np.float32]:
        conditioning = bake_run.encode(bake_run.scene.condition)
        return bake_run.denoise(lambda make: denoise(make(conditioning), ignore))[0].numpy()

    expected = run(tiny_components, Pipeline(tiny_components).scene(whole), task)
    found = painter.blend(extent_of(canvas_of(asked.tilemap, asked.settings)))
    assert found.shape == expected.shape == (4, 28, 32)
    assert np.abs(found - expected).max() < 0.05 * expected.std(), "masks of windows are rounded to 1/256"


def painter_of(components: Components, asked: BakeRequest) -> WindowPainter:
    sampling = Sampling.from_settings(asked.settings, components.defaults, asked.seed)
    conditioning = condition(components, asked.tilemap)
    the_world = world_of(components, asked, sampling)
    return WindowPainter(components, the_world, conditioning, MemoryStore(), Clock(components))


def test_a_part_at_the_edge_is_the_same_part_of_the_whole(
    tiny_components: Components, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (decode_pieces, part):
        monkeypatch.setattr(module, "PIECE_SIDE", 16)
    monkeypatch.setattr(picture_grid, "LARGEST_PIECE", 256)
    asked, store = request(land(columns=180, rows=8)), MemoryStore()
    whole = paint(tiny_components, asked, store)
    assert whole.shape == (8 * TILE, 180 * TILE, 3)
    for region in (Bounds(0, 0, 64, 48), Bounds(175 * TILE, 6 * TILE, 5 * TILE, 2 * TILE)):
        of_region = asked.part(region)
        assert len(of_region.tilemap.tiles) < len(asked.tilemap.tiles), "a part that is all proves nothing"
        x, y, width, height = (int(each) for each in region)
        image = paint(tiny_components, of_region, store)
        np.testing.assert_array_equal(image, whole[y : y + height, x : x + width])


def test_maps_of_a_world_that_wraps_meet_at_its_ends_too(tiny_components: Components) -> None:
    tilemap, cut = land("x"), 12
    west, east = (
        replace(
            tilemap,
            tiles=Tiles.of([tile for tile in tilemap.tiles if left <= tile.x < right]),
            bounds=Bounds(left * TILE, 0, (right - left) * TILE, ROWS * TILE),
        )
        for left, right in ((0, cut), (cut, COLUMNS))
    )
    store = MemoryStore()
    pictures = [
        paint(tiny_components, request(join_maps(own, [other])).part(own.bounds), store)
        for own, other in ((west, east), (east, west))
    ]
    np.testing.assert_array_equal(
        np.concatenate(pictures, axis=1), paint(tiny_components, request(tilemap), store)
    )
