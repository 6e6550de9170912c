"""Limit a Reweight to where its words work: one mask for each word and prompt."""

import torch

from tilebake.paint.control.plan import EditPlan
from tilebake.paint.control.word_masks import WordMasks, pool_masks
from tilebake.paint.observe.attention_store import AttentionStore, level_sizes
from tilebake.paint.prompts.embeds import PromptEmbeds
from tilebake.paint.prompts.words import columns_of
from tilebake.paint.regional.blending import Blending, TensorTarget


class ReweightMasks:
    """Renew the bank of masks that the edited layers read, at each step between source and target.

    A word that the source has is masked by the source's attention. A new word is masked by the target's of
    the steps before: in the first one it works nowhere.
    """

    def __init__(self, plan: EditPlan, blend: Blending, target: TensorTarget) -> None:
        weighed = [
            (word, change, change.rewrite.reweight.within)
            for change in plan.changes
            if change.rewrite.reweight is not None and change.rewrite.reweight.within is not None
            for word in change.rewrite.weights
        ]
        old = [each for each in weighed if columns_of(each[1].source, each[0])]
        new = [each for each in weighed if each not in old]
        self.rows: dict[tuple[str, PromptEmbeds], int] = {
            (word, change.target): row for row, (word, change, _) in enumerate([*old, *new], start=1)
        }
        self.source = AttentionStore([c.in_source(word) for word, c, _ in old], plan.source, blend, target)
        self.target = AttentionStore([c.in_target(word) for word, c, _ in new], plan.target, blend, target)
        self._masks = WordMasks(
            self.source, self.target, [within for _, _, within in (*old, *new)], blend.latent_size
        )
        self.banks = [
            torch.ones(1 + len(weighed), height * width, device=target.device, dtype=target.dtype)
            for height, width in level_sizes(blend.latent_size, target.levels)
        ]

    def renew(self, step: int) -> None:
        """Make the masks of a step that the source has done and the target has not."""
        if not self.rows:
            return
        masks = pool_masks(self._masks.after(step + 1, step), len(self.banks))
        for bank, mask in zip(self.banks, masks, strict=True):
            bank[1:].copy_(mask)
