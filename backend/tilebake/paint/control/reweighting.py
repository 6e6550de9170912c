"""Limit a Reweight to where its words work: one mask for each word and prompt."""

import torch

from tilebake.paint.control.plan import Change, EditPlan
from tilebake.paint.control.word_masks import WordMasks, pool_masks
from tilebake.paint.observe.attention_store import AttentionStore, level_sizes, word_reach
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
        self._words = tuple((word, change) for word, change, _ in (*old, *new))
        self.rows: dict[tuple[str, PromptEmbeds], int] = {
            (word, change.target): row for row, (word, change) in enumerate(self._words, start=1)
        }
        self.source = AttentionStore(
            [c.in_source(word) for word, c, _ in old], plan.source, blend, target, word_reach
        )
        self.target = AttentionStore(
            [c.in_target(word) for word, c, _ in new], plan.target, blend, target, word_reach
        )
        self._masks = WordMasks(
            self.source, self.target, [within for _, _, within in (*old, *new)], blend.latent_size
        )
        self.banks = [
            torch.ones(1 + len(weighed), height * width, device=target.device, dtype=target.dtype)
            for height, width in level_sizes(blend.latent_size, target.levels)
        ]
        self._worked = torch.zeros(len(weighed), device=target.device)
        self._always = torch.tensor(
            [not each.is_masked for each in plan.changes], dtype=torch.bool, device=target.device
        )
        self._weighed_by = torch.zeros(len(plan.changes), len(weighed), device=target.device)  # [C, W]
        for row, (word, own) in enumerate(self._words):
            self._weighed_by[plan.changes.index(own), row] = float(_weighs(word, own))

    def renew(self, step: int) -> None:
        """Make the masks of a step that the source has done and the target has not."""
        if not self.rows:
            return
        masks = self._masks.after(step + 1, step)
        self._worked = torch.maximum(self._worked, masks.flatten(1).amax(dim=1))
        for bank, mask in zip(self.banks, pool_masks(masks, len(self.banks)), strict=True):
            bank[1:].copy_(mask)

    @property
    def weighs(self) -> torch.Tensor:
        """Whether each change has changed anything so far [C], on the device."""
        return self._always | (self._weighed_by @ self._worked > 0)

    def idle_words(self) -> list[str]:
        """List the words that are to weigh and worked nowhere in any step. Waits for the device."""
        worked = zip(self._words, self._worked.tolist(), strict=True)
        return [word for (word, change), did in worked if _weighs(word, change) and not did]


def _weighs(word: str, change: Change) -> bool:
    return change.rewrite.weights[word] != 1
