"""Train the embedded AutoencoderKL: first whole, then its decoder alone against a critic.

    python -m training.autoencoder.train --steps 1400              # encoder and decoder
    python -m training.autoencoder.train --steps 1400 --sharpen    # decoder alone; the latents stay

The second phase may run while the UNet trains, for the UNet sees only what the encoder makes.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from diffusers import AutoencoderKL
from PIL import Image
from torch import Tensor, nn
from torch.optim import AdamW

from training import checkpoint
from training.autoencoder.critic import Critic, critic_loss, teach
from training.autoencoder.losses import detail_loss, lattice_loss, spread_loss
from training.autoencoder.shape import decode, posterior, untrained
from training.autoencoder.start import start
from training.data.pictures import Pictures
from training.ema import Average
from training.learning_rate import cosine_rate, set_rate
from training.memory_format import channels_last, pixels_last
from training.precision import fastest

RESCAN_EVERY, TELL_EVERY, KEEP_EVERY = 200, 50, 250  # steps
CRITIC_WARM_UP = 200  # steps over which the decoder learns to heed the critic
LATTICE_WEIGHT = 0.5


@dataclass(frozen=True)
class Plan:
    """A run: `batch` crops of `size` x `size` pixels a step."""

    steps: int
    batch: int
    size: int
    learning_rate: float
    sharpen: bool = False

    @property
    def name(self) -> str:
        """What the run's files are called."""
        return "sharpen" if self.sharpen else "whole"


class Workshop:
    """An autoencoder in training, with everything that a checkpoint holds."""

    def __init__(self, plan: Plan, whole: dict[str, Tensor] | None) -> None:
        """Begin from `start`, or from the averaged weights of the first phase with the encoder frozen."""
        self.plan = plan
        self.vae = untrained()
        start(self.vae)
        self.critic = channels_last(Critic())
        if whole is not None:
            self.vae.load_state_dict(whole)
            for frozen in (self.vae.encoder, self.vae.quant_conv):
                assert frozen is not None
                frozen.requires_grad_(False)
        self.trained = [parameter for parameter in self.vae.parameters() if parameter.requires_grad]
        self.optimiser = AdamW(
            self.trained, lr=plan.learning_rate, betas=(0.9, 0.99), weight_decay=1e-3, fused=True
        )
        self.judging = AdamW(self.critic.parameters(), lr=4e-4, betas=(0.5, 0.99), fused=True)
        self.average = Average(self.vae, 0.998)

    def restore(self, state: dict[str, Any]) -> int:
        """Go on from a checkpoint, if there is one; returns the number of steps done."""
        if not state:
            return 0
        self.vae.load_state_dict(state["vae"])
        self.critic.load_state_dict(state["critic"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.judging.load_state_dict(state["judging"])
        self.average.restore(state["average"])
        return state["step"]

    def state(self, step: int) -> dict[str, Any]:
        """A checkpoint after `step` steps."""
        return {
            "step": step,
            "vae": self.vae.state_dict(),
            "average": self.average.state(),
            "critic": self.critic.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "judging": self.judging.state_dict(),
        }

    def learn(self, painted: Tensor, step: int) -> tuple[Tensor, Tensor]:
        """One step on pictures [B, 3, size, size]; returns the autoencoder's loss and the critic's."""
        set_rate(self.optimiser, cosine_rate(step, self.plan.steps, self.plan.learning_rate))
        with fastest():
            seen = posterior(self.vae, painted)
            decoded = decode(self.vae, seen.sample()).float()
        # detail counts more and more, so that broad colours come first
        detail = 1.0 if self.plan.sharpen else min(1.0, step / self.plan.steps)
        loss = detail_loss(decoded, painted, detail) + spread_loss(seen)
        judged = torch.zeros(())
        if self.plan.sharpen:
            loss = loss + LATTICE_WEIGHT * lattice_loss(decoded, painted)
            judged = teach(self.critic, self.judging, decoded.detach(), painted)
            loss = loss + min(1.0, step / CRITIC_WARM_UP) * critic_loss(self.critic, decoded, painted)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.optimiser.step()
        self.average.update(step)
        return loss, judged


def first_phase(out: Path) -> dict[str, Tensor]:
    """The averaged weights that the first phase left."""
    state = checkpoint.load(out / "whole.pt")
    if not state:
        raise click.ClickException(f"nothing in {out} to sharpen: run without --sharpen first")
    return state["average"]


def train(plan: Plan, pictures: Pictures, out: Path) -> None:
    """Train to the plan's last step, from the newest checkpoint in `out` if there is one."""
    workshop = Workshop(plan, first_phase(out) if plan.sharpen else None)
    first = workshop.restore(checkpoint.load(out / f"{plan.name}.pt"))
    began = time.monotonic()
    for step in range(first, plan.steps):
        if step % RESCAN_EVERY == 0 or not pictures.images:
            pictures.rescan()
        painted = pictures.crops(np.random.default_rng((1, plan.sharpen, step)), plan.batch, plan.size)
        loss, judged = workshop.learn(pixels_last(painted), step)
        if step % TELL_EVERY == 0:
            figures = f"loss {loss.item():.4f} critic {judged.item():.3f} {time.monotonic() - began:.0f}s"
            click.echo(f"{plan.name} {step}/{plan.steps} {figures}")
        if (step + 1) % KEEP_EVERY == 0 or step == plan.steps - 1:
            with workshop.average.applied():
                show(workshop.vae, pictures, out / f"{plan.name}-{step + 1}.png")
            checkpoint.save(out / f"{plan.name}.pt", workshop.state(step + 1))


@torch.no_grad()
def show(vae: AutoencoderKL, pictures: Pictures, path: Path) -> None:
    """Save a sheet: painted above, decoded below."""
    painted = pictures.crops(np.random.default_rng(5), 8, 192)
    decoded = decode(vae, posterior(vae, painted).mean)
    sheet = torch.cat([torch.cat(list(painted), dim=2), torch.cat(list(decoded), dim=2)], dim=1)
    array = ((sheet.clamp(-1, 1) + 1) * 127.5).byte().permute(1, 2, 0).numpy()
    Image.fromarray(array).save(path)


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path("runs/data"))
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs/vae"))
@click.option("--steps", default=1400, show_default=True)
@click.option("--batch", default=4, show_default=True)
@click.option("--size", default=128, show_default=True)
@click.option("--learning-rate", default=1e-3, show_default=True)
@click.option("--sharpen", is_flag=True, help="Freeze the encoder and train the decoder against a critic.")
@click.option("--threads", default=2, show_default=True)
def main(data: Path, out: Path, threads: int, **plan: Any) -> None:
    """Train the autoencoder."""
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    out.mkdir(parents=True, exist_ok=True)
    train(Plan(**plan), Pictures(data), out)


if __name__ == "__main__":
    main()
