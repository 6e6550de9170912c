"""Guide a UNet by a ControlNet (Zhang et al. 2023, arXiv:2302.05543): what it adds to the features of a step.

The ControlNet is a copy of the UNet's first half, trained under the UNet's own prompts. So it attends to
prompts regionally, as the UNet does, each pixel to those of its terrains.
"""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
import torch

from tilebake.errors import ModelError
from tilebake.paint.picture import Shares
from tilebake.paint.prompts.embeds import Conditioning
from tilebake.paint.regional.attention import RegionalAttention
from tilebake.paint.regional.blending import Blending
from tilebake.paint.regional.layer_prompts import Projections
from tilebake.paint.regional.layers import cross_attention_levels

if TYPE_CHECKING:
    from diffusers import ControlNetModel

    from tilebake.paint.denoise import Branches, UnetInput
    from tilebake.paint.model.load import Components


class Working(NamedTuple):
    """Say how firmly a ControlNet works, and over which share of the steps."""

    strength: float
    start: float
    end: float

    def steps(self, count: int) -> frozenset[int]:
        """Return the steps, of so many, that lie within the share as a whole; as diffusers rounds them."""
        return frozenset(
            step for step in range(count) if step / count >= self.start and (step + 1) / count <= self.end
        )


class StructureGuide:
    """Compute what a ControlNet adds to the UNet, step by step.

    Its layers attend regionally during its own passes alone; afterwards they are as they were.
    """

    def __init__(
        self,
        controlnet: "ControlNetModel",
        picture: torch.Tensor,
        attention: RegionalAttention | None,
        working: Working,
        steps: frozenset[int],
    ) -> None:
        """Take a picture [1, 3, H, W] in 0..1. `attention` is None for a ControlNet that reads no prompts."""
        self._controlnet = controlnet
        self._picture = picture
        self._attention = attention
        self._strength = working.strength
        self._steps = steps

    def residuals(self, unet_input: "UnetInput", step: int, branches: "Branches") -> Mapping[str, Any]:
        """Return what the UNet is given beside its own input, by the names that it has for it."""
        if step not in self._steps:
            return {}
        installed = nullcontext() if self._attention is None else self._attention.install()
        with installed as context:
            if context is not None:
                context.step, context.branches = step, branches
            down, middle = cast("Any", self._controlnet)(
                unet_input.sample,
                unet_input.timestep,
                encoder_hidden_states=unet_input.encoder_hidden_states,
                controlnet_cond=self._picture.expand(len(branches), -1, -1, -1),
                conditioning_scale=self._strength,
                added_cond_kwargs=dict(unet_input.added_cond_kwargs),
                return_dict=False,
            )
        return {"down_block_additional_residuals": down, "mid_block_additional_residual": middle}


def make_guide(
    pixels: Shares,
    working: Working,
    blend: Blending,
    components: "Components",
    conditioning: Conditioning,
    projections: Projections | None = None,
) -> StructureGuide:
    """Make the guide of a picture [H, W, 3] in 0..1. Raises ModelError for a model without a ControlNet.

    Pictures to paint like are the UNet's alone, as in diffusers: adapters are not trained for ControlNets.
    """
    controlnet = components.controlnet
    if controlnet is None:
        raise ModelError(
            "the painting is held to a picture, and the model was loaded without a ControlNet",
            hint='name one by the setting "controlnet"',
        )
    shown = torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1)))[None]
    attention = None
    if cross_attention_levels(controlnet):
        words = replace(conditioning, images=None)
        attention = RegionalAttention(controlnet, words, blend, projections=projections)
    return StructureGuide(
        controlnet,
        shown.to(components.device, components.dtype),
        attention,
        working,
        working.steps(len(blend.steps)),
    )
