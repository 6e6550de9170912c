"""What is kept of the source for one step."""

from dataclasses import replace
from typing import cast

import pytest
import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

from tilebake.paint.control.source import SourceQueries, SourceSelfAttention
from tilebake.paint.model.load import Components
from tilebake.paint.observe.attention_store import level_sizes
from tilebake.paint.regional.attention import COND, UNCOND, RegionalContext, regional_attention
from tilebake.paint.regional.layer_prompts import Attend, LayerPrompts
from tilebake.paint.regional.layers import cross_attention_levels, self_attention_levels

SIZE = (5, 7)
PAIR = RegionalContext(torch.empty(0))


def forward(unet: UNet2DConditionModel, seed: int, batch: int = 2) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    latents = torch.randn(batch, 4, *SIZE, generator=generator)
    text = torch.randn(batch, 77, 80, generator=torch.Generator().manual_seed(1))
    conditions = {"text_embeds": torch.zeros(batch, 48), "time_ids": torch.zeros(batch, 6)}
    with torch.no_grad():
        return unet(latents, 500, encoder_hidden_states=text, added_cond_kwargs=conditions).sample


def attending(prompts: LayerPrompts) -> Attend:
    """By the formula."""
    return lambda query, step: regional_attention(query, prompts.keys, prompts.values, prompts.weights[step])


def kept(unet: UNet2DConditionModel) -> SourceSelfAttention:
    return SourceSelfAttention(unet, SIZE, torch.device("cpu"), torch.float32)


@pytest.mark.parametrize("branches", [(COND,), (UNCOND, COND)])
def test_with_its_own_self_attention_a_pass_is_the_same_to_the_last_bit(
    branches: tuple[int, ...], tiny_components: Components
) -> None:
    unet, batch = tiny_components.unet, len(branches)
    context = replace(PAIR, branches=branches)
    plain, attention = forward(unet, 0, batch), kept(unet)
    with attention.keep(context):
        assert torch.equal(forward(unet, 0, batch), plain)
    with attention.replace(context):
        assert torch.equal(forward(unet, 0, batch), plain)


def test_anothers_self_attention_moves_the_cond_branch_alone(tiny_components: Components) -> None:
    unet = tiny_components.unet
    attention = kept(unet)
    with attention.keep(PAIR):
        forward(unet, 1)
    plain, forward_alone = forward(unet, 0), forward(unet, 0, 1)
    with attention.replace(PAIR):
        moved = forward(unet, 0)
    assert torch.equal(moved[0], plain[0])
    assert (moved[1] - plain[1]).abs().max() > 1e-4
    with attention.replace(replace(PAIR, branches=(UNCOND,))):
        assert torch.equal(forward(unet, 0, 1), forward_alone), "a pass of the negative branch is left alone"
    assert torch.equal(forward(unet, 0), plain), "nothing is left behind"


def test_replaced_self_attention_is_the_sources_maps_and_the_targets_values(
    tiny_components: Components,
) -> None:
    unet = tiny_components.unet
    attention = kept(unet)
    attn, _ = max(self_attention_levels(unet), key=lambda layer: layer.level)
    assert attn.to_k is not None
    assert attn.to_v is not None
    assert attn.to_out is not None
    pixels = 2 * 2
    ours, theirs = (
        torch.randn(2, pixels, attn.query_dim, generator=torch.Generator().manual_seed(seed))
        for seed in (0, 1)
    )

    def heads(projected: torch.Tensor) -> torch.Tensor:
        return projected.unflatten(-1, (attn.heads, -1)).transpose(1, 2)

    with torch.no_grad():
        with attention.keep(PAIR):
            attn(ours)
        with attention.replace(PAIR):
            out = attn(theirs)
        query, key, value = heads(attn.to_q(ours)), heads(attn.to_k(ours)), heads(attn.to_v(theirs))
        maps = (query @ key.mT / query.shape[-1] ** 0.5).softmax(dim=-1)
        expected = attn.to_out[0]((maps @ value).transpose(1, 2).flatten(2))
    torch.testing.assert_close(out[1], expected[1])


def test_queries_are_kept_in_the_steps_that_need_them(tiny_components: Components) -> None:
    layer = cross_attention_levels(tiny_components.unet)[0]
    prompts = LayerPrompts((torch.ones(2, 3, 4),), (torch.ones(2, 3, 4),), (torch.ones(1, 6),) * 3)
    source = SourceQueries(steps=2)
    attend = source.wrap(layer, prompts, attending(prompts))
    for step in range(3):
        attend(torch.full((1, 2, 6, 4), float(step)), step)
    assert source.layers[layer.attn].query.eq(1).all()
    assert source.nbytes == 4 * 2 * 6 * 4


def test_one_step_of_a_96_by_128_canvas_at_full_size_stays_under_a_gigabyte() -> None:
    """SDXL's own shape, without its weights, in branch precision: what an edit keeps of the source."""
    config = {
        "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
        "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
        "block_out_channels": [320, 640, 1280],
        "transformer_layers_per_block": [1, 2, 10],
        "attention_head_dim": [5, 10, 20],
        "cross_attention_dim": 2048,
        "use_linear_projection": True,
    }
    meta = torch.device("meta")
    with meta:
        sdxl = cast(UNet2DConditionModel, UNet2DConditionModel.from_config(config)).half()
    sizes, source = level_sizes((96, 128), 3), SourceQueries(50)
    for layer in cross_attention_levels(sdxl):
        height, width = sizes[layer.level]
        key = torch.empty(layer.attn.heads, 77, 64, device=meta, dtype=torch.float16)
        weights = torch.empty(1, height * width, device=meta)
        prompts = LayerPrompts((key,), (key,), (weights,))
        source.wrap(layer, prompts, attending(prompts))
    self_attention = SourceSelfAttention(sdxl, (96, 128), meta, torch.float16)
    assert source.nbytes == 2 * (10 * 3072 * 640 + 60 * 768 * 1280)
    assert self_attention.nbytes == 2 * 2 * 60 * 768 * 1280
    assert source.nbytes + self_attention.nbytes < 0.4 * 2**30
