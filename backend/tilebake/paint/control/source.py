"""Keep what the target takes from the source at each step: queries, which give any attention map.

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
from tilebake.paint.regional.attention import COND, RegionalContext
from tilebake.paint.regional.layer_prompts import Attend, LayerPrompts
from tilebake.paint.regional.layers import AttentionLayer, self_attention_levels


class KeptQueries(NamedTuple):
    """Hold the source in one cross-attention layer."""

    query: torch.Tensor  # [1, H, Q, D]: of the step at hand
    keys: tuple[torch.Tensor, ...]  # [H, T_j, D], in the order of the source's distinct prompts


class SourceQueries:
    """Keep the source's queries of the step at hand, as an AttentionControl that changes nothing."""

    def __init__(self, steps: int) -> None:
        self.layers: dict[Attention, KeptQueries] = {}
        self._steps = steps  # the first ones, in which they are asked for

    @property
    def nbytes(self) -> int:
        """Memory that the queries take, in bytes."""
        return sum(kept.query.nbytes for kept in self.layers.values())

    def copy(self) -> tuple[torch.Tensor, ...]:
        """Copy the queries [1, H, Q, D] of every layer, in their order."""
        return tuple(kept.query.clone() for kept in self.layers.values())

    def wrap(self, layer: AttentionLayer, prompts: LayerPrompts, attend: Attend) -> Attend:
        """Keep the queries, and attend as before."""
        heads, _, width = prompts.keys[0].shape
        kept = prompts.keys[0].new_empty(1, heads, prompts.weights[0].shape[-1], width)
        self.layers[layer.attn] = KeptQueries(kept, prompts.keys)

        def keeping(query: torch.Tensor, step: int) -> torch.Tensor:
            if step < self._steps:
                kept.copy_(query)
            return attend(query, step)

        return keeping


class SourceSelfAttention:
    """Keep the source's self-attention: queries and keys, with which the target weighs values of its own.

    softmax(q_source k_sourceᵀ / √D) v_target is the paper's replacement of self-attention maps, without
    writing down any: [Q, Q] a head would not fit. Only at the coarsest level (32x32 for SDXL at its own size,
    as in the paper), where layout is made; at finer ones texture would be copied with it. The uncond branch
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

    def copy(self) -> tuple[torch.Tensor, ...]:
        """Copy queries and keys [1, Q, C] of every layer, in their order."""
        return tuple(kept.clone() for _, kept in self._kept)

    def fill(self, copied: Sequence[torch.Tensor]) -> None:
        """Take queries and keys that were copied in another painting of the same source."""
        for (_, kept), tensor in zip(self._kept, copied, strict=True):
            kept.copy_(tensor)

    @contextmanager
    def keep(self, context: RegionalContext) -> Generator[None]:
        """Keep the queries and keys of the source's forward pass inside."""
        with _hook_projections(self._kept, context, keep=True):
            yield

    @contextmanager
    def replace(self, context: RegionalContext) -> Generator[None]:
        """Use the kept queries and keys in the target's forward pass inside."""
        with _hook_projections(self._kept, context, keep=False):
            yield


def _projections(attn: Attention) -> tuple[nn.Module, nn.Module]:
    assert attn.to_k is not None, "self-attention has keys"
    return attn.to_q, attn.to_k


@contextmanager
def _hook_projections(
    kept: Sequence[tuple[nn.Module, torch.Tensor]], context: RegionalContext, *, keep: bool
) -> Generator[None]:
    """Copy what each module puts out for the cond branch, if the batch has it, to or from a tensor."""
    with ExitStack() as hooks:
        for module, tensor in kept:

            def copy(_: nn.Module, __: object, out: torch.Tensor, tensor: torch.Tensor = tensor) -> None:
                if COND not in context.branches:
                    return
                branch = out[context.branches.index(COND)]
                if keep:
                    tensor.copy_(branch[None])
                else:
                    branch.copy_(tensor[0])

            hooks.enter_context(module.register_forward_hook(copy))
        yield
