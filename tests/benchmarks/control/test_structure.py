"""Structure is where edges are: light, contrast and hue do not move it, another painting does."""

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.control.structure import edge_map, structure_kept
from training.terrain.scene import Patch, single

Pixels = NDArray[np.uint8]


def painting(seed: int, terrain: str = "stone") -> Pixels:
    return (single(np.random.default_rng(seed), (128, 160), Patch(terrain)) * 255).astype(np.uint8)


@pytest.fixture(scope="module")
def stone() -> Pixels:
    return painting(1)


def everywhere(image: Pixels) -> NDArray[np.bool_]:
    return np.ones(image.shape[:2], bool)


def test_light_contrast_and_hue_leave_it(stone: Pixels) -> None:
    darker = (stone * 0.5 + 20).astype(np.uint8)
    redder = np.stack([stone[..., 0], stone[..., 1] // 2, stone[..., 2] // 2], axis=-1)
    assert structure_kept(stone, stone, everywhere(stone)) == pytest.approx(1)
    assert structure_kept(stone, darker, everywhere(stone)) > 0.98
    assert structure_kept(stone, redder, everywhere(stone)) > 0.98


def test_another_painting_has_none_of_it(stone: Pixels) -> None:
    assert abs(structure_kept(stone, painting(2), everywhere(stone))) < 0.2
    assert abs(structure_kept(stone, stone[::-1, ::-1], everywhere(stone))) < 0.2


def test_a_shift_is_noticed(stone: Pixels) -> None:
    shifted = np.roll(stone, 6, axis=1)
    assert structure_kept(stone, shifted, everywhere(stone)) < 0.5


def test_only_the_pixels_asked_for_count(stone: Pixels) -> None:
    half = stone.copy()
    half[:, 80:] = painting(2)[:, 80:]
    left = everywhere(stone)
    left[:, 72:] = False  # clear of the seam, which softening spreads
    assert structure_kept(stone, half, left) == pytest.approx(1)
    assert structure_kept(stone, half, ~left) < 0.5


def test_transparency_is_no_edge(stone: Pixels) -> None:
    alpha = np.random.default_rng(0).integers(0, 255, (*stone.shape[:2], 1), np.uint8)
    np.testing.assert_array_equal(edge_map(np.concatenate([stone, alpha], axis=-1)), edge_map(stone))


def test_an_edge_is_as_strong_as_its_step() -> None:
    weak, strong = (np.zeros((32, 32, 3), np.uint8) for _ in range(2))
    weak[:, 16:], strong[:, 16:] = 40, 120
    assert edge_map(strong).max() == pytest.approx(3 * edge_map(weak).max(), rel=1e-4)
    assert edge_map(strong)[:, :8].max() == pytest.approx(0, abs=1e-3)
