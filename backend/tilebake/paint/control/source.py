"""What the target takes from the source at each step: queries, from which any attention map can be made.

Hertz et al. keep the source's maps, [H, Q, T] for every prompt and layer. Its queries [H, Q, D] say the same,
take less memory, and leave attention to the fused kernels. They are kept for one step only.
"""

from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

import torch
from diffusers.models.attention_processor import Attention
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import nn

from tilebake.paint.observe.attention_store import level_sizes
from tilebake.paint.regional.attention import POSITIVE, Attend, LayerPrompts, RegionalContext
from tilebake.paint.regional.layers import Layer, self_attention_levels


class KeptQueries(NamedTuple):
    """The source in one cross-attention layer."""

    query: torch.Tensor  # [1, H, Q, D]: of the step at hand
    keys: tuple[torch.Tensor, ...]  # [H, T_j, D], in the order of the source's distinct prompts


class SourceQueries:
    """An AttentionControl for the source, which changes nothing: keeps its queries of the step at hand."""

    def __init__(self, steps: int) -> None:
        self.layers: dict[Attention, KeptQueries] = {}
        self._steps = steps  # the first ones, in which they are asked for

    @property
    def nbytes(self) -> int:
        """Memory that the queries take, in bytes."""
        return sum(kept.query.nbytes for kept in self.layers.values())

    def around(self, layer: Layer, prompts: LayerPrompts, attend: Attend) -> Attend:
        """Keeps the queries, and attends as it would."""
        heads, _, width = prompts.keys[0].shape
        kept = prompts.keys[0].new_empty(1, heads, prompts.weights[0].shape[-1], width)
        self.layers[layer.attn] = KeptQueries(kept, prompts.keys)

        def keeping(query: torch.Tensor, step: int) -> torch.Tensor:
            if step < self._steps:
                kept.copy_(query)
            return attend(query, step)

        return keeping


class SourceSelfAttention:
    """The source's self-attention: its queries and keys, with which the target weighs values of its own.

    softmax(q_source k_sourceᵀ / √D) v_target is the paper's replacement of self-attention maps, without
    writing down any: [Q, Q] a head would not fit. Only at the coarsest level (32x32 for SDXL at its own size,
    as in the paper), where layout is made; at finer ones texture would be copied with it. The negative half
    is left alone.
    """

    def __init__(
        self,
        unet: UNet2DConditionModel,
        latent_size: tuple[int, int],
        device: torch.device,
        dtype: torch.dtype,
    ) -> None:
        layers = self_attention_levels(unet)
        coarsest = max(layer.level for layer in layers)
        height, width = level_sizes(latent_size, coarsest + 1)[coarsest]
        self._kept: list[tuple[nn.Module, torch.Tensor]] = [
            (projection, torch.empty(1, height * width, layer.attn.inner_dim, device=device, dtype=dtype))
            for layer in layers
            if layer.level == coarsest
            for projection in _projections(layer.attn)
        ]

    @property
    def nbytes(self) -> int:
        """Memory that queries and keys take, in bytes."""
        return sum(kept.nbytes for _, kept in self._kept)

    @contextmanager
    def keeping(self, context: RegionalContext) -> Generator[None]:
        """Within it, a forward pass of the source leaves its queries and keys behind."""
        with _hooked(self._kept, context, keep=True):
            yield

    @contextmanager
    def replacing(self, context: RegionalContext) -> Generator[None]:
        """Within it, a forward pass uses those that were left behind."""
        with _hooked(self._kept, context, keep=False):
            yield


def _projections(attn: Attention) -> tuple[nn.Module, nn.Module]:
    assert attn.to_k is not None, "self-attention has keys"
    return attn.to_q, attn.to_k


@contextmanager
def _hooked(
    kept: Sequence[tuple[nn.Module, torch.Tensor]], context: RegionalContext, *, keep: bool
) -> Generator[None]:
    """Copies what each module puts out for the positive half, if the batch has it, to or from a tensor."""
    with ExitStack() as hooks:
        for module, tensor in kept:

            def copy(_: nn.Module, __: object, out: torch.Tensor, tensor: torch.Tensor = tensor) -> None:
                if POSITIVE not in context.halves:
                    return
                half = out[context.halves.index(POSITIVE)]
                if keep:
                    tensor.copy_(half[None])
                else:
                    half.copy_(tensor[0])

            hooks.enter_context(module.register_forward_hook(copy))
        yield
