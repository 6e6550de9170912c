"""The judge: which terrain a crop of 48 x 48 pixels shows. It has only ever seen procedural textures.

`training.judge` makes its weights; neither the embedded UNet nor its VAE has a part in them, so that what the
model paints is judged by something apart from it.
"""

import json
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from benchmarks.cores import CELLS, Weights
from tilebake.paint.tile_scale import Pixels

WEIGHTS = Path(__file__).with_name("judge.safetensors")
WIDTHS = (24, 64, 96, 128)
STRIDES = (2, 2, 1, 2)  # 48 pixels → 6 cells
GROUP = 8
BATCH = 256


class Judge(nn.Module):
    """A small convolutional classifier. It sees a whole crop, and counts the cells that it is told to."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__()
        self.names = names
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
        """Logits [B, terrains] of crops [B, 3, 48, 48] from -1 to 1; weights [B, 6, 6] of their cells."""
        features = self.features(crops)  # [B, D, 6, 6]
        shares = weights / weights.sum(dim=(1, 2), keepdim=True)
        return self.verdict(torch.einsum("bdyx,byx->bd", features, shares))


def save_judge(judge: Judge, path: Path, about: dict[str, str]) -> None:
    """Write the weights in half precision, with the terrains' names and what there is to say about them."""
    halves = {name: value.half().contiguous() for name, value in judge.state_dict().items()}
    save_file(halves, path, metadata={"terrains": json.dumps(judge.names), **about})


def load_judge(path: Path = WEIGHTS) -> Judge:
    """Read a judge, ready to be asked."""
    with safe_open(path, "pt") as file:
        names: list[str] = json.loads(file.metadata()["terrains"])
    judge = Judge(tuple(names))
    judge.load_state_dict({name: value.float() for name, value in load_file(path).items()})
    return judge.eval()


@torch.inference_mode()
def verdicts(judge: Judge, windows: Pixels, weights: Weights | None = None) -> NDArray[np.str_]:
    """The terrain that each window shows: [N, 48, 48, 3] → N names. `weights` [6, 6]: which cells count."""
    cells = torch.ones(CELLS, CELLS) if weights is None else torch.from_numpy(weights)
    found: list[int] = []
    for start in range(0, len(windows), BATCH):
        crops = torch.from_numpy(windows[start : start + BATCH]).permute(0, 3, 1, 2).float() / 127.5 - 1
        found += judge(crops, cells.expand(len(crops), CELLS, CELLS)).argmax(dim=1).tolist()
    return np.array(judge.names)[found]
