"""Let layers attend to pictures beside prompts, each where the map is to look like it.

To what regional attention gives, each layer adds Σ_i w_i · m_i(x) · A(q, K_i, V_i), with keys and values of
the adapter's own: decoupled cross-attention (arXiv:2308.06721) by masks. A terrain's own picture takes the
place of the map's within its mask; masks sum to 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from tilebake.paint.references.image_adapter import ImageAdapter, ImageTokens
from tilebake.paint.regional.attention import regional_attention
from tilebake.paint.regional.blending import Blending, TensorTarget, map_once, prompt_weights
from tilebake.paint.regional.layer_prompts import Attend
from tilebake.paint.regional.layers import AttentionLayer


@dataclass(frozen=True, eq=False)
class WeighedTokens:
    """Hold what a picture says, and how strongly. Two are the same only if they are one object."""

    tokens: ImageTokens
    weight: float


@dataclass(frozen=True, eq=False)
class AdapterPrompts:
    """Hold the pictures that a painting is to look like, beside its prompts."""

    adapter: ImageAdapter
    whole: WeighedTokens | None
    regions: tuple[WeighedTokens | None, ...]  # in the order of the conditioning's; None is as the whole

    def only(self, regions: Sequence[int]) -> "AdapterPrompts":
        """Return those of some regions alone, in their order."""
        return AdapterPrompts(self.adapter, self.whole, tuple(self.regions[index] for index in regions))

    def prepare(self, blending: Blending, target: TensorTarget) -> "MaskedImages":
        """Weigh the pictures at each pixel, level and step."""
        own = [*dict.fromkeys(each for each in self.regions if each is not None)]
        rows = [0 if each is None else 1 + own.index(each) for each in self.regions]
        pictures = [self.whole, *own]
        heard = [row for row, each in enumerate(pictures) if each is not None and each.weight != 0]
        said = [each for each in pictures if each is not None and each.weight != 0]
        factors = np.array([each.weight for each in said])[:, None]

        def weigh(levels: tuple[np.ndarray, ...]) -> tuple[torch.Tensor, ...]:
            padded = (np.pad(each, ((0, len(pictures) - len(each)), (0, 0))) for each in levels)
            return tuple(
                torch.from_numpy(each[heard] * factors).to(target.device, target.dtype) for each in padded
            )

        weights = map_once(prompt_weights(blending.masks_alone, rows, target.levels), weigh)
        return MaskedImages(self.adapter, tuple(each.tokens for each in said), weights)


@dataclass(frozen=True, eq=False)
class MaskedImages:
    """Hold I pictures as layers attend to them, and what each weighs where."""

    adapter: ImageAdapter
    pictures: tuple[ImageTokens, ...]
    weights: tuple[tuple[torch.Tensor, ...], ...]  # by step, then by level: [I, Q]

    def add(self, layer: AttentionLayer, attends: Sequence[Attend]) -> tuple[Attend, ...]:
        """Return the functions by which a layer attends to its prompts and to the pictures.

        `attends` are those of the branches of guidance, the cond branch last.
        """
        *others, cond = attends
        return (
            *(self._add(layer, each, [picture.uncond for picture in self.pictures]) for each in others),
            self._add(layer, cond, [picture.cond for picture in self.pictures]),
        )

    def _add(self, layer: AttentionLayer, attend: Attend, tokens: Sequence[torch.Tensor]) -> Attend:
        projected = [self.adapter.keys_and_values(layer.attn, each) for each in tokens]
        if not projected:
            return attend
        keys, values = zip(*projected, strict=True)
        weights = [levels[layer.level] for levels in self.weights]

        def attend_to_both(query: torch.Tensor, step: int) -> torch.Tensor:
            return attend(query, step) + regional_attention(query, keys, values, weights[step])

        return attend_to_both
