"""Edges as ControlNets called canny know them, against the algorithm written out pixel by pixel."""

import numpy as np
import pytest

from tests.paint.test_pipeline import Pixels
from tilebake.paint.structure.edges import HIGH, LOW, find_edges


def found(pixels: Pixels) -> np.ndarray:
    edges = find_edges((pixels / 255).astype(np.float32))
    assert edges.shape == pixels.shape
    assert set(np.unique(edges)) <= {0.0, 1.0}
    return edges[..., 0] > 0


def literal(pixels: Pixels) -> np.ndarray:
    """Canny (1986) as OpenCV has it, in loops: the channel that changes most, L1, thinned, linked."""
    height, width = pixels.shape[:2]
    around = np.pad(pixels.astype(int), ((1, 1), (1, 1), (0, 0)), mode="edge")
    sobel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    slope = np.zeros((height, width, 2), int)
    change = np.zeros((height + 2, width + 2), int)
    for y in range(height):
        for x in range(width):
            block = around[y : y + 3, x : x + 3]
            slopes = [((sobel * block[..., c]).sum(), (sobel.T * block[..., c]).sum()) for c in range(3)]
            slope[y, x] = max(slopes, key=lambda each: abs(each[0]) + abs(each[1]))
            change[y + 1, x + 1] = np.abs(slope[y, x]).sum()
    thin = np.zeros((height, width), bool)
    for y in range(height):
        for x in range(width):
            right, down = slope[y, x]
            own = change[y + 1, x + 1]
            angle = np.degrees(np.arctan2(abs(down), abs(right)))
            if angle < 22.5:
                is_ridge = own > change[y + 1, x] and own >= change[y + 1, x + 2]
            elif angle > 67.5:
                is_ridge = own > change[y, x + 1] and own >= change[y + 2, x + 1]
            else:
                sign = -1 if (right < 0) != (down < 0) else 1
                is_ridge = own > change[y, x + 1 - sign] and own > change[y + 2, x + 1 + sign]
            thin[y, x] = is_ridge and own > LOW
    edges = thin & (change[1:-1, 1:-1] > HIGH)
    while True:
        wider = np.pad(edges, 1)
        near = sum(
            wider[1 + y : 1 + y + height, 1 + x : 1 + x + width] for y in (-1, 0, 1) for x in (-1, 0, 1)
        )
        grown = edges | (thin & (near > 0))
        if (grown == edges).all():
            return edges
        edges = grown


@pytest.mark.parametrize("seed", range(3))
def test_edges_are_those_of_the_algorithm_written_out(seed: int) -> None:
    random = np.random.default_rng(seed)
    blocks = random.integers(0, 256, (5, 7, 3)).repeat(6, axis=0).repeat(6, axis=1)
    soft = np.cumsum(random.integers(-9, 10, (30, 42, 3)), axis=1)
    pixels = (blocks + soft + random.integers(-30, 31, blocks.shape)).clip(0, 255).astype(np.uint8)
    expected = literal(pixels)
    np.testing.assert_array_equal(found(pixels), expected)
    assert 0.05 < expected.mean() < 0.5


def test_the_border_of_two_flat_colours_is_one_line() -> None:
    pixels = np.zeros((16, 16, 3), np.uint8)
    pixels[:, 8:] = (0, 90, 0)
    edges = found(pixels)
    assert edges.any(axis=0).sum() == 1
    assert edges[:, edges.any(axis=0)].all()
    assert not found(np.full((16, 16, 3), 90, np.uint8)).any()


def test_a_faint_line_is_kept_where_it_is_linked_to_a_strong_one() -> None:
    pixels = np.zeros((12, 24, 3), np.uint8)
    pixels[6:, :8] = 200
    pixels[6:, 8:] = 40  # a change of 160: between both thresholds
    assert found(pixels)[:, 10:].any()
    pixels[6:, :8] = 40
    assert not found(pixels).any()
