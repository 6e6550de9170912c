"""Attend regionally: each pixel to the base prompt and, by mask, to its terrains' prompts.

In every cross-attention layer, for the query at pixel x, with A = softmax(q Kᵀ / √d) V,

    out(x) = w_base · A(q, K_base, V_base)
           + w_region · ( Σ_r m_r(x) · A(q, K_r, V_r) + m_empty(x) · A(q, K_base, V_base) )

blended before the layer's output projection. Each prompt has its own softmax over its own tokens, so that
prompts of any lengths go together and a loud prompt cannot silence its neighbours. Related: Chen et al.,
"Training-free Regional Prompting for Diffusion Transformers", arXiv:2411.02395.

Layers attend by gathered rows (`gather_attention`); `regional_attention` is the formula itself.
"""

from collections.abc import Generator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import torch
from diffusers.models.attention_processor import Attention, AttnProcessor
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch.nn.functional import scaled_dot_product_attention

from tilebake.paint.prompts.embeds import Conditioning, PromptEmbeds
from tilebake.paint.regional.blending import Blending, TensorTarget
from tilebake.paint.regional.gather_plan import EPSILON
from tilebake.paint.regional.layer_prompts import (
    Attend,
    AttentionControl,
    BranchPrompts,
    Projections,
    make_attend,
    prepare_branch,
    project,
    split_heads,
)
from tilebake.paint.regional.layers import AttentionLayer, cross_attention_levels, pixel_layers

if TYPE_CHECKING:
    from diffusers import ControlNetModel

    from tilebake.paint.terrain_loras.masked_layers import MaskedLoras

UNCOND: Final = -2
COND: Final = -1
"""Branches of classifier-free guidance, by place in the batch. Without guidance there is COND alone."""


def regional_attention(
    query: torch.Tensor,
    keys: Sequence[torch.Tensor],
    values: Sequence[torch.Tensor],
    weights: torch.Tensor,
) -> torch.Tensor:
    """Compute Σ_j weights[j](x) · softmax(q(x) K_jᵀ / √D) V_j, over J prompts.

    query [B, H, Q, D]; keys and values: J tensors [H, T_j, D], each prompt of its own length; weights [J, Q]
    hold masks and blending parameters together. Returns [B, H, Q, D].
    """
    batch = query.shape[0]
    blended: torch.Tensor | None = None
    # One prompt at a time: fused kernels, one prompt's output in memory, and nothing padded.
    for key, value, weight in zip(keys, values, weights[:, :, None], strict=True):  # [Q, 1]
        attended = scaled_dot_product_attention(
            query, key.expand(batch, -1, -1, -1), value.expand(batch, -1, -1, -1)
        )
        blended = attended * weight if blended is None else blended.addcmul_(attended, weight)
    assert blended is not None, "there is always a base prompt"
    return blended


@dataclass
class RegionalContext:
    """Share the step and the batch's branches between the denoising loop and the layers."""

    encoder_hidden_states: torch.Tensor
    """[B, T, D] to call the UNet with. Only a stand-in: all cross-attention keeps its own keys and values."""
    step: int = 0
    """The step that is denoised. The loop sets it before each forward pass."""
    branches: tuple[int, ...] = (UNCOND, COND)
    """What the forward pass's batch holds, in order. The loop sets it too."""


