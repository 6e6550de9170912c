"""Blend latents: decide where the target's count, and where the source's stay as they are.

By the words of Hertz et al. 2022 (Prompt-to-Prompt, arXiv:2208.01626, section 4), and by the terrains whose
prompts are edited: outside of their masks nothing may change. In the first steps nothing may anywhere:
attention holds on to a layout as far as a model makes it by attention, the source's latents hold on always.
"""

from collections.abc import Iterable
from typing import Final

import torch

from tilebake.paint.control.plan import EditPlan
from tilebake.paint.control.reweighting import ReweightMasks
from tilebake.paint.control.word_masks import WordMasks
from tilebake.paint.observe.attention_store import AttentionStore, word_reach
from tilebake.paint.prompts.words import columns_of
from tilebake.paint.regional.blending import Blending, TensorTarget

FAINT_SHARE: Final = 0.05  # of a pixel: up to it, a terrain's edit leaves the source's latents there
FULL_SHARE: Final = 0.35  # and from which on it is the target's alone


class LatentBlend:
    """Mask where the target's latents count after each step; elsewhere they are the source's.

    A change of weights that have worked nowhere so far counts nowhere: what came out a little different is no
    edit but the order of sums.
    """

    def __init__(
        self, plan: EditPlan, blend: Blending, target: TensorTarget, reweights: ReweightMasks
    ) -> None:
        local = plan.edit.local_blend
        self.words = local.words if local else ()
        self.source = AttentionStore(
            [c.in_source(word) for c in plan.changes for word in self.words if columns_of(c.source, word)],
            plan.source,
            blend,
            target,
            word_reach,
        )
        self.target = AttentionStore(
            [c.in_target(word) for c in plan.changes for word in self.words if columns_of(c.target, word)],
            plan.target,
            blend,
            target,
            word_reach,
        )
        seen = len(self.source.words) + len(self.target.words)
        thresholds = [local.threshold] * seen if local else []
        self._masks = (
            WordMasks(self.source, self.target, thresholds, blend.latent_size) if thresholds else None
        )
        self._first = round(local.start * len(blend.steps)) if local else 0
        self._source_steps = round(plan.edit.source_steps * len(blend.steps))
        shares = [region_share(blend, change.regions) for change in plan.changes]
        self._shares = torch.stack([torch.zeros(blend.latent_size), *shares]).to(target.device, torch.float32)
        self._reweights = reweights
        self.mask = self._within()
        """[h, w] of the step done last: 0 where latents are the source's, 1 where they are the target's."""

    def after(self, step: int) -> torch.Tensor:
        """Return the mask [h, w] of a step that both have done: all 0 in the steps that are the source's."""
        self.mask = self._within()
        if self._masks is not None and step >= self._first:
            words = self._masks.after(step + 1, step + 1).amax(dim=0)
            self.mask = self.mask * words.to(self.mask.dtype)
        return torch.zeros_like(self.mask) if step < self._source_steps else self.mask

    def _within(self) -> torch.Tensor:
        """Return the terrain mask [h, w] of the changes that have changed anything."""
        return terrain_mask((self._shares[1:] * self._reweights.weighs[:, None, None]).sum(dim=0))


def region_share(blend: Blending, regions: Iterable[int | None]) -> torch.Tensor:
    """Return the share of each latent that these regions have [h, w]: all of it, if the base prompt is one.

    The masks are those of the last step, which are the picture's.
    """
    rows = [region for region in regions if region is not None]
    masks = torch.from_numpy(blend.regions[blend.steps[-1].mask_sigma].masks)
    return masks[rows].sum(dim=0) if None not in regions else torch.ones(blend.latent_size)


def terrain_mask(share: torch.Tensor) -> torch.Tensor:
    """Mask where terrains' edits count, by their share: 0 up to FAINT_SHARE, 1 from FULL_SHARE on."""
    return ((share - FAINT_SHARE) / (FULL_SHARE - FAINT_SHARE)).clamp(0, 1)
