"""What people call the terrains: nouns, the commonest first, and adjectives that need no painting."""

from typing import NamedTuple


class Words(NamedTuple):
    """nouns: the commonest first. plain: what the terrain looks like without any adjective's help."""

    nouns: tuple[str, ...]
    plain: tuple[str, ...]


def listed(nouns: str, plain: str) -> Words:
    """Both from words between commas."""
    return Words(tuple(nouns.split(", ")), tuple(plain.split(", ")))
