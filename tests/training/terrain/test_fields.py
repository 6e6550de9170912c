"""The arithmetic that terrains are painted with."""

import numpy as np
import pytest

from training.terrain.blocks import blocks
from training.terrain.fields import cells, colour, mix, noise, ramp, smoothstep, unit


def test_noise_has_mean_0_and_deviation_1() -> None:
    field = noise(np.random.default_rng(0), (96, 64), 20)
    assert field.shape == (96, 64)
    assert abs(field.mean()) < 1e-3
    assert abs(field.std() - 1) < 1e-3


def test_noise_stretches_along_its_angle() -> None:
    field = noise(np.random.default_rng(0), (128, 128), 16, stretch=4)
    assert np.abs(np.diff(field, axis=0)).mean() > 1.5 * np.abs(np.diff(field, axis=1)).mean()


@pytest.mark.parametrize(
    ("low", "high", "at", "expected"),
    [(0, 2, -1, 0), (0, 2, 1, 0.5), (0, 2, 3, 1), (2, 0, 3, 0), (2, 0, -1, 1)],
)
def test_smoothstep_rises_or_falls(low: float, high: float, at: float, expected: float) -> None:
    assert smoothstep(low, high, np.array([[at]])) == expected


def test_a_ramp_goes_from_colour_to_colour() -> None:
    field = np.array([[0, 0.5, 1]])
    np.testing.assert_allclose(ramp(field, "#000000", "#ff0000")[0, :, 0], [0, 0.5, 1], atol=1e-6)
    np.testing.assert_allclose(ramp(field, "#102030", "#ffffff")[0, 0], colour("#102030"))


def test_mixing_takes_the_share_of_what_is_above() -> None:
    below, above = np.zeros((2, 2, 3)), np.ones((2, 2, 3))
    np.testing.assert_array_equal(mix(below, above, np.full((2, 2), 0.25)), above / 4)


def test_unit_brings_deviations_into_0_to_1() -> None:
    np.testing.assert_array_equal(unit(np.array([[-9.0, -2, 0, 2, 9]])), [[0, 0, 0.5, 1, 1]])


def test_cells_without_jitter_are_a_grid() -> None:
    """Literally: a place's centre is the middle of its square."""
    rng, same = np.random.default_rng(3), np.random.default_rng(3)
    cell = cells(rng, (40, 50), 10, jitter=0)
    oy, ox = same.random(2)
    for y in range(0, 40, 7):
        for x in range(0, 50, 7):
            dy, dx = (y / 10 + oy) % 1 - 0.5, (x / 10 + ox) % 1 - 0.5
            assert cell.centre[y, x] == pytest.approx(np.hypot(dy, dx), abs=1e-4)
            assert cell.edge[y, x] >= 0
            assert (cell.dy[y, x], cell.dx[y, x]) == pytest.approx((dy, dx), abs=1e-4)


def test_cells_have_one_number_each() -> None:
    cell = cells(np.random.default_rng(1), (64, 64), 16)
    numbers = np.unique(cell.random)
    assert 9 <= len(numbers) <= 49
    assert (cell.random[cell.edge < 0.01].size) < cell.random.size / 10


def test_blocks_lie_in_a_bond() -> None:
    y, x = np.mgrid[:48, :96].astype(np.float32)
    block = blocks(np.random.default_rng(2), y, x, (12, 24), bond=0.5)
    assert np.abs(block.dy).max() <= 6
    assert np.abs(block.dx).max() <= 12
    offset = np.abs(block.dx[0] - block.dx[12])  # a row further: half a block to the side
    np.testing.assert_allclose(offset, 12, atol=1e-3)
