"""Classify which terrain a crop of 48 x 48 pixels shows.

The embedded model's has only ever seen procedural textures. Neither the UNet nor the VAE has a part in its
weights (`training.judge.train`), so that what the model paints is judged by something apart from it.
"""

from collections.abc import Collection, Mapping
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tilebake.paint.judge.cores import CELLS, Weights
from tilebake.paint.picture import PixelArray

WIDTHS: Final = (24, 64, 96, 128)
STRIDES: Final = (2, 2, 1, 2)  # 48 pixels → 6 cells
GROUP: Final = 8
BATCH: Final = 256


class Judge(nn.Module):
    """Classify crops by a small convolutional network, which sees a whole crop and weighs its cells."""

    def __init__(
        self, names: tuple[str, ...], nouns: Mapping[str, str], common: tuple[str, ...] = ()
    ) -> None:
        super().__init__()
        self.names = names
        self.nouns = nouns  # each with the name of the terrain that it stands for
        self.common = common or names  # what most maps have
        layers: list[nn.Module] = []
        for before, width, stride in zip((3, *WIDTHS), WIDTHS, STRIDES, strict=False):
            size = 5 if before == 3 else 3
            layers += [
                nn.Conv2d(before, width, size, stride=stride, padding=size // 2),
                nn.GroupNorm(width // GROUP, width),
                nn.SiLU(),
            ]
        self.features = nn.Sequential(*layers)
        self.verdict = nn.Linear(WIDTHS[-1], len(names))

    def forward(self, crops: Tensor, weights: Tensor) -> Tensor:
        """Return logits [B, terrains] of crops [B, 3, 48, 48] from -1 to 1; weights [B, 6, 6] are by cell."""
        features = self.features(crops)  # [B, D, 6, 6]
        shares = weights / weights.sum(dim=(1, 2), keepdim=True)
        return self.verdict(torch.einsum("bdyx,byx->bd", features, shares))


@torch.inference_mode()
def verdicts(
    judge: Judge,
    windows: PixelArray,
    weights: Weights | None = None,
    among: Collection[str] | None = None,
) -> NDArray[np.str_]:
    """Name the terrain that each window shows: [N, 48, 48, 3] → N names.

    `weights` [6, 6] are by cell. `among` are the terrains to choose from, all that the judge knows if None.
    """
    barred = torch.tensor([among is not None and name not in among for name in judge.names])
    cells = torch.ones(CELLS, CELLS) if weights is None else torch.from_numpy(weights)
    found: list[int] = []
    for start in range(0, len(windows), BATCH):
        crops = torch.from_numpy(windows[start : start + BATCH]).permute(0, 3, 1, 2).float() / 127.5 - 1
        logits = judge(crops, cells.expand(len(crops), CELLS, CELLS))
        found += logits.masked_fill(barred, -torch.inf).argmax(dim=1).tolist()
    return np.array(judge.names)[found]
