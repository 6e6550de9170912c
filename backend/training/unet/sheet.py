"""Every terrain as a checkpoint paints it, beneath the teacher's, and how far apart the two are.

    python -m training.unet.sheet --vae backend/tilebake/embedded/vae    # runs/sheet.png, and figures

Plain prompts of one noun, DPM-Solver++ 2M (arXiv:2211.01095) on Karras's sigmas with rho 4 in place of 7: at
ten steps that keeps twice the detail that evenly spaced timesteps do.
"""

import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
import torch
from diffusers import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate

from training import checkpoint
from training.autoencoder.shape import decode
from training.data.pictures import tensor
from training.memory_format import channels_last
from training.precision import fastest
from training.terrain.catalog import NAMES, TERRAINS
from training.terrain.scene import Patch, single
from training.text.reader import Reader
from training.unet import shape
from training.unet.attention import Reading, read

RHO, COARSEST = 4.0, 0.05  # of the sigmas; the last of them before 0
BANDS = 4
TOGETHER, COLUMNS = 8, 11


class Guided:
    """The clean latents that the UNet sees in noisy ones, drawn towards the prompts."""

    def __init__(
        self, unet: UNet2DConditionModel, reader: Reader, prompts: Sequence[str], scale: float
    ) -> None:
        self.unet, self.scale = unet, scale
        texts = [*prompts, *[""] * len(prompts)]
        self.rows, self.pooled = reader.rows(texts), reader.pooled(texts)
        self.alphas = shape.scheduler().alphas_cumprod

    def clean(self, noisy: Tensor, sigma: float) -> Tensor:
        """`noisy` is clean + sigma * noise, [B, 8, h, w]."""
        sigmas = ((1 - self.alphas) / self.alphas).sqrt()
        step = int((sigmas - sigma).abs().argmin())
        alpha = 1 / (1 + sigma**2) ** 0.5
        double = (noisy * alpha).repeat(2, 1, 1, 1)
        reading = Reading(self.rows.logits, torch.ones(len(double), 1, *noisy.shape[2:]))
        sides = torch.tensor([8 * noisy.shape[2], 8 * noisy.shape[3]])
        ids = torch.cat([sides, torch.zeros(2), sides]).float().expand(len(double), -1)
        with read(self.unet, reading), fastest():
            velocity = self.unet(
                double,
                torch.tensor([step]),
                self.rows.embeds,
                added_cond_kwargs={"text_embeds": self.pooled, "time_ids": ids},
            ).sample.float()
        cond, uncond = (alpha * double - sigma * alpha * velocity).chunk(2)
        return uncond + self.scale * (cond - uncond)


def karras(steps: int, largest: float) -> list[float]:
    """Sigmas from the largest down, and 0 (Karras et al., arXiv:2206.00364, eq. 5)."""
    ramp = np.linspace(largest ** (1 / RHO), COARSEST ** (1 / RHO), steps) ** RHO
    return [*ramp.tolist(), 0.0]


@torch.no_grad()
def sampled(model: Guided, shape_of: Sequence[int], steps: int, generator: torch.Generator) -> Tensor:
    """Latents from noise, by DPM-Solver++ 2M."""
    sigmas = karras(steps, float(((1 - model.alphas[-1]) / model.alphas[-1]).sqrt()))
    latents = torch.randn(*shape_of, generator=generator) * sigmas[0]
    before: Tensor | None = None
    for index, (sigma, following) in enumerate(itertools.pairwise(sigmas)):
        clean = model.clean(latents, sigma)
        if not following:
            return clean
        step, ahead = float(np.log(sigma / following)), clean
        if before is not None:
            last = float(np.log(sigmas[index - 1] / sigma))
            ahead = clean + (clean - before) * step / (2 * last)
        latents = following / sigma * latents - float(np.expm1(-step)) * ahead
        before = clean
    raise AssertionError("the last sigma is 0")


class Likeness(NamedTuple):
    """Painted against the teacher's. bands: energy of lightness, fine to coarse. colour: distance of means.

    chroma: how much more colourful, 1 is alike.
    """

    bands: list[float]
    colour: float
    chroma: float


def likeness(painted: Tensor, wanted: Tensor) -> Likeness:
    """Of pictures [B, 3, h, w] from -1 to 1."""
    ratio = (_bands(painted) / _bands(wanted)).tolist()
    ours, theirs = _opponent(painted), _opponent(wanted)
    colour = (ours.mean(dim=(2, 3)) - theirs.mean(dim=(2, 3))).norm(dim=1).mean()
    chroma = ours[:, 1:].norm(dim=1).mean() / theirs[:, 1:].norm(dim=1).mean()
    return Likeness(ratio, float(colour), float(chroma))


