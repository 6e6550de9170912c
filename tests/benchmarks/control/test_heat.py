"""Heat inside of tiles and outside, and heads that are blind to the picture."""

import numpy as np
import pytest
import torch

from benchmarks.control.attended import by_tile, inside_over_outside, tile_heat
from benchmarks.control.fixed_heads import spread
from benchmarks.control.heat import tiles_of
from benchmarks.control.scenes import ROWS, small_map
from benchmarks.quality.vocabulary import noun_in
from tilebake.paint.observe.attention_maps import AttentionMaps

INSIDE = np.zeros((4, 4), bool)
INSIDE[:2] = True


def test_a_tile_is_the_mean_of_what_it_covers() -> None:
    values = np.arange(2 * 4 * 6, dtype=np.float32).reshape(2, 4, 6)
    literal = [
        [[values[w, 2 * r : 2 * r + 2, 3 * c : 3 * c + 3].mean() for c in range(2)] for r in range(2)]
        for w in range(2)
    ]
    np.testing.assert_allclose(by_tile(values, (2, 2)), literal)


def test_heat_is_the_mean_over_steps_and_over_levels_alike() -> None:
    fine, coarse = np.zeros((3, 1, 8, 8), np.float32), np.zeros((3, 1, 4, 4), np.float32)
    fine[0], coarse[:] = 0.6, 0.4
    heat = tile_heat(AttentionMaps(("grass",), ((0,),), {0: fine, 1: coarse}), (4, 4))
    np.testing.assert_allclose(heat, np.full((1, 4, 4), 0.3))


def test_inside_over_outside() -> None:
    assert inside_over_outside(np.where(INSIDE, 0.6, 0.1), INSIDE) == pytest.approx(6)
    assert inside_over_outside(np.ones((4, 4)), INSIDE) == 1


def test_too_few_tiles_tell_nothing() -> None:
    one = np.zeros((4, 4), bool)
    one[0, 0] = True
    assert inside_over_outside(np.ones((4, 4)), one) is None
    assert inside_over_outside(np.ones((4, 4)), ~one) is None


def test_the_tiles_of_a_terrain_are_where_its_map_has_them() -> None:
    for name in ("grass", "forest"):
        expected = [[letter == name[0] for letter in row] for row in ROWS]
        np.testing.assert_array_equal(tiles_of(small_map({}), name), expected)


@pytest.mark.parametrize(
    ("prompt", "noun"),
    [("dark forest", "forest"), ("Cobblestone path", "cobblestone path"), ("deep water", "deep water")],
)
def test_the_noun_is_the_longest_there_is(prompt: str, noun: str) -> None:
    assert noun_in(prompt) == noun


def test_without_a_noun_there_is_nothing_to_look_for() -> None:
    with pytest.raises(ValueError, match="no terrain"):
        noun_in("top-down map")


def test_a_head_is_fixed_when_all_pixels_attend_alike() -> None:
    alike = torch.tensor([[0.9, 0.1, 0.0]]).expand(1, 8, 3)
    apart = torch.eye(4).repeat(2, 1)[None]  # eight pixels, each wholly to one of four tokens
    assert spread(alike).item() == pytest.approx(0)
    assert spread(apart).item() == pytest.approx(0.75)
    assert spread(torch.cat([alike, alike])).shape == (2,)
