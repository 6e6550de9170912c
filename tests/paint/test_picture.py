"""Colours of tiles go on beneath a soft edge and beside it, and nothing of the ground shows there."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tilebake.level.settings import Resample
from tilebake.paint.picture import alpha, bleed, to_palette

GREEN, BLUE, BROWN = (77, 174, 42), (40, 90, 200), (118, 97, 69)


def isle(side: int = 128) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """A round isle, green on the left, blue on the right, that fades into brown ground; its empty share."""
    across, down = np.meshgrid(np.arange(side) + 0.5, np.arange(side) + 0.5)
    distance = np.hypot(across - side / 2, down - side / 2)
    covered = 1 / (1 + np.exp((distance - side / 4) / 4))
    land = np.where((across < side / 2)[..., None], GREEN, BLUE)
    image = (land * covered[..., None] + np.array(BROWN) * (1 - covered[..., None])).round().astype(np.uint8)
    empty = (1 - covered).reshape(side // 8, 8, side // 8, 8).mean((1, 3)).astype(np.float32)
    return image, empty


def test_the_ground_does_not_show_beneath_a_soft_edge() -> None:
    image, empty = isle()
    opacity = alpha(empty, (0, 0, 128, 128), (128, 128), "lanczos")
    bled = bleed(image, empty)
    assert (np.abs(image[opacity > 0].astype(int) - BROWN).max(axis=-1) < 12).any(), "it did before"
    assert bled[..., 0].max() < (GREEN[0] + BROWN[0]) / 2, "of all three, brown has the most red"
    assert np.abs(bled[64, 20:50].astype(int) - GREEN).max() < 25
    assert np.abs(bled[64, 78:108].astype(int) - BLUE).max() < 40
    np.testing.assert_array_equal(bled[opacity == 255], image[opacity == 255])


def test_a_picture_without_a_tile_stays_as_it_is() -> None:
    image, _ = isle()
    np.testing.assert_array_equal(bleed(image, np.ones((16, 16), np.float32)), image)


@pytest.mark.parametrize("shape", [(8, 8), (8, 24), (40, 8), (72, 56)])
def test_any_canvas_can_be_bled(shape: tuple[int, int]) -> None:
    image = np.full((*shape, 3), GREEN, np.uint8)
    empty = np.zeros((shape[0] // 8, shape[1] // 8), np.float32)
    empty[:, -1] = 1
    assert np.abs(bleed(image, empty).astype(int) - GREEN).max() <= 1


def test_a_faint_tile_keeps_its_colour() -> None:
    image = np.full((64, 64, 3), BROWN, np.uint8)
    image[24:40, 24:40] = GREEN
    empty = np.ones((8, 8), np.float32)
    empty[3:5, 3:5] = 0.6  # no pixel of it is trusted
    assert np.abs(bleed(image, empty)[28:36, 28:36].astype(int) - GREEN).max() < 30


@pytest.mark.parametrize("resample", ["lanczos", "nearest"])
def test_what_is_empty_is_exactly_transparent(resample: Resample) -> None:
    empty = np.repeat(np.linspace(0, 1, 9, dtype=np.float32)[None], 4, axis=0)
    empty[:, -1], empty[:, 0] = 0.99, 0.01  # as a sum of Gaussians leaves it
    opacity = alpha(empty, (0, 0, 72, 32), (1440, 640), resample)
    assert (opacity[:, -1] == 0).all()
    assert (opacity[:, 0] == 255).all()
    assert (np.diff(opacity.astype(int), axis=1) <= 0).all()
    np.testing.assert_array_equal(opacity, np.broadcast_to(opacity[:1], opacity.shape))  # no seam of bands


def test_a_palette_paints_every_pixel_in_its_nearest_colour() -> None:
    image = np.random.default_rng(1).integers(0, 256, (600, 3, 3), dtype=np.uint8)  # more than one band
    mapped = to_palette(image, ["#000000", "#ffffff", "#000000"])
    assert set(np.unique(mapped)) == {0, 255}
    whole = np.concatenate(
        [to_palette(image[:300], ["#000000", "#ffffff"]), to_palette(image[300:], ["#000000", "#ffffff"])]
    )
    np.testing.assert_array_equal(mapped, whole)
