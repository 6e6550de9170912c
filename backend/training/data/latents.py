"""The pictures as the UNet sees them: encoded once by the frozen encoder, cropped and captioned at random.

    python -m training.data.latents    # runs/data + runs/vae/whole.pt -> runs/latents, a file for each shard
    python -m training.data.latents --vae backend/tilebake/embedded/vae    # by one that is finished

Shards are encoded in turn of their numbers, all kinds alike: training may begin with the first of them.
"""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property, partial
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
from training.data.pictures import SHARDS, Pictures, tensor
from training.data.themes import COMMON
from training.memory_format import channels_last, pixels_last
from training.precision import fastest
from training.terrain.scene import Patch

VISIBLE = 0.03  # a terrain with a smaller share of a crop is not in its caption
# told apart by their structure alone, or taken for another in a picture of their own
SLOW = frozenset({"cobblestone", "stone_tiles", "stone", "ice", "dirt", "flowers"})
HELD_OUT = 20  # one picture in so many is kept for probes
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
    held_out: which are kept for probes, the same ones however many shards come later.
    """

    latents: list[Tensor]
    labels: list[NDArray[np.uint8]]
    patches: list[tuple[Patch, ...]]
    mean: list[float]
    std: list[float]
    held_out: list[bool] = field(default_factory=list[bool])

    def part(self, *, held_out: bool) -> "Latents":
        """The pictures to learn from, or those kept for probes."""
        chosen = [i for i, held in enumerate(self.held_out) if held == held_out]
        return Latents(
            [self.latents[i] for i in chosen],
            [self.labels[i] for i in chosen],
            [self.patches[i] for i in chosen],
            self.mean,
            self.std,
            [held_out] * len(chosen),
        )

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

    @cached_property
    def common_singles(self) -> NDArray[np.int64]:
        """Indices of the pictures with one terrain that most maps have."""
        return np.array([i for i in self.singles if self.patches[i][0].terrain in COMMON])

    @cached_property
    def common_scenes(self) -> NDArray[np.int64]:
        """Indices of the pictures with several terrains, all of which most maps have."""
        return np.array([i for i in self.scenes if all(patch.terrain in COMMON for patch in self.patches[i])])

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


def read(folder: Path) -> Latents:
    """The pictures encoded so far; by an unfinished autoencoder, brought to mean 0 and deviation 1."""
    paths = sorted(folder.glob("*.pt"))
    shards = [torch.load(path, weights_only=True) for path in paths]
    patches = [
        tuple(Patch(name, tuple(words)) for name, words in each)
        for shard in shards
        for each in shard["patches"]
    ]
    labels = [label.numpy() for shard in shards for label in shard["labels"]]
    latents = [each for shard in shards for each in shard["latents"]]
    held_out = [
        (int(path.stem[-4:]) + index) % HELD_OUT == 0
        for path, shard in zip(paths, shards, strict=True)
        for index in range(len(shard["latents"]))
    ]
    if all(shard["finished"] for shard in shards):
        channels = len(latents[0])
        return Latents(latents, labels, patches, [0.0] * channels, [1.0] * channels, held_out)
    mean, std = spread(latents)
    scaled = [((each.float() - mean[:, None, None]) / std[:, None, None]).half() for each in latents]
    return Latents(scaled, labels, patches, mean.tolist(), std.tolist(), held_out)


def spread(latents: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Each channel's mean and deviation, measured at every seventh place."""
    sample = torch.cat([each.flatten(1)[:, ::7] for each in latents], dim=1).float()
    return sample.mean(dim=1), sample.std(dim=1)


def write(path: Path, data: Latents, *, finished: bool) -> None:
    """Save encoded pictures as tensors, lists, numbers and words: nothing that could run code when read."""
    checkpoint.save(
        path,
        {
            "finished": finished,
            "latents": data.latents,
            "labels": [torch.from_numpy(label) for label in data.labels],
            "patches": [[[p.terrain, list(p.adjectives)] for p in each] for each in data.patches],
        },
    )


@torch.no_grad()
def encoded(vae: AutoencoderKL, images: list[NDArray[np.uint8]]) -> list[Tensor]:
    """Every picture's latents (the posterior's mean) in float16, as the encoder makes them."""
    out: list[Tensor] = []
    for first in range(0, len(images), TOGETHER):
        batch = pixels_last(tensor(np.stack(images[first : first + TOGETHER])))
        with fastest():
            out.extend(posterior(vae, batch).mean.half())
    return out


def encoder(path: Path) -> AutoencoderKL:
    """A finished autoencoder from a folder, or one in training from its checkpoint."""
    if path.is_dir():
        return channels_last(AutoencoderKL.from_pretrained(path).float())
    vae = untrained()
    vae.load_state_dict(checkpoint.load(path)["average"])
    return vae


def encode_shard(vae_path: Path, out: Path, shard: Path) -> Path:
    """Encode one shard, unless that was done."""
    path = out / f"{shard.stem}.pt"
    if path.exists():
        return path
    torch.set_num_threads(1)
    pictures = Pictures(shard.parent)
    pictures.take(shard)
    raw = encoded(encoder(vae_path), pictures.images)
    write(path, Latents(raw, pictures.labels, pictures.patches, [], []), finished=vae_path.is_dir())
    return path


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path("runs/data"))
@click.option("--vae", "vae_path", type=click.Path(path_type=Path), default=Path("runs/vae/whole.pt"))
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs/latents"))
@click.option("--workers", default=2, show_default=True)
def main(data: Path, vae_path: Path, out: Path, workers: int) -> None:
    """Encode all pictures that are not encoded yet."""
    out.mkdir(parents=True, exist_ok=True)
    shards = sorted(data.glob(SHARDS), key=lambda path: (path.stem[-4:], path.stem))
    with ProcessPoolExecutor(workers) as pool:
        for done, path in enumerate(pool.map(partial(encode_shard, vae_path, out), shards), 1):
            click.echo(f"{done}/{len(shards)} {path.name}")


if __name__ == "__main__":
    main()
