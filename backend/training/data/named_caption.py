"""Draw captions that remember which words name which terrain, so that attention can learn their places."""

from typing import NamedTuple

import numpy as np

from training.data.captions import DETAILS, LEADS, STYLES, phrase
from training.terrain.scene import Patch


class NamedCaption(NamedTuple):
    """Hold a caption. names: for each patch, where in the caption its phrase begins and ends, in letters."""

    text: str
    names: tuple[tuple[int, int], ...]


def draw_named_caption(rng: np.random.Generator, patches: tuple[Patch, ...]) -> NamedCaption:
    """Draw a prompt for a picture of these terrains, with or without words about the scene."""
    style = f"{rng.choice(STYLES)}, " if rng.random() < 0.5 else ""
    lead = f"{rng.choice(LEADS)} ".lstrip() if len(patches) > 1 else ""
    text, names = style + lead, [(0, 0)] * len(patches)
    order: list[int] = rng.permutation(len(patches)).tolist()
    for place, index in enumerate(order):
        text += _joint(place, len(patches))
        said = phrase(rng, patches[index])
        names[index] = len(text), len(text) + len(said)
        text += said
    if len(patches) == 1 and rng.random() < 0.2:
        text += f", {rng.choice(DETAILS)}"
    return NamedCaption(text, tuple(names))


def _joint(place: int, count: int) -> str:
    if place == 0:
        return ""
    return " and " if place == count - 1 else ", "
