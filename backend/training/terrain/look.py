"""The adjectives: what a word in front of a terrain changes in the picture, and how strongly."""

from dataclasses import dataclass

COLOURS = {
    "red": "#c8342c",
    "blue": "#3468d8",
    "green": "#3f9a3a",
    "purple": "#8a48c8",
    "golden": "#dca628",
    "white": "#e9e7e4",
    "black": "#37353a",
}
"""Colours that anything may have, in their middle tone."""


@dataclass(frozen=True)
class Look:
    """How strongly each adjective holds, 0 to 1. At most two are usually on."""

    lush: float = 0.0
    dry: float = 0.0
    dark: float = 0.0
    bright: float = 0.0
    mossy: float = 0.0
    snowy: float = 0.0
    autumn: float = 0.0
    muddy: float = 0.0
    wet: float = 0.0
    cracked: float = 0.0
    burnt: float = 0.0
    frozen: float = 0.0
    sandy: float = 0.0
    rocky: float = 0.0
    grassy: float = 0.0
    flowery: float = 0.0
    misty: float = 0.0
    magical: float = 0.0
    bloody: float = 0.0
    red: float = 0.0
    blue: float = 0.0
    green: float = 0.0
    purple: float = 0.0
    golden: float = 0.0
    white: float = 0.0
    black: float = 0.0


ADJECTIVES = tuple(Look.__dataclass_fields__)
AGAINST = (
    {"dark", "bright"},
    {"lush", "dry"},
    {"wet", "dry"},
    {"wet", "burnt"},
    {"burnt", "lush"},
    {"burnt", "flowery"},
    {"burnt", "frozen"},
    {"dark", "black"},
    {"bright", "white"},
    {"dark", "misty"},
    {"dark", "white"},
    {"bright", "black"},
    {"black", "burnt"},
    set(COLOURS),
)
"""Of each of these sets at most one adjective holds at once."""


def contradict(adjectives: tuple[str, ...]) -> bool:
    """Whether two of the adjectives exclude each other."""
    return any(len(each & set(adjectives)) > 1 for each in AGAINST)
