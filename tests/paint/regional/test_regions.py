"""Regional attention in a whole UNet: each prompt works where its tiles are, and one alone is plain SDXL."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

from tilebake.paint.prompts.embeds import Conditioning
from tilebake.paint.regional.attention import (
    COND,
)

if TYPE_CHECKING:
    from tilebake.paint.model.load import Components
from tests.helpers.regional_unet import (
    BASE,
    GRASS,
    HALVES,
    NEGATIVE,
    SAND,
    WATER,
    blend,
    first_layer,
    forward,
    latents_for,
    paint,
    prompt,
    randn,
    regional,
)


@pytest.fixture
def unet(tiny_components: "Components") -> UNet2DConditionModel:
    return tiny_components.unet


@pytest.mark.parametrize("pixels_per_tile", [32, 20])
@pytest.mark.parametrize("guidance", [True, False])
def test_one_region_with_the_base_prompt_is_plain_sdxl(
    unet: UNet2DConditionModel, pixels_per_tile: int, guidance: bool
) -> None:
    mixed = blend(("ggg", "ggg"), pixels_per_tile)
    prompts = [NEGATIVE, BASE] if guidance else [BASE]
    text = torch.cat([prompt.prompt_embeds for prompt in prompts])
    plain = forward(unet, latents_for(mixed, len(prompts)), text)
    regional_one = paint(unet, Conditioning(BASE, (BASE,), NEGATIVE, None), mixed, guidance=guidance)
    torch.testing.assert_close(regional_one, plain, rtol=0, atol=1e-5)


def test_the_same_prompt_said_twice_is_the_same_picture(unet: UNet2DConditionModel) -> None:
    mixed, again = blend(HALVES), replace(GRASS)
    together = paint(unet, Conditioning(BASE, (GRASS, GRASS), NEGATIVE, None), mixed)
    apart = paint(unet, Conditioning(BASE, (GRASS, again), NEGATIVE, None), mixed)
    torch.testing.assert_close(together, apart, rtol=0, atol=1e-5)


@pytest.mark.parametrize("level", [1, 2])
def test_far_from_a_hard_border_the_other_terrains_prompt_changes_nothing(
    unet: UNet2DConditionModel, level: int
) -> None:
    hard = blend(HALVES, mask_sigma=0.001)
    attn = first_layer(unet, level)
    height, width = 8 // 2**level, 16 // 2**level
    hidden_states = randn(2, height * width, attn.query_dim)
    outputs: list[torch.Tensor] = []
    for near in (GRASS, prompt(9, chunks=2)):
        with (
            torch.no_grad(),
            regional(unet, Conditioning(BASE, (near, WATER), NEGATIVE, None), hard) as context,
        ):
            out = attn(hidden_states, encoder_hidden_states=context.encoder_hidden_states)
        outputs.append(out[1].unflatten(0, (height, width)))
    before, after = outputs
    assert torch.equal(before[:, width // 2 :], after[:, width // 2 :])
    assert (before[:, : width // 2] - after[:, : width // 2]).abs().amax(dim=-1).min() > 1e-3


def test_swapping_two_prompts_is_swapping_their_tiles(unet: UNet2DConditionModel) -> None:
    prompts_swapped = paint(unet, Conditioning(BASE, (WATER, GRASS), NEGATIVE, None), blend(("ggw", ".gw")))
    tiles_swapped = paint(unet, Conditioning(BASE, (GRASS, WATER), NEGATIVE, None), blend(("wwg", ".wg")))
    torch.testing.assert_close(prompts_swapped, tiles_swapped, rtol=0, atol=1e-5)


def test_a_negative_prompt_of_a_terrain_works_where_the_terrain_is(unet: UNet2DConditionModel) -> None:
    mixed = blend(HALVES)
    own = Conditioning(BASE, (GRASS, WATER), NEGATIVE, (SAND, NEGATIVE))
    mirrored = Conditioning(NEGATIVE, (SAND, NEGATIVE), BASE, (GRASS, WATER))
    torch.testing.assert_close(
        paint(unet, own, mixed).flip(0), paint(unet, mirrored, mixed), rtol=0, atol=1e-5
    )


def test_without_negative_prompts_of_terrains_the_uncond_branch_is_plain(unet: UNet2DConditionModel) -> None:
    mixed = blend(HALVES, base_prompt_weight=0.5, regional_prompt_weight=2.0)
    negative, _ = paint(unet, Conditioning(BASE, (GRASS, WATER), NEGATIVE, None), mixed)
    plain = forward(unet, latents_for(mixed, 2), NEGATIVE.prompt_embeds.expand(2, -1, -1))[0]
    torch.testing.assert_close(negative, plain, rtol=0, atol=1e-5)


def test_guidance_off_leaves_the_cond_branch(unet: UNet2DConditionModel) -> None:
    conditioning, mixed = Conditioning(BASE, (GRASS, WATER), NEGATIVE, None), blend(HALVES)
    alone = paint(unet, conditioning, mixed, guidance=False)
    torch.testing.assert_close(alone[0], paint(unet, conditioning, mixed)[1], rtol=0, atol=1e-5)


def test_cells_without_a_tile_belong_to_the_base_prompt(unet: UNet2DConditionModel) -> None:
    holes = paint(unet, Conditioning(BASE, (GRASS,), NEGATIVE, None), blend(("g..g", "gggg")))
    named = paint(unet, Conditioning(BASE, (GRASS, BASE), NEGATIVE, None), blend(("gwwg", "gggg")))
    torch.testing.assert_close(holes, named, rtol=0, atol=1e-5)


def test_a_schedule_paints_each_step_with_its_own_values(unet: UNet2DConditionModel) -> None:
    conditioning = Conditioning(BASE, (GRASS, WATER), NEGATIVE, None)
    moving = blend(
        HALVES,
        blend_schedule="cosine",
        base_prompt_weight_end=0.0,
        regional_prompt_weight_end=1.5,
        mask_sigma_end=1.0,
    )
    last = blend(HALVES, base_prompt_weight=0.0, regional_prompt_weight=1.5, mask_sigma=1.0)
    torch.testing.assert_close(paint(unet, conditioning, moving), paint(unet, conditioning, blend(HALVES)))
    torch.testing.assert_close(paint(unet, conditioning, moving, step=2), paint(unet, conditioning, last))
    middle = paint(unet, conditioning, moving, step=1)
    assert (middle - paint(unet, conditioning, last)).abs().max() > 1e-3


def test_a_step_without_guidance_has_the_positive_half_alone(unet: UNet2DConditionModel) -> None:
    conditioning, mixed = Conditioning(BASE, (GRASS, WATER), NEGATIVE, None), blend(HALVES)
    both = paint(unet, conditioning, mixed)
    with regional(unet, conditioning, mixed) as context:
        context.branches = (COND,)
        alone = forward(unet, latents_for(mixed, 1), context.encoder_hidden_states[-1:])
    torch.testing.assert_close(alone[0], both[1], rtol=0, atol=1e-5)
