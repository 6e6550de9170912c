"""Plan an edit of one picture: encode both sides' prompts, and find which of them differ."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import torch

from tilebake.errors import PromptError
from tilebake.level.edit.edit import Edit, Replace, Rewrite
from tilebake.level.edit.prompt_words import no_such_word
from tilebake.level.terrain import spell_name
from tilebake.paint.control.align import (
    cross_replace_weights,
    equalizer,
    refinement_mapper,
    replacement_mapper,
)
from tilebake.paint.control.context_reweight import ContextReweight, encode_without_word, extra_weight
from tilebake.paint.control.cross_attention import PromptEdit
from tilebake.paint.observe.attention_store import ObservedWord, prompt_of
from tilebake.paint.prompts.embeds import Conditioning, PromptEmbeds
from tilebake.paint.prompts.encode import TextEncoders, encode_prompt
from tilebake.paint.prompts.words import columns_of, find_word
from tilebake.paint.regional.layer_prompts import distinct_prompts


@dataclass(frozen=True, eq=False)
class Change:
    """Pair a prompt of the source picture with the target's prompt that replaces it."""

    source: PromptEmbeds
    target: PromptEmbeds
    rewrite: Rewrite
    regions: tuple[int | None, ...]  # whose prompt it is; None is the base prompt
    without_word: Mapping[str, torch.Tensor] = field(default_factory=dict[str, torch.Tensor])
    """[1, T, D] by word whose context is reweighted: the target, had no token attended to the word."""

    @property
    def is_masked(self) -> bool:
        """Whether it is of weights within masks alone: where they are empty, it changes nothing."""
        reweight = self.rewrite.reweight
        within = None if reweight is None else reweight.within
        return within is not None and self.source.tokens == self.target.tokens

    def in_source(self, word: str) -> ObservedWord:
        """Name a word in the source's prompt to observe."""
        return ObservedWord(word, self.source, self.regions, columns_of(self.source, word))

    def in_target(self, word: str) -> ObservedWord:
        """Name a word in the target's prompt to observe."""
        return ObservedWord(word, self.target, self.regions, columns_of(self.target, word))


@dataclass(frozen=True, eq=False)
class EditPlan:
    """Hold an edit's encoded prompts. Prompts without a change are the same objects on both sides."""

    edit: Edit
    source: Conditioning
    target: Conditioning
    changes: tuple[Change, ...]

    @property
    def regions(self) -> tuple[int, ...] | None:
        """The regions in which the picture may change; None for all of it."""
        regions = [region for change in self.changes for region in change.regions]
        return None if None in regions else tuple(region for region in regions if region is not None)


def plan_edit(
    components: TextEncoders, source: Conditioning, terrains: tuple[str, ...], edit: Edit
) -> EditPlan:
    """Encode the target's prompts. A prompt that comes out the same, and unweighted, is no change.

    Raises PromptError for a terrain or word that is not there, and for a prompt that cannot be encoded.
    """
    encoded = [
        Change(before, encode_prompt(components, rewrite.prompt, loras=before.loras), rewrite, tuple(regions))
        for before, rewrite, regions in _alike(source, terrains, edit)
    ]
    _refuse_absent_words(edit, encoded)
    changes = tuple(_add_context_reweights(components, change) for change in encoded if _differs(change))
    return EditPlan(edit, source, _apply_changes(source, changes), changes)


def prompt_edits(plan: EditPlan, steps: int, masked: dict[tuple[str, PromptEmbeds], int]) -> list[PromptEdit]:
    """Prepare what the layers need to know of each change.

    `masked`: the row of the bank for each word, with the target's prompt, that weighs within a mask.
    """
    sources = distinct_prompts(plan.source.base, plan.source.regions)
    targets = distinct_prompts(plan.target.base, plan.target.regions)
    edits: list[PromptEdit] = []
    for change in plan.changes:
        weights = change.rewrite.weights
        within = {word: masked[word, change.target] for word in weights if (word, change.target) in masked}
        mapper, kept = _mapper_and_shares(change, steps)
        everywhere = {word: weight for word, weight in weights.items() if word not in within}
        edits.append(
            PromptEdit(
                source_row=sources.index(change.source),
                target_row=targets.index(change.target),
                mapper=mapper,
                kept=kept,
                equalizer=equalizer(change.target, everywhere),
                masked=tuple(
                    (row, equalizer(change.target, {word: weights[word]})) for word, row in within.items()
                ),
                context_reweights=tuple(
                    ContextReweight(
                        embeds,
                        extra_weight(change.target, word, weights[word]),
                        within.get(word, 0),
                        change.target.loras,
                    )
                    for word, embeds in change.without_word.items()
                ),
            )
        )
    return edits


def _alike(
    source: Conditioning, terrains: tuple[str, ...], edit: Edit
) -> list[tuple[PromptEmbeds, Rewrite, list[int | None]]]:
    """List each rewrite with the prompt it changes, and the regions where both are the same."""
    found: list[tuple[PromptEmbeds, Rewrite, list[int | None]]] = []
    for name, rewrite in edit.rewrites.items():
        region = None if name is None else _region(name, terrains)
        before = prompt_of(source, region)
        regions = next((own for prompt, same, own in found if prompt is before and same == rewrite), None)
        if regions is None:
            found.append((before, rewrite, [region]))
        else:
            regions.append(region)
    return found


def _mapper_and_shares(change: Change, steps: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the mapper [T_source, T_target], and the share of the source's maps [steps, T_target]."""
    control = change.rewrite.control
    kept = cross_replace_weights(change.target, control.cross_shares, steps)
    if isinstance(control, Replace):
        return replacement_mapper(change.source, change.target), kept
    mapper, aligned = refinement_mapper(change.source, change.target)
    return mapper, kept * aligned


def _region(name: str, terrains: tuple[str, ...]) -> int:
    spelled = spell_name(name)
    if spelled not in terrains:
        raise PromptError(
            f"there is no terrain {name!r}", hint=f"take one of: {', '.join(terrains) or 'none is there'}"
        )
    return terrains.index(spelled)


def _refuse_absent_words(edit: Edit, changes: Sequence[Change]) -> None:
    """Refuse words to weigh or keep that their target lacks, and words to blend that no prompt has."""
    for change in changes:
        for word in (*change.rewrite.weights, *change.rewrite.control.cross_shares.words):
            find_word(change.target, word)
    prompts = [prompt for change in changes for prompt in (change.source, change.target)]
    blend = edit.local_blend
    for word in (*blend.words, *blend.subtract) if blend else ():
        if not any(columns_of(prompt, word) for prompt in prompts):
            raise no_such_word(word, [prompt.text for prompt in prompts])


def _add_context_reweights(components: TextEncoders, change: Change) -> Change:
    rewrite = change.rewrite
    if rewrite.reweight is None or not rewrite.reweight.echo:
        return change
    words = [word for word, weight in rewrite.weights.items() if weight != 1]
    embeds = {word: encode_without_word(components, change.target, rewrite.prompt, word) for word in words}
    return replace(change, without_word=embeds)


def _differs(change: Change) -> bool:
    weights = change.rewrite.weights.values()
    return change.source.tokens != change.target.tokens or any(weight != 1 for weight in weights)


def _apply_changes(source: Conditioning, changes: Iterable[Change]) -> Conditioning:
    """Return the target's conditioning: the source's, with the changed prompts."""
    targets = {region: change.target for change in changes for region in change.regions}
    regions = tuple(targets.get(region, prompt) for region, prompt in enumerate(source.regions))
    return replace(source, base=targets.get(None, source.base), regions=regions)
