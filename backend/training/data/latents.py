"""The pictures as the UNet sees them: encoded once by the frozen encoder, cropped and captioned at random.

python -m training.data.latents            # runs/data + runs/vae/whole.pt -> runs/latents.pt
python -m training.data.latents --vae backend/tilebake/embedded/vae    # by an autoencoder that is finished
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
import torch
from diffusers import AutoencoderKL
from numpy.typing import NDArray
from torch import Tensor

from training import checkpoint
from training.autoencoder.shape import posterior, untrained
from training.data.captions import caption
from training.data.pictures import Pictures, tensor
from training.memory_format import channels_last, pixels_last
from training.terrain.scene import Patch

VISIBLE = 0.03  # a terrain with a smaller share of a crop is not in its caption
# told apart by their structure alone, or taken for another in a picture of their own
SLOW = frozenset({"cobblestone", "stone_tiles", "stone", "ice", "dirt", "flowers"})
TOGETHER = 10  # pictures encoded at once; a shard holds a multiple of it


class View(NamedTuple):
    """A crop of a picture. shown: [P, h, w], where each of the P terrains is that are to be seen in it."""

    latents: Tensor  # [8, h, w]
    shown: NDArray[np.bool_]
    patches: tuple[Patch, ...]


@dataclass(frozen=True, eq=False)
class Latents:
    """Encoded pictures, each channel brought to mean 0 and deviation 1.

    latents: each [8, h, w] in float16. labels: each [h, w], which patch stands where.
    mean and std: of each channel as the encoder made it; the VAE's config keeps them for decoding.
    """

    latents: list[Tensor]
    labels: list[NDArray[np.uint8]]
    patches: list[tuple[Patch, ...]]
    mean: list[float]
    std: list[float]

    @cached_property
    def scenes(self) -> NDArray[np.int64]:
        """Indices of the pictures with several terrains."""
        return np.array([i for i, each in enumerate(self.patches) if len(each) > 1])

    @cached_property
    def singles(self) -> NDArray[np.int64]:
        """Indices of the pictures with one terrain."""
        return np.array([i for i, each in enumerate(self.patches) if len(each) == 1])

    @cached_property
    def slow(self) -> NDArray[np.int64]:
        """Indices of the pictures with one terrain that is learnt slowly, or a dark one."""
        return np.array([i for i in self.singles if self.patches[i][0].terrain in SLOW or self._is_dark(i)])

    @cached_property
    def dark_scenes(self) -> NDArray[np.int64]:
        """Indices of the pictures with several terrains, one of them dark."""
        return np.array([i for i in self.scenes if self._is_dark(i)])

    def _is_dark(self, index: int) -> bool:
        return any("dark" in patch.adjectives for patch in self.patches[index])

    def view(self, rng: np.random.Generator, index: int, height: int, width: int) -> View:
        """A random crop of a picture."""
        latents, labels = self.latents[index], self.labels[index]
        top = int(rng.integers(latents.shape[1] - height + 1))
        left = int(rng.integers(latents.shape[2] - width + 1))
        window = slice(top, top + height), slice(left, left + width)
        seen = np.bincount(labels[window].ravel(), minlength=8) / (height * width)
        visible = [i for i in range(len(self.patches[index])) if seen[i] > VISIBLE]
        shown = np.stack([labels[window] == i for i in visible])
        patches = tuple(self.patches[index][i] for i in visible)
        return View(latents[:, window[0], window[1]], shown, patches)

    def crop(self, rng: np.random.Generator, index: int, height: int, width: int) -> tuple[Tensor, str]:
        """A random crop and a caption of what is to be seen in it."""
        view = self.view(rng, index, height, width)
        return view.latents, caption(rng, view.patches)


def read(path: Path) -> Latents:
    """The encoded pictures that `write` wrote."""
    held = torch.load(path, weights_only=True)
    patches = [tuple(Patch(name, tuple(words)) for name, words in each) for each in held["patches"]]
    labels = [label.numpy() for label in held["labels"]]
    return Latents(held["latents"], labels, patches, held["mean"], held["std"])


def write(path: Path, data: Latents) -> None:
    """Save encoded pictures as tensors, lists, numbers and words: nothing that could run code when read."""
    checkpoint.save(
        path,
        {
            "latents": data.latents,
            "labels": [torch.from_numpy(label) for label in data.labels],
            "patches": [[[p.terrain, list(p.adjectives)] for p in each] for each in data.patches],
            "mean": data.mean,
            "std": data.std,
        },
    )


@torch.no_grad()
def encoded(vae: AutoencoderKL, images: list[NDArray[np.uint8]]) -> list[Tensor]:
    """Every picture's latents (the posterior's mean), as the encoder makes them."""
    out: list[Tensor] = []
    for first in range(0, len(images), TOGETHER):
        batch = pixels_last(tensor(np.stack(images[first : first + TOGETHER])))
        with torch.autocast("cpu", torch.bfloat16):
            out.extend(posterior(vae, batch).mean.float())
    return out


def normalised(raw: list[Tensor], pictures: Pictures) -> Latents:
    """Bring each channel to mean 0 and deviation 1, measured at every seventh place."""
    sample = torch.cat([each.flatten(1)[:, ::7] for each in raw], dim=1)
    mean, std = sample.mean(dim=1), sample.std(dim=1)
    latents = [((each - mean.view(-1, 1, 1)) / std.view(-1, 1, 1)).half() for each in raw]
    return Latents(latents, pictures.labels, pictures.patches, mean.tolist(), std.tolist())


def as_encoded(raw: list[Tensor], pictures: Pictures) -> Latents:
    """By a finished autoencoder, which normalises by itself."""
    channels = len(raw[0])
    return Latents(
        [each.half() for each in raw], pictures.labels, pictures.patches, [0.0] * channels, [1.0] * channels
    )


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path("runs/data"))
@click.option("--vae", "vae_path", type=click.Path(path_type=Path), default=Path("runs/vae/whole.pt"))
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs/latents.pt"))
def main(data: Path, vae_path: Path, out: Path) -> None:
    """Encode all pictures."""
    pictures = Pictures(data)
    pictures.rescan()
    if vae_path.is_dir():
        raw = encoded(channels_last(AutoencoderKL.from_pretrained(vae_path)), pictures.images)
        held = as_encoded(raw, pictures)
    else:
        vae = untrained()
        vae.load_state_dict(checkpoint.load(vae_path)["average"])
        held = normalised(encoded(vae, pictures.images), pictures)
    write(out, held)
    mean, deviation = (np.array(each, np.float32).round(2) for each in (held.mean, held.std))
    click.echo(f"{len(held.latents)} pictures, mean {mean}, deviation {deviation}")


if __name__ == "__main__":
    main()
