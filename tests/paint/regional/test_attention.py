"""Regional attention layer by layer: it is the formula, and leaves the UNet as it was."""

import copy
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from math import ceil
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest
import torch
from diffusers.models.attention_processor import Attention, AttnProcessor, AttnProcessor2_0
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.hooks import RemovableHandle

from tilebake.paint.prompts.embeds import Conditioning, PromptEmbeds
from tilebake.paint.regional.attention import (
    RegionalAttnProcessor,
    RegionalContext,
    regional_attention,
)
from tilebake.paint.regional.blending import TensorTarget, plain_blending, step_weights
from tilebake.paint.regional.gather_attention import place_on_device
from tilebake.paint.regional.gather_plan import make_gather_plan
from tilebake.paint.regional.layer_prompts import BranchPrompts, make_attend, project
from tilebake.paint.regional.layers import cross_attention_levels

if TYPE_CHECKING:
    from tilebake.paint.model.load import Components
from tests.helpers.regional_unet import (
    BASE,
    GRASS,
    HALVES,
    NEGATIVE,
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


def literal_attention(
    query: torch.Tensor, keys: Sequence[torch.Tensor], values: Sequence[torch.Tensor], weights: torch.Tensor
) -> torch.Tensor:
    """The formula, pixel by pixel."""
    out = torch.zeros_like(query)
    for b, h, x in torch.cartesian_prod(*(torch.arange(length) for length in query.shape[:3])).tolist():
        for key, value, weight in zip(keys, values, weights, strict=True):
            scores = key[h] @ query[b, h, x] / query.shape[-1] ** 0.5
            out[b, h, x] += weight[x] * (scores.softmax(0) @ value[h])
    return out


def literal_layer(
    attn: Attention,
    hidden_states: torch.Tensor,
    prompts: Sequence[PromptEmbeds],
    weights: torch.Tensor,
) -> torch.Tensor:
    """A cross-attention layer of SDXL, without a line that is not in the formula."""
    assert attn.to_k is not None
    assert attn.to_v is not None
    assert attn.to_out is not None
    query = attn.to_q(hidden_states)
    out = torch.zeros_like(query)
    for embeds, weight in zip(prompts, weights, strict=True):
        key, value = attn.to_k(embeds.prompt_embeds[0]), attn.to_v(embeds.prompt_embeds[0])
        for head in query.new_tensor(range(query.shape[-1])).long().chunk(attn.heads):
            scores = query[..., head] @ key[:, head].T / len(head) ** 0.5
            out[..., head] += weight[:, None] * (scores.softmax(-1) @ value[:, head])
    return attn.to_out[0](out)


@settings(max_examples=30, deadline=None)
@given(
    shape=st.tuples(st.integers(1, 2), st.integers(1, 3), st.integers(1, 7), st.integers(1, 16)),
    lengths=st.lists(st.integers(1, 20), min_size=1, max_size=5),
    seed=st.integers(0, 1000),
)
def test_regional_attention_is_the_formula(
    shape: tuple[int, int, int, int], lengths: list[int], seed: int
) -> None:
    _, heads, pixels, width = shape
    query = randn(*shape, seed=seed)
    keys = [randn(heads, length, width, seed=seed + i) for i, length in enumerate(lengths)]
    values = [randn(heads, length, width, seed=seed - i) for i, length in enumerate(lengths)]
    weights = randn(len(lengths), pixels, seed=seed).softmax(0)
    expected = literal_attention(query, keys, values, weights)
    torch.testing.assert_close(regional_attention(query, keys, values, weights), expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("chunks", [(1, 1, 1, 1), (1, 2, 1, 3)], ids=["one length", "many lengths"])
@pytest.mark.parametrize(("rows", "pixels_per_tile"), [(HALVES, 32), (("gw.", "sgw", "ws."), 20)])
@pytest.mark.parametrize("level", [1, 2])
def test_a_layer_is_the_literal_loop(
    unet: UNet2DConditionModel,
    level: int,
    rows: tuple[str, ...],
    pixels_per_tile: int,
    chunks: tuple[int, ...],
) -> None:
    count = len({letter for row in rows for letter in row if letter != "."})
    prompts = [prompt(seed, length) for seed, length in enumerate(chunks)][: 1 + count]
    conditioning = Conditioning(prompts[0], tuple(prompts[1:]), NEGATIVE, None)
    mixed = blend(rows, pixels_per_tile)
    weights = step_weights(mixed, range(1, 1 + count), TensorTarget(3, unet.device, torch.float32))[0][level]
    attn = first_layer(unet, level)
    hidden_states = randn(2, weights.shape[1], attn.query_dim)
    with torch.no_grad(), regional(unet, conditioning, mixed) as context:
        out = attn(hidden_states, encoder_hidden_states=context.encoder_hidden_states)
        negative = literal_layer(attn, hidden_states[:1], [NEGATIVE], torch.ones_like(weights[:1]))
        positive = literal_layer(attn, hidden_states[1:], prompts, weights)
    torch.testing.assert_close(out, torch.cat([negative, positive]), rtol=0, atol=1e-5)


LAYERS: dict[str, Callable[[], Attention]] = {
    "plain": lambda: Attention(32, 80, heads=2, dim_head=8),
    "bias": lambda: Attention(32, 80, heads=2, dim_head=8, bias=True),
    "group norm": lambda: Attention(32, 80, heads=2, dim_head=8, norm_num_groups=4),
    "cross norm": lambda: Attention(32, 80, heads=2, dim_head=8, cross_attention_norm="layer_norm"),
    "query and key norm": lambda: Attention(32, 80, heads=2, dim_head=8, qk_norm="rms_norm"),
    "residual": lambda: Attention(32, 80, heads=2, dim_head=8, residual_connection=True),
    "rescaled": lambda: Attention(32, 80, heads=2, dim_head=8, rescale_output_factor=2.0),
    "spatial norm": lambda: Attention(32, 80, heads=2, dim_head=8, spatial_norm_dim=12),
}


@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        *((kind, (32, 3, 5)) for kind in LAYERS),
        *((kind, (15, 32)) for kind in LAYERS if kind != "spatial norm"),
    ],
)
def test_a_layer_of_any_kind_does_with_one_prompt_what_diffusers_does(
    kind: str, shape: tuple[int, ...]
) -> None:
    torch.manual_seed(0)
    attn = LAYERS[kind]().eval()
    hidden_states, temb, text = randn(2, *shape), randn(2, 12, 3, 5), torch.cat([NEGATIVE.prompt_embeds] * 2)
    everywhere = place_on_device(
        make_gather_plan(np.ones((1, 15)), [77]), TensorTarget(1, torch.device("cpu"), torch.float32)
    )
    alone = BranchPrompts((NEGATIVE.prompt_embeds,), ((torch.ones(1, 15),),), (0,), {0: (everywhere,)})
    with torch.no_grad():
        stock = AttnProcessor2_0()(attn, hidden_states, text, temb=temb)
        half = make_attend(project(attn, alone, 0))
        ours = RegionalAttnProcessor(RegionalContext(text), (half, half))
        torch.testing.assert_close(ours(attn, hidden_states, text, temb=temb), stock)


