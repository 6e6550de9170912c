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
        words = (*self.words, *local.subtract) if local else ()
        self.source = AttentionStore(
            [c.in_source(word) for c in plan.changes for word in words if columns_of(c.source, word)],
            plan.source,
            blend,
            target,
            word_reach,
        )
        self.target = AttentionStore(
            [c.in_target(word) for c in plan.changes for word in words if columns_of(c.target, word)],
            plan.target,
            blend,
            target,
            word_reach,
        )
        seen = [each.text for each in (*self.source.words, *self.target.words)]
        self._subtracts = torch.tensor([bool(local) and word in local.subtract for word in seen])
        self._subtracts = self._subtracts.to(target.device)[:, None, None]
        thresholds = [local.threshold] * len(seen) if local else []
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
            words = self._masks.after(step + 1, step + 1).to(self.mask.dtype)
            self.mask = self.mask * where_words(words, self._subtracts, has_words=bool(self.words))
        return torch.zeros_like(self.mask) if step < self._source_steps else self.mask

    def _within(self) -> torch.Tensor:
        """Return the terrain mask [h, w] of the changes that have changed anything."""
        return terrain_mask((self._shares[1:] * self._reweights.weighs[:, None, None]).sum(dim=0))


def where_words(masks: torch.Tensor, subtracts: torch.Tensor, *, has_words: bool) -> torch.Tensor:
    """Mask where some word works, and none to subtract: [W, h, w] → [h, w].

    `subtracts` [W, 1, 1] says which are subtracted. Without other words, the mask is everywhere else.
    """
    none = torch.zeros_like(masks)
    wanted = torch.where(subtracts, none, masks).amax(dim=0) if has_words else torch.ones_like(masks[0])
    return wanted * (1 - torch.where(subtracts, masks, none).amax(dim=0))


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