class RegionalAttnProcessor:
    """Attend regionally in one cross-attention layer, over keys and values projected beforehand."""

    def __init__(self, context: RegionalContext, branches: tuple[Attend, ...]) -> None:
        self.context = context
        self.branches = branches

    def __call__(
        self,
        attn: Attention,
        hidden_states: torch.Tensor,
        encoder_hidden_states: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        temb: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Do what diffusers' AttnProcessor2_0 does, with the context's branches along the batch."""
        assert encoder_hidden_states is not None, "this is no cross-attention"
        assert attn.to_out is not None, "attn2 always projects its output"
        assert attention_mask is None, "prompts are padded, never masked"
        residual = hidden_states
        if attn.spatial_norm is not None:
            hidden_states = attn.spatial_norm(hidden_states, temb)
        image_shape = hidden_states.shape if hidden_states.ndim == 4 else None
        if image_shape is not None:
            hidden_states = hidden_states.flatten(2).transpose(1, 2)  # [B, C, h, w] → [B, Q, C]
        if attn.group_norm is not None:
            hidden_states = attn.group_norm(hidden_states.transpose(1, 2)).transpose(1, 2)

        hidden_states = attn.to_out[0](self._attend(attn, hidden_states))
        hidden_states = attn.to_out[1](hidden_states)  # dropout

        if image_shape is not None:
            hidden_states = hidden_states.transpose(1, 2).reshape(image_shape)
        if attn.residual_connection:
            hidden_states = hidden_states + residual
        return hidden_states / attn.rescale_output_factor

    def _attend(self, attn: Attention, hidden_states: torch.Tensor) -> torch.Tensor:
        """Attend each branch of the batch to its own prompts: [B, Q, C] → [B, Q, C]."""
        query = split_heads(attn.to_q(hidden_states), attn.heads)  # [B, H, Q, D]
        if attn.norm_q is not None:
            query = attn.norm_q(query)
        attended = [
            self.branches[branch](each, self.context.step)
            for branch, each in zip(self.context.branches, query.split(1), strict=True)
        ]
        return torch.cat(attended).transpose(1, 2).flatten(2)  # [B, H, Q, D] → [B, Q, C]


class RegionalAttention:
    """Prepare a UNet's regional attention to one picture's prompts, and install it.

    Keys and values do not depend on the step: they are projected here, once, through the layers' own modules,
    so fused LoRAs must be in place; those of terrains come with their prompts. The device is the embeddings':
    that of a UNet whose weights are streamed in from main memory is none. `controls` work on the cond branch,
    each wraps those before it. Where a prompt's share of a pixel is `epsilon` or less, it is not attended to.
    The uncond branch is plain, unless a terrain has a negative prompt of its own. `projections` keeps keys
    and values for the next picture of the same prompts.
    """

    def __init__(
        self,
        unet: "UNet2DConditionModel | ControlNetModel",
        conditioning: Conditioning,
        blending: Blending,
        *,
        guidance: bool = True,
        controls: Sequence[AttentionControl] = (),
        epsilon: float = EPSILON,
        projections: Projections | None = None,
    ) -> None:
        layers = cross_attention_levels(unet)
        levels = {layer.level for layer in layers}
        target = attention_target(unet, conditioning)

        def prepare(base: PromptEmbeds, regions: Sequence[PromptEmbeds], blending: Blending) -> BranchPrompts:
            return prepare_branch(base, regions, blending, levels=levels, target=target, epsilon=epsilon)

        branches = [prepare(conditioning.base, conditioning.regions, blending)]
        if guidance and conditioning.negative_regions is None:
            branches.insert(0, prepare(conditioning.negative, (), blending.plain))
        elif guidance:
            branches.insert(0, prepare(conditioning.negative, conditioning.negative_regions or (), blending))
        self.context = RegionalContext(
            branches[COND].embeds[0].expand(len(branches), -1, -1),
            branches=(UNCOND, COND)[-len(branches) :],
        )
        self._loras = _masked_loras(unet, conditioning, blending, target)
        images = None if conditioning.images is None else conditioning.images.prepare(blending, target)
        with torch.no_grad():
            attends = [_make_attends(layer, branches, controls, projections) for layer in layers]
            if images is not None:
                attends = [images.add(layer, each) for layer, each in zip(layers, attends, strict=True)]
            self._processors = [
                (layer.attn, RegionalAttnProcessor(self.context, each))
                for layer, each in zip(layers, attends, strict=True)
            ]

    @contextmanager
    def install(self) -> Generator[RegionalContext]:
        """Install the processors, and terrains' LoRAs beside the layers; on exit all is as it was.

        The loop sets `context.step` before each forward pass, and `context.branches` where they change: a
        step without guidance has the cond branch alone, and the pair can be passed one after the other.
        """
        before = [attn.get_processor() for attn, _ in self._processors]
        try:
            for attn, processor in self._processors:
                _set_processor(attn, processor)
            with nullcontext() if self._loras is None else self._loras.install(self.context):
                yield self.context
        finally:
            for (attn, _), processor in zip(self._processors, before, strict=True):
                _set_processor(attn, processor)


def attention_target(
    unet: "UNet2DConditionModel | ControlNetModel", conditioning: Conditioning
) -> TensorTarget:
    """Return what weights are made for in a UNet, or in a ControlNet."""
    levels = 1 + max(layer.level for layer in cross_attention_levels(unet))
    return TensorTarget(levels, conditioning.base.prompt_embeds.device, unet.dtype)


def _masked_loras(
    unet: "UNet2DConditionModel | ControlNetModel",
    conditioning: Conditioning,
    blending: Blending,
    target: TensorTarget,
) -> "MaskedLoras | None":
    """Prepare the LoRAs of a picture's terrains for the layers that see pixels; None without any."""
    loras = [region.loras for region in conditioning.regions]
    if all(each is None for each in loras):
        return None
    from tilebake.paint.terrain_loras.masked_layers import MaskedLoras  # which few maps need

    return MaskedLoras(pixel_layers(unet), loras, blending, target)


def _make_attends(
    layer: AttentionLayer,
    branches: Sequence[BranchPrompts],
    controls: Sequence[AttentionControl],
    projections: Projections | None,
) -> tuple[Attend, ...]:
    """Return the function by which each branch attends in one layer."""
    *others, cond = (project(layer.attn, branch, layer.level, projections) for branch in branches)
    attend = make_attend(cond)
    for control in controls:
        attend = control.wrap(layer, cond, attend)
    return (*(make_attend(prompts) for prompts in others), attend)


def _set_processor(attn: Attention, processor: object) -> None:
    attn.set_processor(cast("AttnProcessor", processor))  # the union that diffusers declares is closed