def _bands(pictures: Tensor) -> Tensor:
    """Deviation of each band of a Laplacian pyramid of lightness."""
    level, out = pictures.mean(dim=1, keepdim=True), list[Tensor]()
    for _ in range(BANDS):
        smaller = avg_pool2d(level, 2)
        out.append((level - interpolate(smaller, scale_factor=2, mode="bilinear")).std())
        level = smaller
    return torch.stack(out)


def _opponent(pictures: Tensor) -> Tensor:
    """Lightness, red against green and yellow against blue, 100 at most: as CIELAB orders colours."""
    red, green, blue = ((pictures.clamp(-1, 1) + 1) / 2).unbind(dim=1)
    light = 0.3 * red + 0.59 * green + 0.11 * blue
    return 100 * torch.stack([light, red - green, 0.5 * (red + green) - blue], dim=1)


def wanted(names: Sequence[str], side: int) -> Tensor:
    """The teacher's own pictures, [N, 3, side, side]."""
    painted = [single(np.random.default_rng((41, i)), (side, side), Patch(n)) for i, n in enumerate(names)]
    return tensor(np.stack([(np.clip(each, 0, 1) * 255 + 0.5).astype(np.uint8) for each in painted]))


def picture(tiles: Tensor) -> NDArray[np.uint8]:
    """Tiles [N, 3, s, s] in rows of COLUMNS, as an image."""
    rest = -len(tiles) % COLUMNS
    tiles = torch.cat([tiles, torch.full((rest, *tiles.shape[1:]), -1.0)])
    grid = tiles.unflatten(0, (-1, COLUMNS)).permute(0, 3, 1, 4, 2).flatten(2, 3)  # [rows, s, columns * s, 3]
    return ((grid.clamp(-1, 1) + 1) * 127.5).byte().numpy()


@click.command()
@click.option("--checkpoint", "kept", type=click.Path(path_type=Path), default=Path("runs/unet/unet.pt"))
@click.option("--text", type=click.Path(path_type=Path), default=Path("runs/text"))
@click.option("--vae", type=click.Path(path_type=Path), default=Path("backend/tilebake/embedded/vae"))
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs/sheet.png"))
@click.option("--guidance", default=2.0, show_default=True)
@click.option("--steps", default=10, show_default=True)
@click.option("--side", default=16, show_default=True, help="Of each picture, in latents.")
@click.option("--threads", default=1, show_default=True)
def main(
    kept: Path, text: Path, vae: Path, out: Path, guidance: float, steps: int, side: int, threads: int
) -> None:
    """Paint every terrain, save a sheet and print the figures."""
    torch.set_num_threads(threads)
    state, reader = checkpoint.load(kept), Reader(text)
    decoder = AutoencoderKL.from_pretrained(vae).float()
    unet = channels_last(shape.unet(decoder.config["latent_channels"]))
    unet.load_state_dict({**state["model"], **state.get("average", {})})
    generator, painted = torch.Generator().manual_seed(7), list[Tensor]()
    for first in range(0, len(NAMES), TOGETHER):
        prompts = [TERRAINS[name].words[0] for name in NAMES[first : first + TOGETHER]]
        model = Guided(unet, reader, prompts, guidance)
        latents = sampled(
            model, (len(prompts), decoder.config["latent_channels"], side, side), steps, generator
        )
        with torch.no_grad():
            painted.append(decode(decoder, latents))
    ours, theirs = torch.cat(painted), wanted(NAMES, 8 * side)
    rows = [row for pair in zip(picture(theirs), picture(ours), strict=True) for row in pair]
    Image.fromarray(np.concatenate(rows)).save(out)
    every = [likeness(a[None], b[None]) for a, b in zip(ours, theirs, strict=True)]
    for name, each in zip(NAMES, every, strict=True):
        click.echo(
            f"{name:14} bands {np.round(each.bands, 2)} colour {each.colour:5.1f} chroma {each.chroma:.2f}"
        )
    figures = {
        "step": state.get("step", 0),
        "bands": np.mean([each.bands for each in every], axis=0).round(3).tolist(),
        "colour": round(float(np.mean([each.colour for each in every])), 2),
        "chroma": round(float(np.median([each.chroma for each in every])), 3),
    }
    click.echo(json.dumps(figures))


if __name__ == "__main__":
    main()
