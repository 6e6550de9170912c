"""Which pixels an edit may change, and which it may not touch."""

import numpy as np

from benchmarks.control.insides import inside_by
from tilebake.paint.control.composite import EDIT_MARGIN, composite

LATENTS = (8, 24)


def mask() -> np.ndarray:
    """All in the left quarter, then less and less, from column 10 on nothing."""
    values = np.zeros(LATENTS, np.float32)
    values[:, :6] = 1
    values[:, 6:10] = (0.8, 0.6, 0.4, 0.2)
    return values


def test_the_core_is_where_the_mask_is_whole_and_beyond_is_behind_the_margin() -> None:
    inside = inside_by(mask())
    assert inside.core.shape == inside.beyond.shape == (64, 192)
    assert inside.core[:, : 6 * 8].all()
    assert not inside.core[:, 6 * 8 :].any()
    first = (10 + EDIT_MARGIN) * 8
    assert inside.beyond[:, first:].all()
    assert not inside.beyond[:, :first].any()


def test_what_the_engine_lays_over_the_source_stays_within() -> None:
    source, target = (np.full((64, 192, 3), value, np.float32) for value in (0.2, 0.8))
    before, after = ((255 * image).astype(np.uint8) for image in (source, composite(source, target, mask())))
    assert (before != after).any()
    assert inside_by(mask()).changed_beyond(before, after) == 0


def test_one_pixel_too_far_is_counted() -> None:
    before = np.zeros((64, 192, 3), np.uint8)
    after = before.copy()
    after[0, 0] = after[63, 191, 2] = after[10, 180] = 1
    assert inside_by(mask()).changed_beyond(before, after) == 2


def test_of_a_whole_picture_nothing_is_beyond() -> None:
    inside = inside_by(np.ones(LATENTS, np.float32))
    assert inside.core.all()
    assert not inside.beyond.any()
