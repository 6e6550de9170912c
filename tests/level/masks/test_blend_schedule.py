import pytest

from tilebake.level.map.grid import GridShape
from tilebake.level.masks.blend_schedule import Blend, are_shares, blend_steps
from tilebake.level.settings import BakeSettings

MOVING = {
    "base_prompt_weight": 0.1,
    "regional_prompt_weight": 0.9,
    "mask_sigma": 6.0,
    "base_prompt_weight_end": 0.5,
    "regional_prompt_weight_end": 0.5,
    "mask_sigma_end": 2.0,
}


def settings(**values: object) -> BakeSettings:
    return BakeSettings.model_validate(values)


def square_steps(chosen: BakeSettings, steps: int) -> tuple[Blend, ...]:
    """For square tiles."""
    return blend_steps(chosen, "square", (64, 64), steps)


def test_weights_are_the_founding_documents_where_it_starts() -> None:
    steps = square_steps(BakeSettings(), 3)
    assert {(blend.base_prompt_weight, blend.regional_prompt_weight) for blend in steps} == {(0.3, 0.7)}


@pytest.mark.parametrize(("pixels_per_tile", "sigma"), [(4, 0.25), (64, 4), (256, 16)])
def test_sigma_is_half_a_tile_unless_it_is_named(pixels_per_tile: int, sigma: float) -> None:
    (blend,) = square_steps(settings(pixels_per_tile=pixels_per_tile), 1)
    assert blend.mask_sigma == pytest.approx(sigma)
    assert square_steps(settings(pixels_per_tile=pixels_per_tile, mask_sigma=5.0), 1)[0].mask_sigma == 5


@pytest.mark.parametrize(
    ("grid", "tile_size", "sigma"),
    [
        ("square", (64, 32), 2),
        ("square", (16, 16), 3),  # painted at 48 pixels
        ("square", (32, 32), 4),
        ("square", (32, 64), 4),
        ("isometric", (64, 32), 2.4),
        ("hexagonal", (64, 74), 4.8),
        ("half_offset", (64, 64), 4.8),
    ],
)
def test_sigma_follows_the_grid_and_a_flat_tiles_height(
    grid: GridShape, tile_size: tuple[int, int], sigma: float
) -> None:
    assert blend_steps(BakeSettings(), grid, tile_size, 1)[0].mask_sigma == pytest.approx(sigma)


@pytest.mark.parametrize("schedule", ["none", "constant"])
def test_a_constant_schedule_keeps_the_start_values(schedule: str) -> None:
    assert square_steps(settings(blend_schedule=schedule, **MOVING), 4) == (Blend(0.1, 0.9, 6.0),) * 4


@pytest.mark.parametrize("steps", [2, 3, 30])
@pytest.mark.parametrize("schedule", ["linear", "cosine"])
def test_a_moving_schedule_leads_from_start_to_end(schedule: str, steps: int) -> None:
    blends = square_steps(settings(blend_schedule=schedule, **MOVING), steps)
    assert len(blends) == steps
    assert blends[0] == (0.1, 0.9, 6.0)
    assert blends[-1] == pytest.approx((0.5, 0.5, 2.0))
    assert list(blends) == sorted(blends, key=lambda blend: blend.base_prompt_weight)


def test_linear_moves_evenly_and_cosine_slowly_at_both_ends() -> None:
    linear, cosine = (
        [blend.base_prompt_weight for blend in square_steps(settings(blend_schedule=name, **MOVING), 5)]
        for name in ("linear", "cosine")
    )
    assert linear == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5])
    assert cosine == pytest.approx([0.1, 0.1585786, 0.3, 0.4414214, 0.5])


def test_a_schedule_keeps_values_that_have_no_end() -> None:
    blends = square_steps(settings(blend_schedule="linear", base_prompt_weight_end=0.7), 7)
    assert {blend.mask_sigma for blend in blends} == {4.0}
    assert blends[-1][:2] == (0.5, 0.5), "0.7 to 0.7"


def test_weights_count_by_their_proportion_alone() -> None:
    (loud,) = square_steps(settings(base_prompt_weight=0.5, regional_prompt_weight=0.75), 1)
    assert loud[:2] == pytest.approx((0.4, 0.6))
    assert not are_shares(settings(base_prompt_weight=0.5))
    ends = {"base_prompt_weight_end": 0.5, "regional_prompt_weight_end": 0.5}
    assert are_shares(settings(blend_schedule="linear", **ends))
    assert not are_shares(settings(blend_schedule="linear", base_prompt_weight_end=0.5))
    assert are_shares(settings(base_prompt_weight_end=0.5)), "of a schedule that is not used"


def test_a_single_step_has_the_start_values() -> None:
    assert square_steps(settings(blend_schedule="linear", **MOVING), 1) == (Blend(0.1, 0.9, 6.0),)
