"""Colours in OKLab, moves along a way, and what counts as monotone."""

import numpy as np
import pytest

from benchmarks.control.colours import along, is_monotone, mean_colour, oklab


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [
        ((255, 255, 255), (100, 0, 0)),
        ((0, 0, 0), (0, 0, 0)),
        # Ottosson's own figures for sRGB red, green and blue.
        ((255, 0, 0), (62.796, 22.486, 12.585)),
        ((0, 255, 0), (86.644, -23.389, 17.950)),
        ((0, 0, 255), (45.201, -3.246, -31.153)),
    ],
)
def test_oklab_is_as_published(rgb: tuple[int, int, int], lab: tuple[float, float, float]) -> None:
    np.testing.assert_allclose(oklab(np.array(rgb, np.uint8)), lab, atol=0.01)


def test_the_mean_is_of_the_pixels_asked_for() -> None:
    image = np.zeros((2, 2, 4), np.uint8)
    image[0] = 255
    where = np.array([[True, True], [False, False]])
    np.testing.assert_allclose(mean_colour(image, where), (100, 0, 0), atol=0.01)
    assert mean_colour(image, np.ones((2, 2), bool))[0] == pytest.approx(50, abs=0.01)


def test_a_move_is_measured_along_its_reference() -> None:
    way = np.array([3.0, 4.0, 0.0])
    assert along(way, way) == pytest.approx(1)
    assert along(-0.5 * way, way) == pytest.approx(-0.5)
    assert along(np.array([-4.0, 3.0, 9.0]), way) == pytest.approx(0)


@pytest.mark.parametrize(
    ("values", "is_so"), [((1, 2, 5), True), ((1, 1, 2), False), ((1, 3, 2), False), ((-5, 0, 0.1), True)]
)
def test_monotone_is_every_step_upwards(values: tuple[float, ...], is_so: bool) -> None:
    assert is_monotone(values) == is_so
