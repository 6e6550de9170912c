"""`generate` is plain SDXL: the same picture as diffusers' own pipeline, from the same latents."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from tilebake.errors import BakeError, ModelError
from tilebake.level.settings import SCHEDULERS, BakeSettings
from tilebake.paint.model.load import Components
from tilebake.paint.noise import coordinate_noise
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.scene import Painted
from tilebake.paint.schedulers import make_scheduler
from tilebake.request import Step

Stock = Callable[[Components, str], Any]
ONE_LEVEL = 1 / 255 + 1e-6


def ignore(_: Step) -> None:
    """For a caller who need not know how far it is."""


def generate(
    components: Components,
    prompt: str,
    size: tuple[int, int] = (32, 32),
    *,
    negative_prompt: str | None = None,
    seed: int = 0,
    **settings: Any,
) -> Painted[None]:
    chosen = BakeSettings.model_validate(settings)
    return Pipeline(components).generate(
        prompt, size, ignore, negative_prompt=negative_prompt, settings=chosen, seed=seed
    )


def stock_image(pipeline: Any, width: int, height: int, seed: int, **options: Any) -> Any:
    """Stock diffusers' picture [H, W, 3] in 0..1, from our noise."""
    channels = pipeline.unet.config["in_channels"]
    noise = coordinate_noise(seed, 0, 0, width // 8, height // 8, channels)
    result = pipeline(
        width=width,
        height=height,
        latents=torch.from_numpy(noise)[None],
        generator=torch.Generator("cpu").manual_seed(seed),
        output_type="np",
        **options,
    )
    return result.images[0]


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_every_scheduler_gives_the_stock_picture(
    scheduler: str, components: Components, stock: Stock
) -> None:
    options: dict[str, Any] = {"prompt": "lush green grass", "guidance_scale": 4.0}
    ours = generate(components, **options, size=(96, 64), steps=4, seed=3, scheduler=scheduler)
    theirs = stock_image(stock(components, scheduler), 96, 64, 3, num_inference_steps=4, **options)
    np.testing.assert_allclose(ours.image / 255, theirs, rtol=0, atol=ONE_LEVEL)
    assert ours.image.std() > 2, "an even picture would prove nothing"


@pytest.mark.parametrize(
    "options",
    [
        {"prompt": "snow", "negative_prompt": "blurry photo", "guidance_scale": 7.5},
        {"prompt": "snow", "negative_prompt": "blurry photo", "guidance_scale": 1.0},
        {"prompt": "snow", "guidance_scale": 0.0},
        {"prompt": "", "guidance_scale": 3.0},
        {"prompt": "deep blue water and sand, " * 4, "negative_prompt": "photo", "guidance_scale": 3.0},
    ],
)
@pytest.mark.parametrize(("width", "height"), [(64, 64), (88, 40), (24, 72)])
def test_any_prompt_guidance_and_size_gives_the_stock_picture(
    options: dict[str, Any], width: int, height: int, tiny_components: Components, stock: Stock
) -> None:
    ours = generate(tiny_components, **options, size=(width, height), steps=2)
    theirs = stock_image(stock(tiny_components, "euler"), width, height, 0, num_inference_steps=2, **options)
    np.testing.assert_allclose(ours.image / 255, theirs, rtol=0, atol=ONE_LEVEL)


@pytest.mark.parametrize("scheduler", ["euler_a", "ddim"])
def test_few_steps_from_the_last_timestep_with_rescaled_guidance_give_the_stock_picture(
    scheduler: str, tiny_components: Components, stock: Stock
) -> None:
    options: dict[str, Any] = {"prompt": "snow", "guidance_scale": 4.0, "guidance_rescale": 0.7}
    ours = generate(
        tiny_components, **options, steps=2, scheduler=scheduler, timestep_spacing="trailing", size=(64, 40)
    )
    trailing = {**tiny_components.scheduler_config, "timestep_spacing": "trailing"}
    pipeline = stock(replace(tiny_components, scheduler_config=trailing), scheduler)
    theirs = stock_image(pipeline, 64, 40, 0, num_inference_steps=2, **options)
    np.testing.assert_allclose(ours.image / 255, theirs, rtol=0, atol=ONE_LEVEL)


def test_a_unet_distilled_to_take_guidance_gets_it_as_stock_does(
    tiny_components: Components, stock: Stock
) -> None:
    unet_class: Any = type(tiny_components.unet)
    config = {**tiny_components.unet.config, "time_cond_proj_dim": 16}
    with torch.random.fork_rng():
        torch.manual_seed(2)
        unet = unet_class.from_config(config).eval()
    distilled = replace(tiny_components, unet=unet)
    options: dict[str, Any] = {"prompt": "lava", "guidance_scale": 8.0}
    ours = generate(distilled, **options, size=(64, 64), steps=2, scheduler="lcm")
    theirs = stock_image(stock(distilled, "lcm"), 64, 64, 0, num_inference_steps=2, **options)
    np.testing.assert_allclose(ours.image / 255, theirs, rtol=0, atol=ONE_LEVEL)


def test_what_is_left_open_is_what_the_model_recommends(tiny_components: Components) -> None:
    seen: list[Step] = []
    open_ = Pipeline(tiny_components).generate("stone", (32, 32), seen.append)
    assert [step[:2] for step in seen] == [(1, 3), (2, 3), (3, 3)]
    given = generate(tiny_components, "stone", steps=3, guidance_scale=4.0, scheduler="euler")
    np.testing.assert_array_equal(open_.image, given.image)


def test_what_is_known_to_paint_badly_is_told(tiny_components: Components) -> None:
    config = {**tiny_components.scheduler_config, "rescale_betas_zero_snr": True}
    zero_snr = replace(tiny_components, scheduler_config=config)
    assert (
        "faint pictures in 4 steps" in generate(zero_snr, "stone", steps=4, scheduler="dpmpp_2m_karras").notes
    )
    assert generate(zero_snr, "stone", steps=4, scheduler="dpmpp_2m").notes == ""


def test_timings_hold_every_stage(tiny_components: Components) -> None:
    generated = generate(tiny_components, "stone")
    assert generated.timings.keys() == {"load", "encode", "denoise", "decode"}
    assert all(seconds > 0 for seconds in generated.timings.values())
    assert generated.degraded == ()


@pytest.mark.parametrize(("width", "height"), [(0, 64), (64, 60), (-8, 64)])
def test_a_size_that_is_no_multiple_of_8_is_refused(
    width: int, height: int, tiny_components: Components
) -> None:
    with pytest.raises(BakeError, match="multiples of 8"):
        generate(tiny_components, "stone", (width, height))


def test_an_unknown_scheduler_is_refused(tiny_components: Components) -> None:
    with pytest.raises(ModelError, match="choose one of"):
        make_scheduler("best", tiny_components.scheduler_config)


def test_every_sampling_setting_reaches_a_plain_prompt(tiny_components: Components) -> None:
    plain = generate(tiny_components, "stone", (64, 64), guidance_scale=4.0).image
    changes: tuple[dict[str, Any], ...] = (
        {"guidance_scale_low": 8.0},
        {"guidance_start": 0.5},
        {"guidance_end": 0.5},
        {"guidance_rescale": 0.5},
        {"timestep_spacing": "trailing"},
    )
    for settings in changes:
        changed = generate(tiny_components, "stone", (64, 64), guidance_scale=4.0, **settings).image
        assert (changed != plain).any(), settings
