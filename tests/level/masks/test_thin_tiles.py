"""Thin features are raised to a least share of the mask, and nothing else is."""

import json
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tilebake.level.canvas import canvas_for
from tilebake.level.masks.gaussians import Gaussians, gaussians_of
from tilebake.level.masks.regions import region_masks
from tilebake.level.masks.thin_tiles import LARGEST_BOOST, boost_thin_tiles
from tilebake.level.tilemap import TileMap, parse_map

RIVER = ("ggggggg", "ggggggg", "wwwwwww", "ggggggg", "ggggggg")
SPOT = ("ggggg", "ggggg", "ggwgg", "ggggg", "ggggg")
BROAD = ("gggggggg",) * 4 + ("wwwwwwww",) * 4


def draw(rows: Sequence[str]) -> TileMap:
    wire = {
        "tilebake": 1,
        "terrains": {"grass": "grass", "water": "water"},
        "legend": {"g": "grass", "w": "water", ".": None},
        "rows": rows,
    }
    return parse_map(json.dumps(wire))


def literal_share(gaussians: Gaussians, index: int, sigma: float) -> float:
    """The share that a Gaussian's region has at the Gaussian's middle, one Gaussian at a time."""
    own = total = 0.0
    for x, y, weight, region in zip(*gaussians, strict=True):
        value = weight * np.exp(
            -((x - gaussians.x[index]) ** 2 + (y - gaussians.y[index]) ** 2) / (2 * sigma**2)
        )
        total += value
        own += value * (region == gaussians.region[index])
    return own / total


def at_middle(rows: Sequence[str], least_share: float, row: int, column: int) -> NDArray[np.float32]:
    """Grass's and water's shares in the middle of a tile of 64 pixels."""
    tilemap = draw(rows)
    masks = region_masks(tilemap, canvas_for(tilemap, 64), 4.0, least_share=least_share).masks
    return masks[:, 8 * row + 3 : 8 * row + 5, 8 * column + 3 : 8 * column + 5].mean(axis=(1, 2))


@given(
    rows=st.lists(st.text("gw.", min_size=4, max_size=4), min_size=2, max_size=5).filter(
        lambda rows: any("g" in row or "w" in row for row in rows)
    ),
    least_share=st.floats(0.1, 0.95),
    sigma=st.floats(0.5, 6),
)
def test_a_boosted_tile_would_have_its_share_if_the_others_stayed(
    rows: list[str], least_share: float, sigma: float
) -> None:
    tilemap = draw(rows)
    gaussians = gaussians_of(tilemap, canvas_for(tilemap, 64))
    factors = boost_thin_tiles(gaussians, least_share, sigma).weight / gaussians.weight
    for index, factor in enumerate(factors):
        share = literal_share(gaussians, index, sigma)
        if share >= least_share:
            assert factor == pytest.approx(1)
        else:
            needed = least_share / (1 - least_share) * (1 - share) / share
            assert factor == pytest.approx(min(needed, LARGEST_BOOST))


def test_a_river_one_tile_wide_gets_its_share() -> None:
    before, after = (at_middle(RIVER, share, 2, 3)[1] for share in (0.0, 0.9))
    assert before < 0.8
    assert after == pytest.approx(0.9, abs=0.02)


def test_a_single_tile_is_boosted_to_the_largest_boost_at_most() -> None:
    before, after = (at_middle(SPOT, share, 2, 2)[1] for share in (0.0, 0.95))
    odds_before, odds_after = before / (1 - before), after / (1 - after)
    assert odds_before * 2 < odds_after < odds_before * (LARGEST_BOOST + 0.1)


@pytest.mark.parametrize(("row", "column"), [(0, 3), (1, 0), (6, 4), (7, 7)])
def test_broad_terrains_stay_as_they_are(row: int, column: int) -> None:
    np.testing.assert_allclose(
        at_middle(BROAD, 0.9, row, column), at_middle(BROAD, 0, row, column), atol=1e-6
    )


def test_masks_stay_whole_and_soft() -> None:
    tilemap = draw(RIVER)
    regions = region_masks(tilemap, canvas_for(tilemap, 64), 4.0, least_share=0.9)
    np.testing.assert_allclose(regions.shares.sum(axis=0), 1, atol=1e-6)
    assert np.abs(np.diff(regions.masks[1], axis=0)).max() < 0.25