@pytest.mark.parametrize("size", [(8, 8), (5, 7), (12, 9), (1, 3)])
@pytest.mark.parametrize("guidance", [True, False])
def test_every_layer_gets_masks_of_its_own_size(
    unet: UNet2DConditionModel, size: tuple[int, int], guidance: bool
) -> None:
    seen: list[tuple[int, int]] = []

    def watch(attn: Attention, level: int) -> RemovableHandle:
        def note(_module: nn.Module, _inputs: object, query: torch.Tensor) -> None:
            seen.append((level, query.shape[1]))

        return attn.to_q.register_forward_hook(note)

    handles = [watch(attn, level) for attn, level in cross_attention_levels(unet)]
    paint(unet, Conditioning(BASE, (), NEGATIVE, None), plain_blending(size, 1), guidance=guidance)
    for handle in handles:
        handle.remove()
    assert len(seen) == len(cross_attention_levels(unet))
    assert {level for level, _ in seen} == {1, 2}
    assert all(pixels == ceil(size[0] / 2**level) * ceil(size[1] / 2**level) for level, pixels in seen)


def test_sdxl_has_ten_layers_at_half_and_sixty_at_a_quarter() -> None:
    config = {
        "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
        "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
        "block_out_channels": [32, 64, 128],
        "transformer_layers_per_block": [1, 2, 10],
    }
    with torch.device("meta"):
        sdxl = cast(UNet2DConditionModel, UNet2DConditionModel.from_config(config))
    levels = [level for _, level in cross_attention_levels(sdxl)]
    assert (levels.count(1), levels.count(2), len(levels)) == (10, 60, 70)


