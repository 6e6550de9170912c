"""Settings: starting values, overriding, and what is refused."""

import pytest
from pydantic import ValidationError

from tilebake.errors import MapError
from tilebake.level.settings import PIXEL_ART_PALETTE, SCHEDULERS, BakeSettings, SettingsOverride, apply


def override(**values: object) -> SettingsOverride:
    return SettingsOverride.model_validate(values)


def test_the_starting_values_are_those_of_the_founding_document() -> None:
    settings = BakeSettings()
    assert (settings.base_prompt_weight, settings.regional_prompt_weight) == (0.3, 0.7)
    assert settings.mask_sigma is None
    assert settings.blend_schedule == "none"
    assert settings.pixels_per_tile is None
    assert settings.transparent


def test_settings_without_overrides_stay_as_they_are() -> None:
    assert apply(BakeSettings()) == BakeSettings()
    assert apply(BakeSettings(), SettingsOverride()) == BakeSettings()


def test_the_later_override_wins_and_only_what_it_gives() -> None:
    project = override(steps=30, guidance_scale=4.0)
    level = override(steps=12)
    settings = apply(BakeSettings(), project, level)
    assert (settings.steps, settings.guidance_scale) == (12, 4.0)


def test_a_preset_sets_what_it_stands_for_and_is_undone_by_another() -> None:
    pixel_art = apply(BakeSettings(), override(preset="pixel-art"))
    assert (pixel_art.art_pixels_per_tile, pixel_art.resample) == (16, "area")
    assert pixel_art.palette == PIXEL_ART_PALETTE
    assert len(set(PIXEL_ART_PALETTE)) == 16
    assert apply(BakeSettings(), override(preset="pixel-art"), override(preset="painting")) == BakeSettings()


def test_settings_beside_a_preset_win_and_those_below_it_lose() -> None:
    beside = apply(BakeSettings(), override(preset="pixel-art", art_pixels_per_tile=32))
    assert (beside.art_pixels_per_tile, beside.resample) == (32, "area")
    below = apply(BakeSettings(), override(art_pixels_per_tile=32, steps=3), override(preset="pixel-art"))
    assert (below.art_pixels_per_tile, below.steps) == (16, 3)
    assert apply(BakeSettings(), override(preset=None)) == BakeSettings()


def test_a_written_null_goes_back_to_automatic() -> None:
    assert apply(BakeSettings(), override(mask_sigma=5), override(mask_sigma=None)).mask_sigma is None


def test_a_written_starting_value_counts_as_given() -> None:
    assert (
        apply(BakeSettings(), override(pixels_per_tile=32), override(pixels_per_tile=64)).pixels_per_tile
        == 64
    )


@pytest.mark.parametrize(
    "values",
    [
        {"pixels_per_tile": 3},
        {"pixels_per_tile": 257},
        {"pixels_per_tile": 64.5},
        {"pixels_per_tile": True},
        {"pixels_per_tile": "64"},
        {"mask_sigma": 0},
        {"mask_sigma": float("nan")},
        {"base_prompt_weight": -0.1},
        {"regional_prompt_weight": float("inf")},
        {"blend_schedule": "quadratic"},
        {"steps": 0},
        {"scheduler": "euler_b"},
        {"resample": "bicubic"},
        {"palette": []},
        {"palette": ["red"]},
        {"palette": ["#12345"]},
        {"transparent": 1},
        {"stepz": 5},
    ],
)
def test_settings_refuse_values_out_of_range(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SettingsOverride.model_validate(values)


@pytest.mark.parametrize(
    "values",
    [
        {"base_prompt_weight": 0, "regional_prompt_weight": 0},
        {"blend_schedule": "linear", "base_prompt_weight_end": 0, "regional_prompt_weight_end": 0},
    ],
)
def test_weights_that_paint_nothing_are_refused_once_they_meet(values: dict[str, object]) -> None:
    with pytest.raises(MapError, match="both 0; give at least one of them a weight above 0"):
        apply(BakeSettings(), override(**values))


def test_end_values_that_are_not_used_may_be_0() -> None:
    ends = override(base_prompt_weight_end=0, regional_prompt_weight_end=0)
    assert apply(BakeSettings(), ends).blend_schedule == "none"


def test_settings_are_frozen() -> None:
    assert hash(BakeSettings()) == hash(BakeSettings())
    assert hash(BakeSettings()) != hash(BakeSettings(steps=3))


def test_the_schedulers_are_named_as_usual() -> None:
    assert {"euler", "euler_a", "dpmpp_2m", "ddim", "lcm"} <= set(SCHEDULERS)


def test_every_setting_says_what_it_does() -> None:
    assert all(field.description for field in BakeSettings.model_fields.values())
