"""Where a word works, where the target's latents and pixels count."""

import numpy as np
import pytest
import torch

from tilebake.errors import PromptError
from tilebake.level.edit.edit import Threshold
from tilebake.paint.control.composite import EDIT_MARGIN, composite, opacity
from tilebake.paint.control.word_masks import pool_masks, word_masks

HILL = torch.tensor([[0.0, 0.1, 0.2, 0.4, 0.2, 0.1, 0.0]])[None]  # [1, 1, 7]


def widths(threshold: Threshold, heat: torch.Tensor = HILL) -> int:
    return int(word_masks(heat, threshold, 1, (1, 7)).sum())


def test_a_mask_is_where_a_word_is_above_its_share_of_the_peak() -> None:
    assert [widths(Threshold(above)) for above in (0.0, 0.3, 0.45, 0.6)] == [5, 3, 3, 1]


def test_compressing_lifts_what_is_faint() -> None:
    assert widths(Threshold(0.45, gamma=0.5)) == 5
    assert widths(Threshold(0.45, gamma=3.0)) == 1


def test_a_few_hot_spots_count_less_by_a_quantile() -> None:
    spotted = torch.full((1, 1, 101), 0.1)
    spotted[0, 0, 50] = 0.9
    mask = word_masks(spotted, Threshold(0.3), 1, (1, 101))
    assert mask.sum() == 1
    assert word_masks(spotted, Threshold(0.3, quantile=0.9), 1, (1, 101)).all()


def test_an_absent_word_masks_nothing() -> None:
    assert widths(Threshold(0.3), HILL * 0.02) == 0
    assert widths(Threshold(0.3, floor=0.001), HILL * 0.02) == 3
    assert widths(Threshold(0.3), HILL * 0) == 0


def test_every_word_has_a_peak_of_its_own() -> None:
    masks = word_masks(torch.cat([HILL, HILL / 10]), Threshold(0.3), 1, (1, 7))
    assert torch.equal(masks[0], masks[1])


def test_a_coarse_map_covers_its_latents_whatever_their_number() -> None:
    heat = torch.zeros(1, 2, 3)
    heat[0, 1, 2] = 1
    mask = word_masks(heat, Threshold(0.45), 4, (6, 10))[0]
    assert mask.shape == (6, 10)
    assert mask[5, 9] == 1
    assert mask[:3].sum() == 0


def test_masks_are_averaged_at_each_level() -> None:
    mask = torch.zeros(1, 3, 5)
    mask[0, 0, 0] = mask[0, 2, 4] = 1
    fine, half, quarter = pool_masks(mask, 3)
    torch.testing.assert_close(fine, mask.flatten(1))
    torch.testing.assert_close(half.unflatten(1, (2, 3))[0], torch.tensor([[0.25, 0, 0], [0, 0, 1]]))
    torch.testing.assert_close(quarter, torch.tensor([[1 / 12, 1 / 3]]))


@pytest.mark.parametrize("values", [{"above": 1.0}, {"gamma": 0.0}, {"quantile": 0.0}, {"above": -0.1}])
def test_thresholds_out_of_range_are_refused(values: dict[str, float]) -> None:
    with pytest.raises(PromptError, match="take a threshold"):
        Threshold(**values)  # pyright: ignore[reportArgumentType]


def test_pixels_are_the_targets_inside_and_the_sources_beyond_the_margin() -> None:
    mask = np.zeros((16, 20), np.float32)
    mask[6:9, 7] = 0.3
    random = np.random.default_rng(0)
    source, target = (random.random((128, 160, 3), np.float32) for _ in range(2))
    mixed = composite(source, target, mask)
    np.testing.assert_array_equal(mixed[48:72, 56:64], target[48:72, 56:64])
    reach = 8 * EDIT_MARGIN
    outside = np.ones((128, 160), bool)
    outside[48 - reach : 72 + reach, 56 - reach : 64 + reach] = False
    np.testing.assert_array_equal(mixed[outside], source[outside])
    steps = np.abs(np.diff(opacity(mask), axis=1)).max()
    assert steps < 0.06, "feathered"


@pytest.mark.parametrize("size", [(1, 1), (1, 5), (4, 1)])
def test_the_smallest_canvases_are_laid_over_too(size: tuple[int, int]) -> None:
    assert opacity(np.ones(size, np.float32)).min() == 1
    assert opacity(np.zeros(size, np.float32)).max() == 0