def test_keys_and_values_are_projected_once_through_the_layers_own_modules(
    unet: UNet2DConditionModel,
) -> None:
    attn, calls = first_layer(unet, 1), [0]
    assert attn.to_k is not None

    def count(*_: object) -> None:
        calls[0] += 1

    mixed = blend(HALVES)
    latents = latents_for(mixed, 2)
    with attn.to_k.register_forward_hook(count):
        with regional(unet, Conditioning(BASE, (GRASS, WATER), NEGATIVE, None), mixed) as context:
            assert calls == [4]
            for context.step in range(3):
                forward(unet, latents, context.encoder_hidden_states)
        assert calls == [4]


@pytest.mark.parametrize("fails", [False, True])
def test_the_unet_gets_its_very_processors_back(unet: UNet2DConditionModel, fails: bool) -> None:
    before = dict(unet.attn_processors)
    conditioning, mixed = Conditioning(BASE, (GRASS, WATER), NEGATIVE, None), blend(HALVES)
    with (
        pytest.raises(ZeroDivisionError) if fails else nullcontext(),
        regional(unet, conditioning, mixed) as context,
    ):
        lent = {name for name, processor in unet.attn_processors.items() if processor is not before[name]}
        forward(unet, latents_for(mixed, 2), context.encoder_hidden_states)
        assert 1 / (not fails)
    after = unet.attn_processors
    assert list(after) == list(before)
    assert all(after[name] is before[name] for name in before)
    assert lent == {name for name in before if name.endswith("attn2.processor")}


def test_processors_that_are_modules_come_back_too(unet: UNet2DConditionModel) -> None:
    class Trained(AttnProcessor2_0, nn.Module):
        def __init__(self) -> None:
            nn.Module.__init__(self)

    attn = first_layer(unet, 2)
    before, trained = attn.get_processor(), Trained()
    attn.set_processor(cast("AttnProcessor", trained))
    with regional(unet, Conditioning(BASE, (), NEGATIVE, None), plain_blending((4, 4), 1)):
        assert attn.get_processor() is not trained
    assert attn.get_processor() is trained
    attn.set_processor(cast("AttnProcessor", before))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_stays_half_and_close(unet: UNet2DConditionModel, dtype: torch.dtype) -> None:
    conditioning, mixed = Conditioning(BASE, (GRASS, WATER), NEGATIVE, None), blend(HALVES)
    half = copy.deepcopy(unet)
    nn.Module.to(half, dtype)
    full_attn, half_attn = first_layer(unet, 1), first_layer(half, 1)
    hidden_states = randn(2, 4 * 8, full_attn.query_dim)
    with torch.no_grad(), regional(unet, conditioning, mixed) as context:
        full = full_attn(hidden_states, encoder_hidden_states=context.encoder_hidden_states)
    with torch.no_grad(), regional(half, conditioning, mixed) as context:
        out = half_attn(hidden_states.to(dtype), encoder_hidden_states=context.encoder_hidden_states)
    assert out.dtype == dtype
    torch.testing.assert_close(out.float(), full, rtol=0.05, atol=0.05)
