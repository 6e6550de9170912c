"""Mask where a word works, from its attention, by pure functions of its heat.

All is done on the device, and nothing waits for it: masks are made anew between two steps.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

import torch
from torch.nn.functional import avg_pool2d, interpolate

from tilebake.level.edit.edit import Threshold
from tilebake.paint.observe.attention_store import AttentionStore


def word_masks(
    heat: torch.Tensor, threshold: Threshold, zoom: int, latent_size: tuple[int, int]
) -> torch.Tensor:
    """Set 1 where each word's heat is above a share of its peak, else 0: [W, h, w] → [W, *latent_size].

    `heat` covers `zoom` latents by each of its values; its last row and column may lie in part outside. A
    word whose peak stays below the threshold's floor has a mask of nothing, where a share of the peak alone
    would always find something.
    """
    height, width = latent_size
    smooth = interpolate(heat[None], scale_factor=float(zoom), mode="bilinear")[0, :, :height, :width]
    peak = smooth.flatten(1).quantile(threshold.quantile, dim=1)[:, None, None]
    share = (smooth / peak.clamp(min=torch.finfo(heat.dtype).tiny)).clamp(max=1) ** threshold.gamma
    return ((share > threshold.above) & (peak > threshold.floor)).to(heat.dtype)


class WordMasks:
    """Mask where the words of an edit are active, the source's words first, each by its own threshold."""

    def __init__(
        self,
        source: AttentionStore,
        target: AttentionStore,
        thresholds: Sequence[Threshold],
        latent_size: tuple[int, int],
    ) -> None:
        own = len(source.words)
        self._seen_by = (source, thresholds[:own]), (target, thresholds[own:])
        self._latent_size = latent_size

    def after(self, source_steps: int, target_steps: int) -> torch.Tensor:
        """Return the masks after so many steps of either: [W, h, w]. Before the first step a mask is 0."""
        done = zip(self._seen_by, (source_steps, target_steps), strict=True)
        return torch.cat(
            [mask for (store, words), steps in done for mask in self._masks(store, words, steps)]
        )

    def _masks(
        self, store: AttentionStore, thresholds: Sequence[Threshold], steps: int
    ) -> Iterator[torch.Tensor]:
        """Make the masks of one store's words, together where neighbours have one threshold."""
        for threshold, alike in groupby(range(len(thresholds)), key=thresholds.__getitem__):
            rows = [*alike]
            first = 0 if threshold.average else max(steps - 1, 0)
            heat = store.heat(slice(first, max(steps, 1)), store.coarsest)[rows[0] : rows[-1] + 1]
            yield word_masks(heat, threshold, 2**store.coarsest, self._latent_size)


def pool_masks(masks: torch.Tensor, levels: int) -> list[torch.Tensor]:
    """Pool masks [W, h, w] to each level: [W, Q]. A pixel has the mean of the latents that it covers."""
    return [
        avg_pool2d(masks[None], 2**level, ceil_mode=True)[0].flatten(1) if level else masks.flatten(1)
        for level in range(levels)
    ]
