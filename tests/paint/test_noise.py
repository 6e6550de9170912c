"""Noise belongs to places: it does not know how large a canvas is."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilebake.paint.noise import coordinate_noise

MASK = 2**64 - 1
coordinates = st.integers(-(2**40), 2**40)


def mix(z: int) -> int:
    """SplitMix64 on Python's own integers."""
    z = (z + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def literal_noise(seed: int, x: int, y: int, channel: int) -> float:
    """One value, by hand."""
    first = mix(mix(mix(mix(seed & MASK) ^ channel) ^ (y & MASK)) ^ (x & MASK))
    uniforms = [((bits >> 11) + 1) / 2**53 for bits in (first, mix(first))]
    return math.sqrt(-2 * math.log(uniforms[0])) * math.cos(2 * math.pi * uniforms[1])


@given(st.integers(-(2**70), 2**70), coordinates, coordinates)
def test_noise_is_the_literal_function_of_seed_place_and_channel(seed: int, x: int, y: int) -> None:
    noise = coordinate_noise(seed, x, y, width=2, height=3, channels=2)
    literal = [
        [[literal_noise(seed, x + i, y + j, channel) for i in range(2)] for j in range(3)]
        for channel in range(2)
    ]
    np.testing.assert_allclose(noise, literal, rtol=1e-6, atol=1e-7)


@given(coordinates, coordinates, st.integers(0, 5), st.integers(0, 5))
def test_a_crop_of_a_larger_field_is_the_smaller_field(x: int, y: int, left: int, top: int) -> None:
    large = coordinate_noise(7, x, y, width=9, height=8, channels=3)
    small = coordinate_noise(7, x + left, y + top, width=4, height=3, channels=2)
    np.testing.assert_array_equal(small, large[:2, top : top + 3, left : left + 4])


def test_fields_meet_at_zero_without_a_seam() -> None:
    across = coordinate_noise(3, -2, -2, width=4, height=4, channels=1)
    np.testing.assert_array_equal(across[:, 2:, 2:], coordinate_noise(3, 0, 0, width=2, height=2, channels=1))


@pytest.mark.parametrize("seed", [0, 1, 2**63, -5])
def test_noise_is_standard_normal(seed: int) -> None:
    noise = coordinate_noise(seed, -100, 50, width=256, height=256, channels=4).astype(np.float64)
    count = noise.size
    assert abs(noise.mean()) < 4 / math.sqrt(count)
    assert abs(noise.var() - 1) < 4 * math.sqrt(2 / count)
    assert abs((noise**4).mean() - 3) < 4 * math.sqrt(96 / count)
    assert np.isfinite(noise).all()


@pytest.mark.parametrize("shift", [(0, 0, 1), (0, 1, 0), (0, 1, 1), (1, 0, 0)])
def test_neighbours_know_nothing_of_each_other(shift: tuple[int, int, int]) -> None:
    noise = coordinate_noise(11, 0, 0, width=200, height=200, channels=4)
    channel, row, column = shift
    here = noise[: 4 - channel, : 200 - row, : 200 - column]
    there = noise[channel:, row:, column:]
    assert abs(float((here * there).mean())) < 4 / math.sqrt(here.size)


def test_another_seed_is_another_field() -> None:
    one, other = (coordinate_noise(seed, 0, 0, width=200, height=200, channels=1) for seed in (1, 2))
    assert abs(float((one * other).mean())) < 4 / math.sqrt(one.size)


def test_x_and_y_are_not_interchangeable() -> None:
    noise = coordinate_noise(0, 0, 0, width=50, height=50, channels=1)[0]
    assert not np.isclose(noise, noise.T)[~np.eye(50, dtype=bool)].any()
