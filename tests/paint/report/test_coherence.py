"""Drift and ghosts against short reference implementations and pictures whose figures are known."""

import numpy as np
import pytest

from tilebake.paint.report.coherence import measure_drift, measure_ghost, to_lab

CHANCE = np.random.default_rng(1)


def test_colours_in_lab_are_those_of_the_standard() -> None:
    """Known values of sRGB's white, black, red, green and blue under D65."""
    found = to_lab(np.array([[1, 1, 1], [0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], float))
    wanted = [[100, 0, 0], [0, 0, 0], [53.24, 80.09, 67.20], [87.73, -86.18, 83.18], [32.30, 79.19, -107.86]]
    assert found == pytest.approx(np.array(wanted), abs=0.05)


def test_drift_is_a_ratio_over_all_pairs() -> None:
    colours = CHANCE.normal(size=(40, 3))
    windows = np.array([0] * 10 + [1] * 25 + [2] * 5)
    colours[:10] += 1.5
    within: list[float] = []
    between: list[float] = []
    for a in range(40):
        for b in range(a):
            distance = float(((colours[a] - colours[b]) ** 2).sum())
            (within if windows[a] == windows[b] else between).append(distance)
    assert measure_drift(colours, windows) == pytest.approx((np.mean(between) / np.mean(within)) ** 0.5)


def test_windows_without_a_colour_of_their_own_do_not_drift() -> None:
    colours = CHANCE.normal(size=(4000, 3))
    assert measure_drift(colours, np.arange(4000) % 8) == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("windows", [[0, 0, 0], [0, 1, 2]], ids=["one window", "a tile each"])
def test_drift_of_too_few_tiles_is_not_known(windows: list[int]) -> None:
    assert measure_drift(CHANCE.normal(size=(3, 3)), np.array(windows)) is None


def test_a_blur_where_windows_overlap_is_seen() -> None:
    image = CHANCE.integers(0, 256, (200, 300, 3), np.uint8)
    rows, columns = np.zeros(200, bool), np.zeros(300, bool)
    columns[100:140] = True
    assert measure_ghost(image, (rows, columns)) == pytest.approx(1, abs=0.05)
    blurred = image.copy()
    blurred[:, 100:140] = ((image[:, 100:140].astype(int) + image[:, 101:141]) // 2).astype(np.uint8)
    ghost = measure_ghost(blurred, (rows, columns))
    assert ghost is not None
    assert ghost < 0.7
    assert measure_ghost(image, (rows, np.zeros(300, bool))) is None
