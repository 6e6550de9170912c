"""Compute the target's cross-attention under an edit, by fused kernels.

With P the probabilities over tokens [Q, T], of the source and of the target, M the mapper, a the share of the
source's maps by token, and c the equalizer, Prompt-to-Prompt (arXiv:2208.01626) edits maps to

    P' = c · (a · (P_source M) + (1 - a) · P_target)

All of it is linear in the maps, and so goes into the values instead:

    P' V = P_source (M (c a · V)) + P_target (c (1 - a) · V)

These are two attentions to prepared values, of the source's queries to the source's keys and of the target's
to its own; where a is all 1 or all 0, it is one. A weight that works only within a mask m is one of 1
everywhere, and m(x) (c - 1) more. What
other columns absorbed of a word is added to c V (`context_reweight`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from diffusers.models.attention_processor import Attention

from tilebake.paint.control.context_reweight import ContextReweight
from tilebake.paint.control.source import SourceQueries
from tilebake.paint.regional.attention import regional_attention
from tilebake.paint.regional.layer_prompts import Attend, LayerPrompts
from tilebake.paint.regional.layers import AttentionLayer

Bank = torch.Tensor
"""[1 + W, Q] at one level: ones, and the masks of W words. Renewed at every step."""


@dataclass(frozen=True, eq=False)
class PromptEdit:
    """Describe one prompt of the target, and the prompt of the source whose maps it takes."""

    source_row: int  # among the source's distinct prompts
    target_row: int  # among the target's
    mapper: torch.Tensor  # [T_source, T_target]
    kept: torch.Tensor  # [steps, T_target]: a
    equalizer: torch.Tensor  # [T_target]: c, of the words that work everywhere
    masked: tuple[tuple[int, torch.Tensor], ...] = ()  # a row of the bank, and c [T_target] within it
    context_reweights: tuple[ContextReweight, ...] = ()  # of the words that weigh

    def weigh(self, attn: Attention, value: torch.Tensor) -> list[tuple[int, torch.Tensor]]:
        """List rows of the bank, with what counts there of a layer's target values [H, T_target, D]."""
        coefficients = [(0, self.equalizer), *((row, weights - 1) for row, weights in self.masked)]
        return [
            (
                row,
                sum(
                    (each.values(attn, value) for each in self.context_reweights if each.mask == row),
                    start=_scale_tokens(value, coefficient),
                ),
            )
            for row, coefficient in coefficients
        ]

    def is_plain(self, step: int) -> bool:
        """Tell whether the target attends at a step as if there were no edit."""
        return not (self.masked or self.context_reweights or self.kept[step].any()) and bool(
            self.equalizer.eq(1).all()
        )


class Terms(NamedTuple):
    """Hold what one set of queries attends to in a layer, under an edit."""

    keys: list[torch.Tensor]  # [H, T, D]
    values: list[torch.Tensor]  # [H, T, D]
    rows: torch.Tensor  # [J]: the prompts whose weights they have
    masks: torch.Tensor  # [J]: the rows of the bank that they work within


WeighedValues = Mapping[int, Sequence[tuple[int, torch.Tensor]]]
"""By row of an edited prompt: what `PromptEdit.weigh` makes of its values in one layer."""


class EditedCrossAttention:
    """Edit the target's cross-attention, as an AttentionControl prepared after the source's."""

    def __init__(
        self, source: SourceQueries, edits: Sequence[PromptEdit], banks: Sequence[Bank], steps: int
    ) -> None:
        self._source = source
        self._edits = {edit.target_row: edit for edit in edits}
        self._banks = banks  # by level
        # Steps in which all edits keep the same maps are prepared once.
        kept = [tuple(tuple(edit.kept[step].tolist()) for edit in edits) for step in range(steps)]
        self._first = [kept.index(each) for each in kept]

    def wrap(self, layer: AttentionLayer, prompts: LayerPrompts, attend: Attend) -> Attend:
        """Attend as edited, and in steps where the edit has no effect as before."""
        source, bank = self._source.layers[layer.attn], self._banks[layer.level]
        weigh = {row: edit.weigh(layer.attn, prompts.values[row]) for row, edit in self._edits.items()}
        prepared = {
            step: (
                self._target_terms(prompts, weigh, step),
                self._source_terms(prompts, source.keys, weigh, step),
            )
            for step in set(self._first)
            if not all(edit.is_plain(step) for edit in self._edits.values())
        }

        def edited(query: torch.Tensor, step: int) -> torch.Tensor:
            if self._first[step] not in prepared:
                return attend(query, step)
            own, from_source = prepared[self._first[step]]
            attended = [
                regional_attention(
                    each, terms.keys, terms.values, prompts.weights[step][terms.rows] * bank[terms.masks]
                )
                for each, terms in ((query, own), (source.query, from_source))
                if terms.keys
            ]
            return attended[0] if len(attended) == 1 else attended[0].add_(attended[1])

        return edited

    def _target_terms(self, prompts: LayerPrompts, weigh: WeighedValues, step: int) -> Terms:
        """Return what the target's own queries attend to: all that is not the source's."""
        terms: list[tuple[torch.Tensor, torch.Tensor, int, int]] = []
        for row, (key, value) in enumerate(zip(prompts.keys, prompts.values, strict=True)):
            if row not in weigh:
                terms.append((key, value, row, 0))
                continue
            share = 1 - self._edits[row].kept[step]
            if share.any():
                terms += [(key, _scale_tokens(each, share), row, mask) for mask, each in weigh[row]]
        return _make_terms(terms, prompts)

    def _source_terms(
        self, prompts: LayerPrompts, keys: Sequence[torch.Tensor], weigh: WeighedValues, step: int
    ) -> Terms:
        """Return what the source's queries attend to, with the target's values at the source's tokens."""
        terms: list[tuple[torch.Tensor, torch.Tensor, int, int]] = []
        for row, edit in self._edits.items():
            share = edit.kept[step]
            for mask, value in weigh[row] if share.any() else ():
                # [T_s, T_t] @ [H, T_t, D] → [H, T_s, D]
                mapped = edit.mapper.to(value) @ _scale_tokens(value, share)
                terms.append((keys[edit.source_row], mapped, row, mask))
        return _make_terms(terms, prompts)


def _scale_tokens(value: torch.Tensor, share: torch.Tensor) -> torch.Tensor:
    """Scale values [H, T, D], each token's by its share [T]."""
    return value * share.to(value)[:, None]


def _make_terms(terms: Sequence[tuple[torch.Tensor, torch.Tensor, int, int]], prompts: LayerPrompts) -> Terms:
    device = prompts.keys[0].device
    return Terms(
        keys=[key for key, _, _, _ in terms],
        values=[value for _, value, _, _ in terms],
        rows=torch.tensor([row for _, _, row, _ in terms], dtype=torch.long, device=device),
        masks=torch.tensor([mask for _, _, _, mask in terms], dtype=torch.long, device=device),
    )
