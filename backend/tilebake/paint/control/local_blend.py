"""Blend latents: decide where the target's count, and where the source's stay as they are.

By the words of Hertz et al. 2022 (Prompt-to-Prompt, arXiv:2208.01626, section 4), and by the terrains whose
prompts are edited: outside of their masks nothing may change. In the first steps nothing may anywhere:
attention holds on to a layout as far as a model makes it by attention, the source's latents hold on always.
"""

from collections.abc import Sequence
from typing import Final

import torch

from tilebake.paint.control.plan import EditPlan
from tilebake.paint.control.word_masks import WordMasks
from tilebake.paint.observe.attention_store import AttentionStore
from tilebake.paint.prompts.words import columns_of
from tilebake.paint.regional.blending import Blending, TensorTarget

FAINT_SHARE: Final = 0.05  # of a pixel: up to it, a terrain's edit leaves the source's latents there
FULL_SHARE: Final = 0.35  # and from which on it is the target's alone


class LatentBlend:
    """Bring the source's latents into the target's after each step, outside of a mask."""

    def __init__(self, plan: EditPlan, blend: Blending, target: TensorTarget) -> None:
        local = plan.edit.local_blend
        words = local.words if local else ()
        self.source = AttentionStore(
            [c.in_source(word) for c in plan.changes for word in words if columns_of(c.source, word)],
            plan.source,
            blend,
            target,
        )
        self.target = AttentionStore(
            [c.in_target(word) for c in plan.changes for word in words if columns_of(c.target, word)],
            plan.target,
            blend,
            target,
        )
        seen = len(self.source.words) + len(self.target.words)
        thresholds = [local.threshold] * seen if local else []
        self._masks = (
            WordMasks(self.source, self.target, thresholds, blend.latent_size) if thresholds else None
        )
        self._first = round(local.start * len(blend.steps)) if local else 0
        self._source_steps = round(plan.edit.source_steps * len(blend.steps))
        within = torch.ones(blend.latent_size) if plan.regions is None else terrain_mask(blend, plan.regions)
        self._within = within.to(target.device, torch.float32)  # as latents are
        self.mask = self._within
        """[h, w] of the step done last: 0 where latents are the source's, 1 where they are the target's."""

    def __call__(self, source: torch.Tensor, target: torch.Tensor, step: int) -> torch.Tensor:
        """Blend the latents [1, C, h, w] after a step of both: the source's where the mask is 0."""
        if self._masks is not None and step >= self._first:
            words = self._masks.after(step + 1, step + 1).amax(dim=0)
            self.mask = self._within * words.to(self._within.dtype)
        return source.clone() if step < self._source_steps else torch.lerp(source, target, self.mask)


def terrain_mask(blend: Blending, regions: Sequence[int]) -> torch.Tensor:
    """Mask where these terrains' edits count [h, w]: from 0 at FAINT_SHARE of a pixel to 1 at FULL_SHARE.

    The masks are those of the last step, which are the picture's.
    """
    masks = torch.from_numpy(blend.regions[blend.steps[-1].mask_sigma].masks)
    return ((masks[list(regions)].sum(dim=0) - FAINT_SHARE) / (FULL_SHARE - FAINT_SHARE)).clamp(0, 1)
