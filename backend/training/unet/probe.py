"""How well the UNet denoises pictures that it never saw, by noise, with the right words and with wrong ones.

python -m training.unet.probe --checkpoint runs/unet/unet.pt --data runs/latents --text runs/text
"""

import json
from pathlib import Path

import click
import numpy as np
import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor

from training import checkpoint
from training.data import latents
from training.memory_format import channels_last
from training.text.reader import Reader
from training.unet import shape
from training.unet.batches import Batch, Crops, batch_at
from training.unet.velocity import errors

SIGMAS = (0.15, 0.3, 0.6, 1.2, 2.5, 5.0, 12.0)
CROPS, BATCHES = Crops(32, 8, 1, 1), 3  # of each kind


def clean_error(
    unet: UNet2DConditionModel, reader: Reader, batch: Batch, sigma: float, alphas: Tensor
) -> tuple[float, float]:
    """Mean squared error of the clean latents, and of where words are looked for, at noise near `sigma`."""
    sigmas = ((1 - alphas) / alphas).sqrt()
    step = int((sigmas.log() - torch.tensor(sigma).log()).abs().argmin())
    timestep = torch.full((len(batch.clean),), step)
    found = errors(unet, reader, batch, timestep, torch.randn(batch.clean.shape), alphas)
    # an error of the velocity is sigma's share of it in the clean latents
    return float(found.velocity.mean() * (1 - alphas[step])), float(found.attention)


@torch.no_grad()
def probed(unet: UNet2DConditionModel, reader: Reader, data: latents.Latents) -> dict[str, list[float]]:
    """Errors by sigma: of plain prompts, of wrong ones, of prompts in their places, and of attention."""
    alphas = shape.scheduler().alphas_cumprod
    torch.manual_seed(8)
    plain = [batch_at(data, CROPS, np.random.default_rng((9, i)), placed=False) for i in range(BATCHES)]
    wrong = [b._replace(prompts=[*b.prompts[1:], b.prompts[0]], captions=[]) for b in plain]
    placed = [batch_at(data, CROPS, np.random.default_rng((9, i)), placed=True) for i in range(BATCHES)]
    out: dict[str, list[float]] = {"sigma": list(SIGMAS)}
    for kind, batches in (("plain", plain), ("wrong", wrong), ("placed", placed)):
        found = [[clean_error(unet, reader, b, s, alphas) for b in batches] for s in SIGMAS]
        out[kind] = [float(np.mean([error for error, _ in each])) for each in found]
        if kind == "plain":
            out["attention"] = [float(np.mean([error for _, error in each])) for each in found]
    return out


@click.command()
@click.option("--checkpoint", "kept", type=click.Path(path_type=Path), default=Path("runs/unet/unet.pt"))
@click.option("--data", type=click.Path(path_type=Path), default=Path("runs/latents"))
@click.option("--text", type=click.Path(path_type=Path), default=Path("runs/text"))
@click.option("--live", is_flag=True, help="The weights as they are, not their average.")
@click.option("--threads", default=1, show_default=True)
def main(kept: Path, data: Path, text: Path, live: bool, threads: int) -> None:
    """Print the errors, and one line of JSON."""
    torch.set_num_threads(threads)
    state, pictures = checkpoint.load(kept), latents.read(data).part(held_out=True)
    unet = channels_last(shape.unet(len(pictures.latents[0])))
    unet.load_state_dict({**state["model"], **({} if live else state.get("average", {}))})
    found = probed(unet.eval(), Reader(text), pictures)
    for kind, values in found.items():
        click.echo(f"{kind:10}" + "".join(f"{value:9.4f}" for value in values))
    click.echo(json.dumps({"step": state.get("step", 0), **found}))


if __name__ == "__main__":
    main()
