"""Names of textual inversions (Gal et al. 2022, arXiv:2208.01618): words whose vectors files bring."""

import re
from collections.abc import Collection, Iterable
from typing import Final

from pydantic_core import PydanticCustomError

from tilebake.errors import PromptError
from tilebake.level.edit.weight_syntax import compose
from tilebake.level.terrain import EmbeddingRef

_NAME: Final = r"\w+(?:['\u2019-]\w+)*"  # a word with letters, by the rule of prompt_words
_NO_WORD: Final = "is not one word of a prompt"
_ONE_WORD: Final = "write letters, digits, _ and - alone, as in mossy-style"
_TAG: Final = re.compile(
    rf"\bembedding:(?P<name>{_NAME})(?:\.(?:safetensors|pt|bin)\b)?(?![\w'\u2019-])", re.IGNORECASE
)


def spell_embedding(name: str) -> str:
    """Return the one spelling of a name: small letters, each composed, as CLIP reads a prompt."""
    return compose(name).lower()


def refuse_no_word(name: str) -> str:
    """Return a name as it is. Raises PydanticCustomError for what is not one word to word tools."""
    if not _is_word(name):
        raise PydanticCustomError("no_word", _NO_WORD, {"hint": _ONE_WORD})
    return name


def _is_word(name: str) -> bool:
    return re.fullmatch(_NAME, compose(name)) is not None


def refuse_twice(forms: dict[str, str]) -> dict[str, str]:
    """Return entries as they are. Raises PydanticCustomError for two names that CLIP reads as one."""
    if len({spell_embedding(name) for name in forms}) < len(forms):
        hint = "remove one of the two"
        raise PydanticCustomError("name_twice", "has two names that differ in capitals alone", {"hint": hint})
    return forms


def name_embeddings(files: Iterable[tuple[str, str]]) -> tuple[EmbeddingRef, ...]:
    """Return the textual inversions that a command line or a program names, sorted: each a name and a file.

    Raises PromptError for what is not one word of a prompt, and for a name that is there twice.
    """
    refs: dict[str, EmbeddingRef] = {}
    for name, path in files:
        if not _is_word(name):
            raise PromptError(f"{name[:60]!r} {_NO_WORD}", hint=_ONE_WORD)
        ref = EmbeddingRef(spell_embedding(name), path)
        if refs.setdefault(ref.name, ref) != ref:
            raise PromptError(f"{name!r} is the name of two files", hint="name each by a word of its own")
    return tuple(sorted(refs.values()))


def join_embeddings(*groups: Iterable[EmbeddingRef]) -> tuple[EmbeddingRef, ...]:
    """Return the textual inversions of all groups, by name; where two have one name, the later's counts."""
    return tuple(sorted({each.name: each for group in groups for each in group}.values()))


def take_tags(prompt: str, names: Collection[str]) -> str:
    """Return a prompt with ComfyUI's `embedding:NAME` as the name alone, for the names that are known."""

    def take(found: re.Match[str]) -> str:
        return found["name"] if spell_embedding(found["name"]) in names else found[0]

    return _TAG.sub(take, prompt) if names else prompt
