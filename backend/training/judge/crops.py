"""What the judge learns from and is examined on: crops of procedural pictures, each of one terrain."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tilebake.paint.judge.cores import CELL, CELLS, Weights, diamond
from tilebake.paint.picture import PixelArray
from tilebake.paint.tile_scale import CORE
from training.terrain.catalog import NAMES
from training.terrain.scene import Patch

WINDOW = 64  # pixels read for a core: room to shift and scale it
MARGIN = (WINDOW - CORE) // 2 // CELL  # cells around the core in a window
HELD_OUT = 10  # one shard in this many
PURE = 0.85  # share of a core that one terrain must have to be called that
TRIES = 60  # places in scenes looked at for one that is pure enough
DIAMONDS = 0.25  # share of crops of which only a diamond counts, as in isometric maps


@dataclass(frozen=True, eq=False)
class Painted:
    """One training picture: labels are which of its patches stands at each 8 pixels."""

    image: PixelArray  # [height, width, 3]
    labels: NDArray[np.uint8]  # [height / 8, width / 8]
    patches: tuple[Patch, ...]


@dataclass(frozen=True, eq=False)
class Crop:
    """A window of a picture, the cells that count, and the patch that they show."""

    window: PixelArray  # [64, 64, 3]
    weights: Weights  # [6, 6]
    patch: Patch


@dataclass
class Gallery:
    """Pictures of one kind."""

    singles: list[Painted] = field(default_factory=list[Painted])
    scenes: list[Painted] = field(default_factory=list[Painted])

    def read(self, path: Path) -> None:
        """Take in a shard."""
        pictures = self.singles if path.name.startswith("single") else self.scenes
        with np.load(path) as shard:
            images, labels, patches = shard["images"], shard["labels"], json.loads(str(shard["patches"]))
        for image, label, each in zip(images, labels, patches, strict=True):
            pictures.append(
                Painted(image, label, tuple(Patch(p["terrain"], tuple(p["adjectives"])) for p in each))
            )


def galleries(folder: Path) -> tuple[Gallery, Gallery]:
    """What to learn from, and what is held out."""
    learnt, held_out = Gallery(), Gallery()
    for path in sorted(folder.glob("*-[0-9][0-9][0-9][0-9].npz")):
        shard = int(path.stem.rpartition("-")[2])
        (held_out if shard % HELD_OUT == HELD_OUT - 1 else learnt).read(path)
    return learnt, held_out


def pure_crop(
    rng: np.random.Generator, picture: Painted, weights: Weights, shares: tuple[float, float] = (PURE, 1.0)
) -> Crop | None:
    """A random crop, if one terrain's share of the cells that count is in `shares` there."""
    span = WINDOW // CELL
    top, left = (int(rng.integers(side - span + 1)) for side in picture.labels.shape)
    cells = picture.labels[top : top + span, left : left + span][MARGIN:-MARGIN, MARGIN:-MARGIN]
    counts = np.bincount(cells.ravel(), weights.ravel(), len(picture.patches)) / weights.sum()
    if not shares[0] <= counts.max() <= shares[1] + 1e-6:
        return None
    window = picture.image[top * CELL : top * CELL + WINDOW, left * CELL : left * CELL + WINDOW]
    return Crop(window, weights, picture.patches[int(counts.argmax())])


def random_weights(rng: np.random.Generator) -> Weights:
    """All of a core, or the diamond of an isometric tile."""
    if rng.random() < DIAMONDS:
        return diamond(CORE, CORE * rng.uniform(0.45, 1.0))
    return np.ones((CELLS, CELLS), np.float32)


def draw(rng: np.random.Generator, gallery: Gallery, count: int) -> list[Crop]:
    """Half the crops from pictures of one terrain, half from pure places in scenes."""
    crops: list[Crop] = []
    while len(crops) < count:
        pictures = gallery.scenes if gallery.scenes and rng.random() < 0.7 else gallery.singles
        crop = pure_crop(rng, pictures[int(rng.integers(len(pictures)))], random_weights(rng))
        if crop is not None:
            crops.append(crop)
    return crops


def tensors(crops: list[Crop]) -> tuple[Tensor, Tensor, Tensor]:
    """Windows [B, 3, 64, 64] from -1 to 1, weights [B, 6, 6], and classes [B]."""
    windows = torch.from_numpy(np.stack([crop.window for crop in crops])).permute(0, 3, 1, 2).float()
    weights = torch.from_numpy(np.stack([crop.weights for crop in crops]))
    return windows / 127.5 - 1, weights, torch.tensor([NAMES.index(crop.patch.terrain) for crop in crops])


def crops_of(
    pictures: list[Painted], each: int, weights: Weights, shares: tuple[float, float] = (PURE, 1.0)
) -> list[Crop]:
    """`each` crops of every picture that has so many."""
    rng = np.random.default_rng(12)
    found: list[Crop] = []
    for picture in pictures:
        crops = (pure_crop(rng, picture, weights, shares) for _ in range(TRIES))
        found += [crop for crop in crops if crop is not None][:each]
    return found
