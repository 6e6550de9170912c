"""Turn a prompt's text into the ids that a CLIP text encoder reads, in chunks of its length."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import ceil
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Protocol

from tilebake.level.edit.prompt_words import WORDS
from tilebake.level.edit.weight_syntax import WeightedText

if TYPE_CHECKING:
    from transformers import CLIPTokenizer

Vectors = Mapping[str, range]
"""The tokens that stand for each textual inversion, by its name in small letters."""

NO_VECTORS: Final[Vectors] = MappingProxyType({})


class Tokenizer(Protocol):
    """Split texts into the tokens of a text encoder: transformers' class does, and ours without torch."""

    @property
    def model_max_length(self) -> int: ...
    def __call__(self, text: str, **options: Any) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Token:
    """Hold one token of a prompt."""

    text: str  # the piece of the prompt that it stands for
    id: int
    weight: float
    span: tuple[int, int]  # that piece's place in the prompt's text, in characters
    word: tuple[int, int]  # the place of the whole word that it is part of
    position: int  # its column in the prompt's embeddings, keys and values


def tokenize(
    tokenizer: Tokenizer, stretches: Sequence[WeightedText], vectors: Vectors = NO_VECTORS
) -> tuple[Token, ...]:
    """Split a prompt into tokens, however many: without start, end and padding.

    A word that names a textual inversion is all of its tokens.
    """
    text = "".join(stretch.text for stretch in stretches)
    weights = [stretch.weight for stretch in stretches for _ in stretch.text]  # by character
    words = {at: word.span() for word in WORDS.finditer(text) for at in range(*word.span())}  # by character
    chunk = _capacity(tokenizer)
    return tuple(
        Token(
            text=text[start:end],
            id=number,
            weight=weights[start],
            span=(start, end),
            word=words.get(start, (start, end)),
            position=i // chunk * tokenizer.model_max_length + 1 + i % chunk,
        )
        for i, (number, (start, end)) in enumerate(_read(tokenizer, text, vectors))
    )


def _read(tokenizer: Tokenizer, text: str, vectors: Vectors) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield the id of each token of a text, and its place there."""
    begin = 0
    for word in WORDS.finditer(text) if vectors else ():
        if (named := vectors.get(word[0].lower())) is not None:
            yield from _read_plain(tokenizer, text, begin, word.start())
            yield from ((number, word.span()) for number in named)
            begin = word.end()
    yield from _read_plain(tokenizer, text, begin, len(text))


def _read_plain(
    tokenizer: Tokenizer, text: str, begin: int, end: int
) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield the same of a stretch of the text, which ends between two words."""
    encoded = tokenizer(text[begin:end], add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    spans: list[tuple[int, int]] = encoded["offset_mapping"]
    ids: list[int] = encoded["input_ids"]
    yield from ((number, (begin + at, begin + to)) for number, (at, to) in zip(ids, spans, strict=True))


def number_vectors(counts: Mapping[str, int], known: int) -> Vectors:
    """Give the vectors of textual inversions numbers that follow the `known` tokens of the text encoders."""
    ends = [*accumulate(counts.values(), initial=known)]
    return {name: range(begin, end) for name, (begin, end) in zip(counts, pairwise(ends), strict=True)}


def chunk_count(tokenizer: Tokenizer, tokens: Sequence[Token]) -> int:
    """Count the passes through the text encoder that a prompt takes: at least one."""
    return max(1, ceil(len(tokens) / _capacity(tokenizer)))


def chunk_ids(tokenizer: "CLIPTokenizer", tokens: Sequence[Token], chunks: int) -> list[list[int]]:
    """Write a prompt as `chunks` lists of model_max_length (77) ids: start, up to 75 tokens, end, padding."""
    ids = [token.id for token in tokens]
    capacity = _capacity(tokenizer)
    parts = [ids[chunk * capacity : (chunk + 1) * capacity] for chunk in range(chunks)]
    start, end, padding = (
        _id(special) for special in (tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id)
    )
    return [[start, *part, end] + [padding] * (capacity - len(part)) for part in parts]


def end_of(tokenizer: "CLIPTokenizer") -> int:
    """Return the id of the token that ends a prompt."""
    return _id(tokenizer.eos_token_id)


def _id(special: object) -> int:
    assert isinstance(special, int), "CLIP's tokenizers have start, end and padding"
    return special


def _capacity(tokenizer: Tokenizer) -> int:
    """Return the number of tokens in a chunk beside start and end."""
    return tokenizer.model_max_length - 2
