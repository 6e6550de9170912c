"""A batch for the text encoders: token ids, and what the states at each token should be."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import torch
from torch import Tensor
from transformers import CLIPTokenizer

from training.text.level_words import SILENT
from training.text.phrases import Parts, prefixes
from training.unet.shape import MAX_TOKENS, TokenizerPair

IDLE, MEANT, QUIET = 0, 1, 2  # a token's part: within a word, a word's end, or to be silent


class Lesson(NamedTuple):
    """B captions of T tokens, T as short as the longest allows: later tokens change nothing before them."""

    ids: tuple[Tensor, Tensor]  # [B, T] by each tokenizer
    parts: Tensor  # [B, T]
    targets: Tensor  # [B, T, D], where a word ends
    summary: Tensor  # [B, D], what the pooled embedding should say


class Marked(NamedTuple):
    """A caption's tokens with the prefix that each one ends ("" if none), and its part."""

    ids: list[int]
    ends: list[str]
    parts: list[int]

    def as_read(self) -> "Marked":
        """As much of it as the encoders read, between the start's token and the end's."""
        read = slice(MAX_TOKENS - 2)
        return Marked(self.ids[read], self.ends[read], self.parts[read])


def marked(tokenizer: CLIPTokenizer, parts: Parts) -> Marked:
    """Word by word, for the tokenizers split at words anyway."""
    out = Marked([], [], [])
    for index, each in enumerate(parts.phrases):
        words = each.split()
        for word, prefix in zip(words, prefixes(each), strict=True):
            _add(out, tokenizer, word.rstrip(","), "" if word in SILENT else prefix)
        if index < len(parts.joints):
            for word in parts.joints[index].replace(",", " , ").split():
                _add(out, tokenizer, word, "")
    return out


@lru_cache(maxsize=100_000)  # a call of the tokenizer takes longer than a caption's share of a step
def _word_ids(tokenizer: CLIPTokenizer, word: str) -> list[int]:
    return tokenizer(word, add_special_tokens=False).input_ids


def _add(out: Marked, tokenizer: CLIPTokenizer, word: str, prefix: str) -> None:
    ids = _word_ids(tokenizer, word)
    out.ids.extend(ids)
    out.ends.extend([""] * (len(ids) - 1) + [prefix])
    out.parts.extend([IDLE] * (len(ids) - 1) + [MEANT if prefix else QUIET])


def lesson(
    tokenizers: TokenizerPair, captions: Sequence[Parts], meanings: Mapping[str, Tensor], spare: int
) -> Lesson:
    """A batch; `spare` tokens of padding at least are seen behind each caption, as far as encoders read."""
    every = [marked(tokenizers[0], caption).as_read() for caption in captions]
    length = min(2 + max(len(each.ids) for each in every) + spare, MAX_TOKENS)
    width = len(next(iter(meanings.values())))
    parts = torch.full((len(every), length), QUIET)
    targets = torch.zeros(len(every), length, width)
    ids = [torch.full((len(every), length), special(each.pad_token_id)) for each in tokenizers]
    for row, each in enumerate(every):
        end = 1 + len(each.ids)
        for held, tokenizer in zip(ids, tokenizers, strict=True):
            held[row, 0] = special(tokenizer.bos_token_id)
            held[row, 1:end] = torch.tensor(each.ids)
            held[row, end] = special(tokenizer.eos_token_id)
        parts[row, 1:end] = torch.tensor(each.parts)
        for place, prefix in enumerate(each.ends, 1):
            if prefix:
                targets[row, place] = meanings[prefix]
    summary = torch.stack(
        [torch.stack([meanings[p] for p in caption.phrases]).mean(dim=0) for caption in captions]
    )
    return Lesson((ids[0], ids[1]), parts, targets, summary)


def special(token_id: object) -> int:
    """A special token's number, which transformers declares as anything."""
    assert isinstance(token_id, int)
    return token_id
