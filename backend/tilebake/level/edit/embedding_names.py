"""Names of textual inversions (Gal et al. 2022, arXiv:2208.01618): words whose vectors files bring."""

import re
from collections.abc import Collection
from typing import Final

from pydantic_core import PydanticCustomError

from tilebake.level.edit.weight_syntax import compose

_NAME: Final = r"\w+(?:['\u2019-]\w+)*"  # a word with letters, by the rule of prompt_words
_TAG: Final = re.compile(
    rf"\bembedding:(?P<name>{_NAME})(?:\.(?:safetensors|pt|bin)\b)?(?![\w'\u2019-])", re.IGNORECASE
)


def spell_embedding(name: str) -> str:
    """Return the one spelling of a name: small letters, each composed, as CLIP reads a prompt."""
    return compose(name).lower()


def refuse_no_word(name: str) -> str:
    """Return a name as it is. Raises PydanticCustomError for what is not one word to word tools."""
    if not re.fullmatch(_NAME, compose(name)):
        hint = "write letters, digits, _ and - alone, as in mossy-style"
        raise PydanticCustomError("no_word", "is not one word of a prompt", {"hint": hint})
    return name


def refuse_twice(forms: dict[str, str]) -> dict[str, str]:
    """Return entries as they are. Raises PydanticCustomError for two names that CLIP reads as one."""
    if len({spell_embedding(name) for name in forms}) < len(forms):
        hint = "remove one of the two"
        raise PydanticCustomError("name_twice", "has two names that differ in capitals alone", {"hint": hint})
    return forms


def take_tags(prompt: str, names: Collection[str]) -> str:
    """Return a prompt with ComfyUI's `embedding:NAME` as the name alone, for the names that are known."""

    def take(found: re.Match[str]) -> str:
        return found["name"] if spell_embedding(found["name"]) in names else found[0]

    return _TAG.sub(take, prompt) if names else prompt
