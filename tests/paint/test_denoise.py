"""Which steps are guided, and that the others cost half a pass and are the positive half alone."""

import pytest
import torch

from tilebake.level.settings import BakeSettings
from tilebake.paint.denoise import Denoiser, Sampling, denoise
from tilebake.paint.model.load import Components
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.prompts.encode import plain_conditioning
from tilebake.paint.regional.blending import plain_blending


def sampling(start: float = 0.0, end: float = 1.0, scale: float = 4.0) -> Sampling:
    return Sampling(10, scale, scale, "euler", 0, guidance_start=start, guidance_end=end)


@pytest.mark.parametrize(
    ("start", "end", "guided"),
    [(0.0, 1.0, range(10)), (0.0, 0.7, range(7)), (0.2, 0.8, range(2, 8)), (0.6, 0.4, range(6, 4))],
)
def test_guidance_works_in_a_part_of_the_steps(start: float, end: float, guided: range) -> None:
    assert sampling(start, end).guidance_steps == guided
    assert not sampling(start, end, scale=1.0).guidance_steps


def batches(
    components: Components, settings: Sampling, *, in_two_passes: bool = False
) -> tuple[list[int], torch.Tensor]:
    """How many halves the UNet was given in each pass, and the latents that came out."""
    seen: list[int] = []
    hook = components.unet.register_forward_pre_hook(lambda _, inputs: seen.append(len(inputs[0])))
    conditioning = plain_conditioning(components, "grass", None)
    noise = torch.randn(
        1, components.unet.config["in_channels"], 8, 8, generator=torch.Generator().manual_seed(0)
    )
    blend = plain_blending((8, 8), settings.steps)
    denoiser = Denoiser(components, noise, conditioning, blend, settings, in_two_passes=in_two_passes)
    latents = denoise(denoiser, lambda _: None)
    hook.remove()
    return seen, latents


def test_steps_without_guidance_take_half_a_pass(tiny_components: Components) -> None:
    assert batches(tiny_components, sampling(0.2, 0.8))[0] == [1, 1, 2, 2, 2, 2, 2, 2, 1, 1]


def test_the_branches_can_be_passed_one_after_the_other(tiny_components: Components) -> None:
    settings = sampling(0.2, 0.8)
    seen, in_two_passes = batches(tiny_components, settings, in_two_passes=True)
    assert seen == [1] * 16
    torch.testing.assert_close(in_two_passes, batches(tiny_components, settings)[1], rtol=1e-4, atol=1e-4)


def test_guidance_that_never_works_is_none(tiny_components: Components) -> None:
    seen, never = batches(tiny_components, sampling(0.5, 0.5))
    assert seen == [1] * 10
    torch.testing.assert_close(never, batches(tiny_components, sampling(scale=1.0))[1])


def test_a_plain_prompt_is_guided_in_a_part_of_the_steps_too(tiny_components: Components) -> None:
    seen: list[int] = []
    hook = tiny_components.unet.register_forward_pre_hook(lambda _, inputs: seen.append(len(inputs[0])))
    settings = BakeSettings(steps=4, guidance_scale=4.0, guidance_end=0.5)
    Pipeline(tiny_components).generate("grass", (64, 64), lambda _: None, settings=settings)
    hook.remove()
    assert seen == [2, 2, 1, 1]
