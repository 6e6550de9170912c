import json

import numpy as np
import pytest
import torch

from tilebake.level.canvas import canvas_for
from tilebake.level.masks.regions import pool, region_masks
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap, parse_map
from tilebake.paint.regional.blending import TensorTarget, blending, plain_blending, step_weights

TARGET = TensorTarget(levels=3, device=torch.device("cpu"), dtype=torch.float64)


def field() -> TileMap:
    """Grass, sand, water and a hole."""
    return parse_map(
        json.dumps(
            {
                "tilebake": 1,
                "base_prompt": "a map",
                "terrains": {"grass": "grass", "sand": "sand", "water": "water"},
                "legend": {"g": "grass", "s": "sand", "w": "water", ".": None},
                "rows": ["ggw", "s.w"],
            }
        )
    )


@pytest.mark.parametrize("pixels_per_tile", [64, 40])
def test_weights_are_the_formulas_at_every_level(pixels_per_tile: int) -> None:
    tilemap = field()
    canvas = canvas_for(tilemap, pixels_per_tile)
    settings = BakeSettings(
        pixels_per_tile=pixels_per_tile,
        base_prompt_weight=0.2,
        regional_prompt_weight=0.8,
        least_share=0.8,
        mask_contrast=1.5,
    )
    weights = step_weights(blending(tilemap, canvas, settings, 2), [1, 2, 3], TARGET)
    masks = region_masks(tilemap, canvas, pixels_per_tile / 16, least_share=0.8, contrast=1.5)
    shares = pool(masks.shares, 3)
    assert [len(levels) for levels in weights] == [3, 3]
    for level, made in zip(shares, weights[0], strict=True):
        grass, sand, water, empty = torch.from_numpy(level).double().flatten(1)
        expected = torch.stack([0.2 + 0.8 * empty, 0.8 * grass, 0.8 * sand, 0.8 * water])
        torch.testing.assert_close(made, expected)


def test_regions_with_one_prompt_share_a_row() -> None:
    tilemap = field()
    blend = blending(tilemap, canvas_for(tilemap, 64), BakeSettings(), 1)
    apart = step_weights(blend, [1, 2, 3], TARGET)[0][1]
    together = step_weights(blend, [1, 0, 1], TARGET)[0][1]
    torch.testing.assert_close(together, torch.stack([apart[0] + apart[2], apart[1] + apart[3]]))


def test_steps_that_blend_alike_share_their_tensors() -> None:
    tilemap = field()
    blend = blending(tilemap, canvas_for(tilemap, 64), BakeSettings(), 30)
    assert len({id(levels) for levels in step_weights(blend, [1, 2, 3], TARGET)}) == 1


def test_a_schedule_moves_masks_and_weights() -> None:
    tilemap = field()
    canvas = canvas_for(tilemap, 64)
    settings = BakeSettings(
        blend_schedule="linear",
        mask_sigma=4.0,
        mask_sigma_end=1.0,
        base_prompt_weight_end=0.0,
        mask_contrast=1.0,
        least_share=0.0,
    )
    weights = step_weights(blending(tilemap, canvas, settings, 3), [1, 2, 3], TARGET)
    for step, base, sigma in [(0, 0.3, 4.0), (1, 0.15, 2.5), (2, 0.0, 1.0)]:
        shares = torch.from_numpy(region_masks(tilemap, canvas, sigma).shares).double().flatten(1)
        total = base + 0.7  # only the proportion of the two counts
        torch.testing.assert_close(weights[step][0][0], (base + 0.7 * shares[-1]) / total)
        torch.testing.assert_close(weights[step][0][1:], 0.7 / total * shares[:-1])


def test_plain_blending_is_the_base_prompt_everywhere() -> None:
    weights = step_weights(plain_blending((5, 7), 2), [], TARGET)
    assert [tuple(level.shape) for level in weights[1]] == [(1, 35), (1, 12), (1, 4)]
    assert all(bool((level == 1).all()) for levels in weights for level in levels)


def test_any_blending_has_a_plain_one_of_its_size() -> None:
    tilemap = field()
    plain = blending(tilemap, canvas_for(tilemap, 40), BakeSettings(), 4).plain
    assert len(plain.steps) == 4
    np.testing.assert_array_equal(plain.regions[1.0].empty, np.ones((10, 15)))
