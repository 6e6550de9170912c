"""The pictures as the UNet sees them: encoded once by the frozen encoder, cropped and captioned at random.

    python -m training.latents            # runs/data + runs/vae/whole.pt -> runs/latents.pt
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import click
import numpy as np
import torch
from diffusers import AutoencoderKL
from numpy.typing import NDArray
from torch import Tensor

from training import checkpoint
from training.captions import caption
from training.pictures import Pictures
from training.terrain.scene import Patch
from training.vae import VAE_CONFIG

VISIBLE = 0.03  # a terrain with a smaller share of a crop is not in its caption


@dataclass(frozen=True)
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

    def crop(self, rng: np.random.Generator, index: int, height: int, width: int) -> tuple[Tensor, str]:
        """A crop and a caption of what is to be seen in it."""
        latents, labels = self.latents[index], self.labels[index]
        top = int(rng.integers(latents.shape[1] - height + 1))
        left = int(rng.integers(latents.shape[2] - width + 1))
        seen = np.bincount(labels[top : top + height, left : left + width].ravel(), minlength=8) / (height * width)
        patches = tuple(p for i, p in enumerate(self.patches[index]) if seen[i] > VISIBLE)
        return latents[:, top : top + height, left : left + width], caption(rng, patches)


def read(path: Path) -> Latents:
    """The encoded pictures that `main` wrote."""
    held = torch.load(path, weights_only=True)
    patches = [tuple(Patch(name, tuple(words)) for name, words in each) for each in held["patches"]]
    labels = [label.numpy() for label in held["labels"]]
    return Latents(held["latents"], labels, patches, held["mean"], held["std"])


@torch.no_grad()
def encoded(vae: AutoencoderKL, pictures: Pictures, count: int = 8) -> list[Tensor]:
    """Every picture's latents (the posterior's mean), unscaled."""
    out: list[Tensor] = []
    for start in range(0, len(pictures.images), count):
        images = pictures.images[start : start + count]
        assert len({image.shape for image in images}) == 1, "a shard holds a multiple of the batch"
        batch = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float() / 127.5 - 1
        batch = batch.contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            out.extend(vae.encode(batch).latent_dist.mean.float())
    return out


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path("runs/data"))
@click.option("--vae", "vae_path", type=click.Path(path_type=Path), default=Path("runs/vae/whole.pt"))
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs/latents.pt"))
def main(data: Path, vae_path: Path, out: Path) -> None:
    """Encode all pictures."""
    vae = AutoencoderKL(**VAE_CONFIG).to(memory_format=torch.channels_last)
    vae.load_state_dict(checkpoint.load(vae_path)["average"])
    pictures = Pictures(data)
    pictures.rescan()
    raw = encoded(vae, pictures, count=10)
    sample = torch.cat([each.flatten(1)[:, ::7] for each in raw], dim=1)
    mean, std = sample.mean(dim=1), sample.std(dim=1)
    checkpoint.save(
        out,
        {
            "latents": [((each - mean.view(-1, 1, 1)) / std.view(-1, 1, 1)).half() for each in raw],
            "labels": [torch.from_numpy(label) for label in pictures.labels],
            "patches": [[[p.terrain, list(p.adjectives)] for p in each] for each in pictures.patches],
            "mean": mean.tolist(),
            "std": std.tolist(),
        },
    )
    click.echo(f"{len(raw)} pictures, mean {mean.numpy().round(2)}, deviation {std.numpy().round(2)}")


if __name__ == "__main__":
    main()
