"""Turn a prompt's text into the ids that a CLIP text encoder reads, in chunks of its length."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any, Protocol

from tilebake.level.edit.prompt_words import WORDS
from tilebake.level.edit.weight_syntax import WeightedText

if TYPE_CHECKING:
    from transformers import CLIPTokenizer


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


def tokenize(tokenizer: Tokenizer, stretches: Sequence[WeightedText]) -> tuple[Token, ...]:
    """Split a prompt into tokens, however many: without start, end and padding."""
    text = "".join(stretch.text for stretch in stretches)
    weights = [stretch.weight for stretch in stretches for _ in stretch.text]  # by character
    words = {at: word.span() for word in WORDS.finditer(text) for at in range(*word.span())}  # by character
    encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    spans: list[tuple[int, int]] = encoded["offset_mapping"]
    ids: list[int] = encoded["input_ids"]
    chunk = _capacity(tokenizer)
    return tuple(
        Token(
            text=text[start:end],
            id=ids[i],
            weight=weights[start],
            span=(start, end),
            word=words.get(start, (start, end)),
            position=i // chunk * tokenizer.model_max_length + 1 + i % chunk,
        )
        for i, (start, end) in enumerate(spans)
    )


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


def _id(special: object) -> int:
    assert isinstance(special, int), "CLIP's tokenizers have start, end and padding"
    return special


def _capacity(tokenizer: Tokenizer) -> int:
    """Return the number of tokens in a chunk beside start and end."""
    return tokenizer.model_max_length - 2
