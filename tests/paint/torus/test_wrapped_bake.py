"""Pictures that wrap around: cut open anywhere they are one picture, and sets of tiles fit to the pixel."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tilebake.level.decide import decide
from tilebake.level.map.grid import Bounds
from tilebake.level.settings import BakeSettings, apply
from tilebake.level.tilemap import TileMap, Tiles, parse_map
from tilebake.level.torus.blob_set import OVER, BlobTile
from tilebake.level.torus.corner_set import arrange, tiles_of
from tilebake.level.torus.tile_layout import layout_of
from tilebake.level.torus.wrap import WrapAxes
from tilebake.paint.model.load import Components
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.torus.circular import wrap_convolutions
from tilebake.request import BakeRequest, Step

QUICK = {
    "pixels_per_tile": 32,
    "steps": 2,
    "guidance_scale": 4.0,
    "guidance_scale_low": 1.5,
    "scheduler": "euler",
}
CONTENT = {
    "tilebake": 1,
    "base_prompt": "painted top down game map",
    "terrains": {"g": "lush green grass", "w": "deep blue water", "s": "snow"},
    "tile_size": 32,
    "settings": QUICK,
}


def read(**changes: Any) -> TileMap:
    import json

    return parse_map(json.dumps({**CONTENT, **changes}))


def ask(tilemap: TileMap, seed: int = 5) -> BakeRequest:
    decided = decide(tilemap, apply(BakeSettings(), tilemap.settings))
    return BakeRequest(decided.tilemap, decided.settings, "tiny", "0" * 64, seed)


def ignore(_: Step) -> None:
    """For a caller who need not know how far it is."""


def decoded(components: Components, request: BakeRequest) -> NDArray[np.float32]:
    """Paint a request as floats, before it is rounded to bytes."""
    found: list[NDArray[np.float32]] = []

    def keep(image: NDArray[np.float32]) -> NDArray[np.uint8]:
        found.append(image)
        return np.zeros((1, 1, 3), np.uint8)

    pipeline = Pipeline(components)
    scene = replace(pipeline.scene(request), finish=keep)
    pipeline.paint_scene(scene, ignore)
    return found[0]


@pytest.mark.parametrize("wrap", ["x", "y", "both"])
def test_a_map_that_is_cut_open_elsewhere_is_the_same_picture(wrap: str, tiny_components: Components) -> None:
    tilemap = read(rows=["ggww", "gswg", "ggwg"], wrap=wrap, legend={each: each for each in "gws"})
    right, down = 3 if wrap != "y" else 0, 2 if wrap != "x" else 0
    columns, rows = 4, 3
    tiles = [
        tile._replace(x=x, y=y, centre_x=(x + 0.5) * 32, centre_y=(y + 0.5) * 32)
        for tile in tilemap.tiles
        for x, y in [
            (
                (tile.x - right) % columns + right,
                (tile.y - down) % rows + down,
            )
        ]
    ]
    moved = replace(
        tilemap,
        tiles=Tiles.of(sorted(tiles, key=lambda tile: (tile.y, tile.x))),
        bounds=Bounds(right * 32, down * 32, columns * 32, rows * 32),
    )
    first, second = (decoded(tiny_components, ask(each)) for each in (tilemap, moved))
    assert np.abs(np.roll(second, (down * 32, right * 32), axis=(0, 1)) - first).max() < 1e-4
    assert first.std() > 0.01


def test_convolutions_wrap_along_the_axes_that_are_asked_for_and_are_given_back() -> None:
    convolution = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 3, stride=2, padding=1))
    picture = torch.randn(1, 2, 8, 8)
    with torch.no_grad():
        plain = convolution(picture)
        with wrap_convolutions(convolution, WrapAxes(x=True)):
            wrapped = convolution(picture)
            rolled = convolution(picture.roll(2, dims=3))
        assert torch.allclose(wrapped.roll(1, dims=3), rolled, atol=1e-6)
        assert torch.allclose(wrapped[..., 1:], plain[..., 1:], atol=1e-6)
        assert not torch.allclose(wrapped, plain)
        assert torch.equal(convolution(picture), plain)


def test_a_plain_prompt_wraps(tiny_components: Components) -> None:
    settings = BakeSettings.model_validate({"steps": 2, "scheduler": "euler"})
    pipeline = Pipeline(tiny_components)
    flat, wrapped = (
        pipeline.generate("moss", (64, 64), ignore, settings=settings, wrap=wrap).image.astype(int)
        for wrap in (None, "both")
    )
    assert np.abs(flat - wrapped).max() > 0


def test_tiles_whose_edges_may_meet_have_the_same_pixels_there(tiny_components: Components) -> None:
    request = ask(read(corners=["w", "g"]))
    sheet = Pipeline(tiny_components).bake(request, ignore).image
    assert sheet.shape == (128, 128, 3)
    assert_edges_meet(sheet, 2, solid=2)


def test_tiles_of_a_blob_have_the_same_pixels_where_they_may_meet(tiny_components: Components) -> None:
    tilemap = read(blob=["w", "g"], settings={**QUICK, "pixels_per_tile": 48})
    sheet = Pipeline(tiny_components).bake(ask(tilemap), ignore).image
    assert sheet.shape == (6 * 32, 8 * 32, 3)
    sides: dict[tuple[str | bool, ...], list[NDArray[np.uint8]]] = {}
    for column, row, found in layout_of(tilemap).sheet_tiles():
        assert isinstance(found, BlobTile)
        tile = sheet[row * 32 : (row + 1) * 32, column * 32 : (column + 1) * 32]
        on = [found.terrain == OVER and each for each in found.around]
        for name, ends, strip in (
            ("above", on[7:] + on[:2], tile[:2]),
            ("right", on[1:4], tile[:, -2:]),
            ("below", on[5:2:-1], tile[-2:]),
            ("left", on[7:4:-1], tile[:, :2]),
        ):
            sides.setdefault((name, *ends), []).append(strip)
    assert len(sides) == 4 * 5
    assert all((strip == found[0]).all() for found in sides.values() for strip in found)


def test_a_dual_grid_s_sheet_has_the_tiles_of_its_corners_in_another_order(
    tiny_components: Components,
) -> None:
    plain, dual = (read(corners=["w", "g"], dual_grid=is_dual) for is_dual in (False, True))
    requests = [ask(plain), ask(dual)]
    sheets = [Pipeline(tiny_components).bake(request, ignore).image for request in requests]
    assert requests[0].digest() != requests[1].digest()
    tiles = [
        {
            tile: sheet[row * 32 : (row + 1) * 32, column * 32 : (column + 1) * 32].tobytes()
            for column, row, tile in layout_of(tilemap).sheet_tiles()
        }
        for tilemap, sheet in zip((plain, dual), sheets, strict=True)
    ]
    assert tiles[0] == tiles[1]
    assert (sheets[0] != sheets[1]).any()


def test_tiles_of_pixel_art_meet_too(tiny_components: Components) -> None:
    palette = ["#000000", "#406040", "#80a060", "#ffffff"]
    pixel_art = {**QUICK, "art_pixels_per_tile": 16, "resample": "area", "palette": palette}
    sheet = Pipeline(tiny_components).bake(ask(read(corners=["w", "g"], settings=pixel_art)), ignore).image
    assert_edges_meet(sheet, 2, solid=2)
    assert len(np.unique(sheet.reshape(-1, 3), axis=0)) <= 4


def assert_edges_meet(sheet: NDArray[np.uint8], terrains: int, solid: int) -> None:
    """Assert that all sides of one kind are the same pixels, on tiles at both sides of them."""
    side = sheet.shape[1] // terrains**2
    sides: dict[tuple[str, int, int], list[NDArray[np.uint8]]] = {}
    for column, row, corners in tiles_of(arrange(terrains)):
        tile = sheet[row * side : (row + 1) * side, column * side : (column + 1) * side]
        top_left, top_right, bottom_left, bottom_right = corners
        for kind, first, last, strip in (
            ("right of an edge", top_left, bottom_left, tile[:, :solid]),
            ("left of an edge", top_right, bottom_right, tile[:, -solid:]),
            ("below an edge", top_left, top_right, tile[:solid]),
            ("above an edge", bottom_left, bottom_right, tile[-solid:]),
        ):
            sides.setdefault((kind, first, last), []).append(strip)
    assert len(sides) == 4 * terrains**2
    assert all((strip == found[0]).all() for found in sides.values() for strip in found)
