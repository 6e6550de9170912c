"""Train the embedded model's judge on procedural textures, apart from the model that it judges.

    python -m training.judge.train --data runs/data --out backend/tilebake/embedded/judge.safetensors

It never meets the UNet or the VAE. Blur, sharpening, noise and jittered colour make it indifferent to how
crisp a decoder paints. One shard in ten is held out, and every figure is from those.
"""

import json
import time
from pathlib import Path

import click
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor
from torch.nn.functional import affine_grid, conv2d, cross_entropy, grid_sample, pad

from tilebake.paint.judge.cores import CELLS, diamond
from tilebake.paint.judge.network import Judge
from tilebake.paint.tile_scale import CORE
from training.data.themes import COMMON
from training.judge.crops import PURE, WINDOW, Crop, Gallery, crops_of, draw, galleries, tensors
from training.terrain.catalog import NAMES, NOUNS


def blurred(pictures: Tensor, sigma: float) -> Tensor:
    """A Gaussian blur, sigma in pixels."""
    at = torch.arange(-4, 5, dtype=torch.float32)
    kernel = torch.exp(-(at**2) / (2 * sigma**2))
    kernel = (kernel / kernel.sum()).expand(pictures.shape[1], 1, 1, 9)
    rows = conv2d(pad(pictures, (4, 4, 4, 4), mode="reflect"), kernel, groups=pictures.shape[1])
    return conv2d(rows, kernel.transpose(2, 3), groups=pictures.shape[1])


def augmented(windows: Tensor, generator: torch.Generator) -> Tensor:
    """Cores from windows as some decoder might have painted them. [B, 3, 64, 64] → [B, 3, 48, 48]"""

    def uniform(low: float, high: float, *shape: int) -> Tensor:
        return torch.rand(len(windows), *shape, generator=generator) * (high - low) + low

    scale, flip = uniform(0.87, 1.15), uniform(0, 1).round() * 2 - 1
    place = torch.zeros(len(windows), 2, 3)
    place[:, 0, 0], place[:, 1, 1] = scale * flip * CORE / WINDOW, scale * CORE / WINDOW
    place[:, :, 2] = uniform(-0.09, 0.09, 2)
    grid = affine_grid(place, [len(windows), 3, CORE, CORE], align_corners=False)
    cores = grid_sample(windows, grid, mode="bilinear", padding_mode="reflection", align_corners=False)
    soft = blurred(cores, float(uniform(0.6, 2.0)[0]))
    cores = torch.lerp(cores, soft, uniform(-0.6, 1.0, 1, 1, 1))
    grey = cores.mean(dim=1, keepdim=True)
    cores = grey + (cores - grey) * uniform(0.75, 1.25, 1, 1, 1)
    cores = cores * uniform(0.85, 1.15, 3, 1, 1) + uniform(-0.1, 0.1, 1, 1, 1)
    noise = torch.randn(cores.shape, generator=generator)
    return (cores + noise * uniform(0, 0.08, 1, 1, 1)).clamp(-1, 1)


def train(gallery: Gallery, steps: int, batch: int, learning_rate: float) -> Judge:
    """Learn from a gallery: AdamW, one-cycle learning rate, smoothed labels."""
    rng, generator = np.random.default_rng(11), torch.Generator().manual_seed(11)
    judge = Judge(NAMES, NOUNS, COMMON)
    optimiser = torch.optim.AdamW(judge.parameters(), weight_decay=0.02)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimiser, learning_rate, total_steps=steps)
    began = time.monotonic()
    for step in range(steps):
        windows, weights, classes = tensors(draw(rng, gallery, batch))
        crops = augmented(windows, generator)
        logits = judge(crops, weights)
        loss = cross_entropy(logits, classes, label_smoothing=0.05)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(judge.parameters(), 1.0)
        optimiser.step()
        rates.step()
        if step % 50 == 0 or step == steps - 1:
            right = (logits.argmax(dim=1) == classes).float().mean().item()
            click.echo(
                f"{step}/{steps} loss {loss.item():.3f} right {right:.3f} {time.monotonic() - began:.0f}s"
            )
    return judge.eval()


