"""Train the embedded UNet with both text encoders, on captions of single terrains and of scenes.

    python -m training.unet.train --steps 12000
    python -m training.unet.train --steps 7000 --onto backend/tilebake/embedded    # a finished one, further

Text-to-image training as SDXL's, v-prediction, except that most batches are told which terrain stands where.
"""

import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from torch import nn
from torch.optim import AdamW

from training import checkpoint
from training.data import latents
from training.data.latents import Latents
from training.data.tokenizer import read_pair
from training.ema import Average
from training.learning_rate import held_rate, set_rate
from training.memory_format import channels_last
from training.unet import shape
from training.unet.batches import CROPS, Batch, Crops, batch_at, shape_at
from training.unet.shape import TokenizerPair
from training.unet.trainee import Trainee
from training.unet.velocity import disturbance, velocity_loss

TELL_EVERY, KEEP_EVERY = 100, 500  # steps


@dataclass(frozen=True)
class Plan:
    """A run."""

    steps: int
    learning_rate: float
    crops: tuple[Crops, ...] = CROPS
    onto: Path | None = None  # a model whose weights are the start


class Classroom:
    """A trainee, with everything that a checkpoint holds."""

    def __init__(self, plan: Plan, tokenizers: TokenizerPair, latent_channels: int) -> None:
        self.plan = plan
        self.channels = latent_channels
        self.model = Trainee(tokenizers, latent_channels)
        if plan.onto is not None:
            self.model.take_over(plan.onto)
        channels_last(self.model.unet)
        self.optimiser = AdamW(
            self.model.parameters(), lr=plan.learning_rate, betas=(0.9, 0.99), weight_decay=0.01, fused=True
        )
        self.average = Average(self.model, 0.9995)
        self.alphas = shape.scheduler().alphas_cumprod

    def restore(self, state: dict[str, Any]) -> int:
        """Go on from a checkpoint, if there is one; returns the number of steps done."""
        if not state:
            return 0
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.average.restore(state["average"])
        for step in range(state["step"]):  # the noise goes on where it stopped
            disturbance(shape_at(self.plan.crops, step, self.plan.steps, self.channels))
        return state["step"]

    def state(self, step: int) -> dict[str, Any]:
        """A checkpoint after `step` steps."""
        return {
            "step": step,
            "model": self.model.state_dict(),
            "average": self.average.state(),
            "optimiser": self.optimiser.state_dict(),
        }

    def learn(self, batch: Batch, step: int) -> float:
        """One step; returns its loss."""
        set_rate(self.optimiser, held_rate(step, self.plan.steps, self.plan.learning_rate))
        disturbed = disturbance(batch.clean.shape)
        loss = velocity_loss(self.model, batch, disturbed, self.alphas)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        self.average.update(step)
        return loss.item()


def train(plan: Plan, data: Latents, tokenizers: TokenizerPair, path: Path) -> None:
    """Train to the plan's last step, from the checkpoint at `path` if there is one."""
    classroom = Classroom(plan, tokenizers, data.latents[0].shape[0])
    first = classroom.restore(checkpoint.load(path))
    began, losses = time.monotonic(), deque[float](maxlen=TELL_EVERY)
    for step in range(first, plan.steps):
        losses.append(classroom.learn(batch_at(data, plan.crops, step, plan.steps), step))
        if (step + 1) % TELL_EVERY == 0:
            figures = f"loss {np.mean(losses):.4f} {time.monotonic() - began:.0f}s"
            click.echo(f"{step + 1}/{plan.steps} {figures}")
        if (step + 1) % KEEP_EVERY == 0 or step == plan.steps - 1:
            checkpoint.save(path, classroom.state(step + 1))


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path("runs/latents.pt"))
@click.option("--tokenizers", type=click.Path(path_type=Path), default=Path("runs/tokenizer"))
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs/unet"))
@click.option("--onto", type=click.Path(path_type=Path), help="Model to train further, with its tokenizers.")
@click.option("--steps", default=12000, show_default=True)
@click.option("--learning-rate", default=8e-4, show_default=True)
@click.option("--threads", default=2, show_default=True)
def main(
    data: Path, tokenizers: Path, out: Path, onto: Path | None, steps: int, learning_rate: float, threads: int
) -> None:
    """Train the UNet and the text encoders."""
    torch.set_num_threads(threads)
    torch.manual_seed(2)
    out.mkdir(parents=True, exist_ok=True)
    plan = Plan(steps, learning_rate, onto=onto)
    train(plan, latents.read(data), read_pair(onto or tokenizers), out / "unet.pt")


if __name__ == "__main__":
    main()
