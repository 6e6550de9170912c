"""Masks as pictures."""

import json
import re
from typing import Any

import numpy as np
import pytest

from tilebake.level.canvas import canvas_for
from tilebake.level.masks.regions import region_masks
from tilebake.level.terrain import Terrain
from tilebake.level.tilemap import TileMap, parse_map
from tilebake.paint.report.mask_sheet import (
    EDGE_COLOUR,
    edge_picture,
    heat,
    mask_panels,
    terrain_colours,
    tile_picture,
)

MAP: dict[str, Any] = {
    "tilebake": 1,
    "terrains": {"grass": "grass", "lake": "blue water"},
    "legend": {"g": "grass", "w": "lake", ".": None},
    "rows": ["gw.", "gww"],
}


def read(**changes: object) -> TileMap:
    return parse_map(json.dumps(MAP | changes))


def test_heat_is_brighter_where_the_mask_is_larger() -> None:
    brightness = heat(np.linspace(0, 1, 64, dtype=np.float32)[None]).sum(axis=-1)[0]
    assert (np.diff(brightness.astype(int)) > 0).all()


def test_a_map_gives_its_tiles_each_mask_the_rest_the_sum_and_the_edges() -> None:
    tilemap = read()
    canvas = canvas_for(tilemap, 64)
    panels = mask_panels(tilemap, canvas, region_masks(tilemap, canvas, 4.0))
    assert [panel.title for panel in panels] == ["tiles", "grass", "lake", "no tile", "sum of all", "edges"]
    assert re.fullmatch(r"min 0\.000  max 0\.9..   2 tiles\ngrass", panels[1].caption)
    assert panels[4].caption.startswith("min 1.000000  max 1.000000")


def test_a_full_map_has_no_panel_for_what_is_left() -> None:
    tilemap = read(rows=["gw", "gw"])
    canvas = canvas_for(tilemap, 64)
    panels = mask_panels(tilemap, canvas, region_masks(tilemap, canvas, 4.0))
    assert "no tile" not in [panel.title for panel in panels]


@pytest.mark.parametrize("grid", ["square", "isometric", "half_offset", "hexagonal"])
@pytest.mark.parametrize("tile_size", [64, [64, 32], 10])
def test_a_tile_has_its_terrains_colour_at_its_centre(grid: str, tile_size: object) -> None:
    tilemap = read(grid=grid, tile_size=tile_size, origin=[-2, 1])
    canvas = canvas_for(tilemap, 64)
    picture = tile_picture(tilemap, canvas)
    colours = terrain_colours(tilemap.terrains)
    pixels_per_map_pixel = canvas.scale * picture.shape[1] / canvas.width
    for tile in tilemap.tiles:
        x = (tile.centre_x * canvas.scale / 8 - canvas.origin_x) * 8 / canvas.scale * pixels_per_map_pixel
        y = (tile.centre_y * canvas.scale / 8 - canvas.origin_y) * 8 / canvas.scale * pixels_per_map_pixel
        assert tuple(picture[int(y), int(x)]) == colours[tile.terrain]


def test_edges_run_where_the_strongest_mask_changes() -> None:
    tilemap = read(rows=["gw", "gw"])
    canvas = canvas_for(tilemap, 64)
    tiles = tile_picture(tilemap, canvas)
    edges = (edge_picture(tiles, region_masks(tilemap, canvas, 4.0)) == EDGE_COLOUR).all(axis=-1)
    middle = tiles.shape[1] // 2
    assert edges[:, middle - 1 : middle + 1].all()
    assert not edges[:, : middle - 1].any()
    assert not edges[:, middle + 1 :].any()


def test_no_two_terrains_have_one_colour() -> None:
    names = ["grass", "dry grass", "lush grass", "lava", "void", "carpet", "price", "deep water", "water"]
    colours = terrain_colours([Terrain(name, f"some {name}") for name in names])
    assert len(set(colours.values())) == len(names)


def test_a_terrains_own_name_counts_before_its_prompt() -> None:
    forest = terrain_colours([Terrain("forest", "snowy forest")])["forest"]
    assert forest == terrain_colours([Terrain("forest", "dark forest")])["forest"]
