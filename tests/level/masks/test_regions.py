import json
from collections.abc import Sequence
from dataclasses import replace
from math import ceil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tilebake.level.canvas import LATENT, Canvas, canvas_for
from tilebake.level.masks.regions import Regions, pool, region_masks
from tilebake.level.tilemap import Centres, Terrain, Tile, TileMap, Tiles, parse_map

RIVER = ("ggwggg", "gwwg.g", "wgg..g", "gggg.s")
GRIDS: list[dict[str, object]] = [
    {"grid": "square", "tile_size": [64, 64]},
    {"grid": "isometric", "tile_size": [64, 32]},
    {"grid": "half_offset", "tile_size": [48, 64], "offset_axis": "vertical"},
    {"grid": "hexagonal", "tile_size": [110, 94]},
]


def draw(rows: Sequence[str], **keys: object) -> TileMap:
    """A map of grass, water and sand, by their first letters."""
    terrains = {"grass": "green grass", "sand": "fine sand", "water": "blue water"}
    legend = {"g": "grass", "s": "sand", "w": "water", ".": None}
    wire = {"tilebake": 1, "base_prompt": "a map", "terrains": terrains, "legend": legend, "rows": rows}
    return parse_map(json.dumps({**wire, **keys}))


def scatter(tiles: Sequence[tuple[float, float, str]]) -> TileMap:
    """A map of tiles anywhere, with no cells between them."""
    placed = Tiles.of(Tile(i, 0, name, x, y) for i, (x, y, name) in enumerate(tiles))
    names = sorted({name for _, _, name in tiles})
    return replace(
        draw(["g"]),
        tiles=placed,
        empty=Centres.of(()),
        terrains=tuple(Terrain(name, f"{name} prompt") for name in names),
    )


def reference_shares(tilemap: TileMap, canvas: Canvas, sigma: float) -> NDArray[np.float64]:
    """The formula, in logarithms so that nothing underflows: every tile at every pixel. [R+1, h, w]."""
    height, width = canvas.latent_size
    y, x = np.mgrid[0:height, 0:width] + 0.5
    shares = np.full((len(tilemap.terrains) + 1, height, width), -np.inf)
    weights = {terrain.name: (i, terrain.weight) for i, terrain in enumerate(tilemap.terrains)}
    sites = [(tile.centre_x, tile.centre_y, tile.weight, *weights[tile.terrain]) for tile in tilemap.tiles]
    for centre_x, centre_y, weight, region, terrain_weight in [
        *sites,
        *((x, y, 1.0, len(tilemap.terrains), 1.0) for x, y in tilemap.empty),
    ]:
        from_x = x - (centre_x * canvas.scale / LATENT - canvas.origin_x)
        from_y = y - (centre_y * canvas.scale / LATENT - canvas.origin_y)
        gaussian = np.log(weight * terrain_weight) - (from_x**2 + from_y**2) / (2 * sigma**2)
        shares[region] = np.logaddexp(shares[region], gaussian)
    return np.exp(shares - np.logaddexp.reduce(shares, axis=0))


def assert_whole(regions: Regions) -> None:
    assert np.isfinite(regions.shares).all()
    assert regions.shares.min() >= 0
    np.testing.assert_allclose(regions.shares.sum(axis=0), 1, atol=1e-6)


@pytest.mark.parametrize("sigma", [0.01, 0.1, 0.4, 4, 40])
@pytest.mark.parametrize("grid", GRIDS, ids=lambda grid: str(grid["grid"]))
def test_masks_follow_the_formula_on_every_grid(grid: dict[str, object], sigma: float) -> None:
    tilemap = draw(RIVER, **grid)
    canvas = canvas_for(tilemap, 40)
    regions = region_masks(tilemap, canvas, sigma)
    assert regions.names == ("grass", "sand", "water")
    assert regions.masks.shape == (3, *canvas.latent_size)
    assert_whole(regions)
    np.testing.assert_allclose(regions.shares, reference_shares(tilemap, canvas, sigma), atol=1e-6)


@pytest.mark.parametrize("contrast", [1.5, 2, 10])
@pytest.mark.parametrize("sigma", [0.1, 4, 40])
def test_a_contrast_narrows_borders_and_leaves_them_where_they_are(sigma: float, contrast: float) -> None:
    tilemap = draw(RIVER)
    canvas = canvas_for(tilemap, 40)
    regions = region_masks(tilemap, canvas, sigma, contrast=contrast)
    assert_whole(regions)
    soft = reference_shares(tilemap, canvas, sigma)
    crisp = soft**contrast / (soft**contrast).sum(axis=0)
    np.testing.assert_allclose(regions.shares, crisp, atol=1e-6)
    assert (regions.shares.max(axis=0) >= soft.max(axis=0) - 1e-6).all()
    np.testing.assert_array_equal(crisp.argmax(axis=0), soft.argmax(axis=0))


@settings(max_examples=40)
@given(
    tiles=st.lists(
        st.tuples(st.floats(-50, 300), st.floats(-50, 200), st.sampled_from(["grass", "sand", "water"])),
        min_size=1,
        max_size=12,
    ),
    sigma=st.floats(0.02, 60),
)
def test_masks_follow_the_formula_wherever_tiles_lie(
    tiles: list[tuple[float, float, str]], sigma: float
) -> None:
    tilemap, canvas = scatter(tiles), Canvas(296, 200, 1.0, 0, 0)
    regions = region_masks(tilemap, canvas, sigma)
    assert_whole(regions)
    np.testing.assert_allclose(regions.shares, reference_shares(tilemap, canvas, sigma), atol=1e-5)


