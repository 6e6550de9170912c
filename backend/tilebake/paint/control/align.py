"""Align two prompts column by column: which of the source's attention maps become which of the target's.

The matrices and weights of Hertz et al. 2022 (Prompt-to-Prompt, arXiv:2208.01626), for prompts of any
length. With P the source's probabilities [Q, T_source] and M a mapper [T_source, T_target], P M are
probabilities over the target's tokens. All tensors are float32 on the CPU.
"""

from collections.abc import Mapping, Sequence

import torch

from tilebake.errors import PromptError
from tilebake.level.edit.edit import CrossReplaceSteps, interval_of
from tilebake.level.edit.prompt_words import find_swaps
from tilebake.paint.prompts.embeds import PromptEmbeds
from tilebake.paint.prompts.words import PromptWord, find_word, prompt_words

CHUNK_LENGTH = 77  # columns of one pass through a CLIP text encoder: start, tokens, end and padding


def replacement_mapper(source: PromptEmbeds, target: PromptEmbeds) -> torch.Tensor:
    """Map swapped words: [T_source, T_target]. Rows sum to 1, so that maps sum to 1 over tokens as before.

    Words in front of the first difference and behind the last one are the same; those between swap one by
    one, or as two phrases when they are not as many. A word's map goes evenly to the tokens of its successor.
    Raises PromptError when words are only added or only taken away.
    """
    mapper = _special_columns(source, target)
    for before, after in _swaps(source, target):
        if len(before) == len(after):
            mapper[before, after] = 1
        else:
            mapper[torch.tensor(before)[:, None], torch.tensor(after)] = 1 / len(after)
    return mapper


def refinement_mapper(source: PromptEmbeds, target: PromptEmbeds) -> tuple[torch.Tensor, torch.Tensor]:
    """Map added words: [T_source, T_target], and 1 for the target's columns that the source has, [T_target].

    As many tokens as can be are aligned in their order, by their ids. New tokens have no map of the source's;
    those taken away lose theirs.
    """
    mapper = _special_columns(source, target)
    for before, after in align_most([each.id for each in source.tokens], [each.id for each in target.tokens]):
        mapper[source.tokens[before].position, target.tokens[after].position] = 1
    return mapper, (mapper.sum(dim=0) > 0).float()


def align_most(source: Sequence[int], target: Sequence[int]) -> list[tuple[int, int]]:
    """Pair as many equal tokens as can be paired in order: places in the source and in the target, rising.

    Needleman & Wunsch 1970 with the published code's scores: 1 for a match, 0 for a gap.
    """
    most = [[0] * (len(target) + 1) for _ in range(len(source) + 1)]  # pairs from a place on, to the end
    for i in reversed(range(len(source))):
        for j in reversed(range(len(target))):
            pair = most[i + 1][j + 1] + 1 if source[i] == target[j] else 0
            most[i][j] = max(pair, most[i + 1][j], most[i][j + 1])
    pairs: list[tuple[int, int]] = []
    i = j = 0
    while i < len(source) and j < len(target):
        if source[i] == target[j] and most[i][j] == most[i + 1][j + 1] + 1:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif most[i + 1][j] >= most[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs


def equalizer(target: PromptEmbeds, weights: Mapping[str, float]) -> torch.Tensor:
    """Return the factor of each column's probability: [T_target], 1 but for the words that are named.

    Raises PromptError for a word that is not there.
    """
    values = torch.ones(_length(target))
    for word, weight in weights.items():
        values[list(find_word(target, word))] = weight
    return values


def cross_replace_weights(target: PromptEmbeds, shares: CrossReplaceSteps, steps: int) -> torch.Tensor:
    """Return how much of the source's map each target column has at each step: [steps, T_target].

    1 for an interval of the steps, rounded to whole steps, and 0 outside. Raises PromptError for a word that
    is not there.
    """
    begin, end = torch.zeros(_length(target)), torch.full((_length(target),), round(shares.default * steps))
    for word, share in shares.words.items():
        columns = list(find_word(target, word))
        begin[columns], end[columns] = (round(each * steps) for each in interval_of(share))
    step = torch.arange(steps)[:, None]
    return ((begin <= step) & (step < end)).float()


def _swaps(source: PromptEmbeds, target: PromptEmbeds) -> list[tuple[list[int], list[int]]]:
    """List columns of the source, with the columns of the target that take their place."""
    before, after = prompt_words(source), prompt_words(target)
    if len(before) == len(after):
        return [(_columns([old]), _columns([new])) for old, new in zip(before, after, strict=True)]
    ends = find_swaps([word.text for word in before], [word.text for word in after])
    if ends is None:
        raise PromptError(
            f"{source.text!r} and {target.text!r} swap no words: one has words that the other lacks",
            hint="refine the prompt instead of replacing words",
        )
    old, new = ends
    return [
        (_columns(before[: old.start]), _columns(after[: new.start])),
        (_columns(before[old]), _columns(after[new])),
        (_columns(before[old.stop :]), _columns(after[new.stop :])),
    ]


def _special_columns(source: PromptEmbeds, target: PromptEmbeds) -> torch.Tensor:
    """Map start, end and padding in order, chunk by chunk: [T_source, T_target].

    What is left over goes to the last padding: its map counts like any other.
    """
    mapper = torch.zeros(_length(source), _length(target))
    ours, theirs = _specials(source), _specials(target)
    for chunk, columns in enumerate(ours):
        after = theirs[min(chunk, len(theirs) - 1)]
        for index, column in enumerate(columns):
            mapper[column, after[min(index, len(after) - 1)]] = 1
    return mapper


def _specials(prompt: PromptEmbeds) -> list[list[int]]:
    """List the columns of start, end and padding in each chunk."""
    words = {token.position for token in prompt.tokens}
    return [
        [column for column in range(start, start + CHUNK_LENGTH) if column not in words]
        for start in range(0, _length(prompt), CHUNK_LENGTH)
    ]


def _columns(words: Sequence[PromptWord]) -> list[int]:
    return [column for word in words for column in word.columns]


def _length(prompt: PromptEmbeds) -> int:
    return prompt.prompt_embeds.shape[1]