def save_judge(judge: Judge, path: Path, about: dict[str, str]) -> None:
    """Write the weights in half precision, with the judge's words and what there is to say about it."""
    halves = {name: value.half().contiguous() for name, value in judge.state_dict().items()}
    words = {
        "terrains": json.dumps(judge.names),
        "nouns": json.dumps(dict(judge.nouns)),
        "common": json.dumps(judge.common),
    }
    save_file(halves, path, metadata={**words, **about})


@torch.inference_mode()
def is_right(judge: Judge, crops: list[Crop], sigma: float = 0.0) -> NDArray[np.bool_]:
    """Which crops are judged right, once blurred by `sigma` pixels."""
    edge = (WINDOW - CORE) // 2
    right: list[bool] = []
    for start in range(0, len(crops), 256):
        windows, weights, classes = tensors(crops[start : start + 256])
        windows = blurred(windows, sigma) if sigma else windows
        found = judge(windows[:, :, edge:-edge, edge:-edge], weights).argmax(dim=1)
        right += (found == classes).tolist()
    return np.array(right)


def accuracy(right: NDArray[np.bool_], crops: list[Crop], chosen: NDArray[np.bool_]) -> str:
    """Shares judged right: of all that are chosen, of those with no adjective, and of those with some."""
    plain = np.array([not crop.patch.adjectives for crop in crops])
    groups = (chosen, chosen & plain, chosen & ~plain)
    return " ".join(f"{right[group].mean():8.2%}" if group.any() else f"{'-':>8}" for group in groups)


def examine(judge: Judge, held_out: Gallery) -> None:
    """Print the judge's accuracy on held-out pictures, by kind and by terrain."""
    whole, flat = np.ones((CELLS, CELLS), np.float32), diamond(CORE, CORE / 2)
    singles, scenes = crops_of(held_out.singles, 4, whole), crops_of(held_out.scenes, 12, whole)
    kinds = {
        "single": (singles, 0.0),
        "single, blurred by 1 px": (singles, 1.0),
        "single, isometric": (crops_of(held_out.singles, 4, flat), 0.0),
        "scene": (scenes, 0.0),
        "scene, isometric": (crops_of(held_out.scenes, 12, flat), 0.0),
        f"scene, 60 to {PURE:.0%} pure": (crops_of(held_out.scenes, 12, whole, (0.6, PURE)), 0.0),
    }
    click.echo(f"{'held out':26} {'all':>8} {'plain':>8} {'adjective':>9}")
    for kind, (crops, sigma) in kinds.items():
        right = is_right(judge, crops, sigma)
        click.echo(f"{kind:26} {accuracy(right, crops, np.ones_like(right))}")
    every = singles + scenes
    right, names = is_right(judge, every), np.array([crop.patch.terrain for crop in every])
    for name in NAMES:
        click.echo(f"{name:26} {accuracy(right, every, names == name)}")


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), default=Path("runs/data"))
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("backend/tilebake/embedded/judge.safetensors")
)
@click.option("--steps", default=1200, show_default=True)
@click.option("--batch", default=96, show_default=True)
@click.option("--learning-rate", default=4e-3, show_default=True)
@click.option("--threads", default=1, show_default=True)
def main(data: Path, out: Path, steps: int, batch: int, learning_rate: float, threads: int) -> None:
    """Train the judge and tell how well it judges."""
    torch.set_num_threads(threads)
    torch.manual_seed(11)
    learnt, held_out = galleries(data)
    click.echo(f"{len(learnt.singles)} singles and {len(learnt.scenes)} scenes to learn from")
    judge = train(learnt, steps, batch, learning_rate)
    save_judge(judge, out, {"steps": str(steps), "pictures": str(len(learnt.singles) + len(learnt.scenes))})
    examine(judge, held_out)


if __name__ == "__main__":
    main()
