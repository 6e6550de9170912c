"""The painted shards as training batches, read into memory and cropped at random."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.terrain.scene import Patch

SHARDS = "*-[0-9][0-9][0-9][0-9].npz"


def tensor(images: NDArray[np.uint8]) -> Tensor:
    """Pictures [B, h, w, 3] of bytes as [B, 3, h, w] from -1 to 1."""
    return torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1


@dataclass
class Pictures:
    """All shards under a folder; `rescan` takes in what has been painted since."""

    folder: Path
    images: list[NDArray[np.uint8]] = field(default_factory=list[NDArray[np.uint8]])  # each [h, w, 3]
    labels: list[NDArray[np.uint8]] = field(default_factory=list[NDArray[np.uint8]])  # each [h / 8, w / 8]
    patches: list[tuple[Patch, ...]] = field(default_factory=list[tuple[Patch, ...]])
    seen: set[Path] = field(default_factory=set[Path])

    def rescan(self) -> None:
        """Read shards that were not there before."""
        for path in sorted(self.folder.glob(SHARDS)):
            if path not in self.seen:
                self.take(path)

    def take(self, path: Path) -> None:
        """Read one shard."""
        with np.load(path) as shard:
            self.images.extend(shard["images"])
            self.labels.extend(shard["labels"])
            for each in json.loads(str(shard["patches"])):
                self.patches.append(tuple(Patch(p["terrain"], tuple(p["adjectives"])) for p in each))
        self.seen.add(path)

    def crops(self, rng: np.random.Generator, count: int, size: int) -> Tensor:
        """Random square crops, [count, 3, size, size] from -1 to 1."""
        batch = np.empty((count, size, size, 3), np.uint8)
        for slot, index in enumerate(rng.integers(len(self.images), size=count)):
            image = self.images[index]
            top, left = (int(rng.integers(side - size + 1)) for side in image.shape[:2])
            batch[slot] = image[top : top + size, left : left + size]
        return tensor(batch)