@pytest.mark.parametrize("pixels_per_tile", [4, 5, 64, 100, 256])
def test_tiles_of_half_a_latent_pixel_to_32_make_whole_masks(pixels_per_tile: int) -> None:
    tilemap = draw(RIVER, tile_size=[16, 24])
    regions = region_masks(tilemap, canvas_for(tilemap, pixels_per_tile), pixels_per_tile / 16)
    assert_whole(regions)
    assert regions.masks.max(axis=(1, 2)).min() > 0.2  # even the one tile of sand leads somewhere


def test_far_from_every_tile_the_nearest_ones_share_as_they_would_near_by() -> None:
    tilemap, canvas = scatter([(4, 4, "grass"), (12, 4, "water")]), Canvas(4096, 8, 1.0, 0, 0)
    regions = region_masks(tilemap, canvas, 1.0)
    assert_whole(regions)
    assert regions.masks[1, 0, -1] == 1  # 511 sigma away, where every Gaussian underflows


@pytest.mark.parametrize("sigma", [0, 1e-300, 1e-6])
def test_sigma_zero_gives_each_pixel_to_its_nearest_tile(sigma: float) -> None:
    tilemap = draw(RIVER)
    canvas = canvas_for(tilemap, 64)
    shares = region_masks(tilemap, canvas, sigma).shares
    terrain = {"g": 0, "s": 1, "w": 2, ".": 3}
    tiles = np.array([[terrain[letter] for letter in row] for row in RIVER])
    expected = tiles.repeat(8, axis=0).repeat(8, axis=1) == np.arange(4)[:, None, None]
    np.testing.assert_array_equal(shares, expected)


def test_a_map_without_tiles_belongs_to_the_base_prompt() -> None:
    tilemap = replace(scatter([(0, 0, "grass")]), tiles=Tiles.of(()), terrains=(), empty=Centres.of([(8, 8)]))
    regions = region_masks(tilemap, Canvas(64, 40, 1.0, 0, 0), 4)
    assert regions.masks.shape == (0, 5, 8)
    np.testing.assert_array_equal(regions.empty, np.ones((5, 8)))


def test_a_map_without_cells_belongs_to_the_base_prompt() -> None:
    tilemap = replace(scatter([(0, 0, "grass")]), tiles=Tiles.of(()))
    regions = region_masks(tilemap, Canvas(64, 40, 1.0, 0, 0), 4)
    np.testing.assert_array_equal(regions.masks, np.zeros((1, 5, 8)))
    np.testing.assert_array_equal(regions.empty, np.ones((5, 8)))


@pytest.mark.parametrize("sigma", [0.01, 4])
def test_tiles_in_one_place_share_it_by_weight(sigma: float) -> None:
    below, above = Tile(0, 0, "grass", 32, 32, 0.25), Tile(0, 0, "water", 32, 32, 0.75)
    tilemap = replace(scatter([(0, 0, "grass"), (0, 0, "water")]), tiles=Tiles.of([below, above]))
    regions = region_masks(tilemap, Canvas(64, 64, 1.0, 0, 0), sigma)
    np.testing.assert_allclose(regions.masks[1], 0.75, rtol=1e-6)


def test_a_terrain_of_more_weight_reaches_further() -> None:
    tilemap = scatter([(4, 4, "grass"), (60, 4, "water")])
    heavy = replace(tilemap, terrains=(replace(tilemap.terrains[0], weight=3.0), *tilemap.terrains[1:]))
    canvas = Canvas(64, 8, 1.0, 0, 0)
    before, after = (region_masks(each, canvas, 2).masks[0, 0] for each in (tilemap, heavy))
    np.testing.assert_allclose(after / (1 - after), 3 * before / (1 - before), rtol=1e-3)


def test_a_terrain_of_no_weight_has_no_share() -> None:
    tilemap = scatter([(4, 4, "grass"), (60, 4, "water")])
    weightless = replace(tilemap, terrains=(replace(tilemap.terrains[0], weight=0.0), *tilemap.terrains[1:]))
    regions = region_masks(weightless, Canvas(64, 8, 1.0, 0, 0), 0.1)
    np.testing.assert_array_equal(regions.masks[0], 0)
    assert_whole(regions)


def test_a_map_elsewhere_in_the_world_has_the_same_masks() -> None:
    here, there = draw(RIVER), draw(RIVER, origin=[-7, 1000])
    shares = [region_masks(tilemap, canvas_for(tilemap, 64), 3).shares for tilemap in (here, there)]
    assert canvas_for(there, 64).origin_x == -56
    np.testing.assert_allclose(shares[0], shares[1], atol=1e-6)


@settings(max_examples=40)
@given(size=st.tuples(st.integers(1, 13), st.integers(1, 13)), seed=st.integers(0, 2**31))
def test_pooling_takes_the_mean_of_the_pixels_that_there_are(size: tuple[int, int], seed: int) -> None:
    height, width = size
    shares = np.random.default_rng(seed).dirichlet(np.ones(3), size).transpose(2, 0, 1).astype(np.float32)
    for level, pooled in enumerate(pool(shares, 3)):
        block = 2**level
        assert pooled.shape == (3, ceil(height / block), ceil(width / block))
        np.testing.assert_allclose(pooled.sum(axis=0), 1, atol=1e-6)
        for y, x in np.ndindex(pooled.shape[1:]):
            covered = shares[:, y * block : (y + 1) * block, x * block : (x + 1) * block]
            np.testing.assert_allclose(pooled[:, y, x], covered.mean(axis=(1, 2)), atol=1e-6)


def test_a_river_one_small_tile_wide_lives_on_at_every_level() -> None:
    tilemap = draw(["gggwgggg"] * 8)
    regions = region_masks(tilemap, canvas_for(tilemap, 16), 1)  # a tile is 2 latent pixels wide
    for pooled in pool(regions.shares, 3):
        assert pooled[1].max(axis=1).min() > 0.25
