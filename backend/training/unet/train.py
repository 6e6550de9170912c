"""Train the embedded UNet, in as many processes as there are cores.

    python -m training.unet.train --start runs/unet/start.pt    # from what `training.unet.adopt` wrote
    python -m training.unet.train                               # further, from the newest checkpoint

Text-to-image training as SDXL's, v-prediction, except that half of the batches are told which terrain stands
where, and that in the others attention is told which words belong where. It may be killed at any moment and
goes on from its newest checkpoint by the same command; other data, or more steps, may be named then.
"""

import os
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Barrier
from typing import Any

import click
import numpy as np
import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor, multiprocessing, nn
from torch.utils.data import DataLoader, Dataset

from training import checkpoint
from training.data import latents
from training.data.latents import Latents
from training.memory_format import channels_last
from training.text.reader import Reader
from training.unet import shape
from training.unet.batches import CROPS, PLACED_SHARE, Batch, Crops, batch_at, drawn
from training.unet.data_parallel import Member, Team, lower_priority
from training.unet.muon import Rates
from training.unet.velocity import errors, times

TELL_EVERY = 10  # steps
LONGEST = 0.9985  # memory of the average
LAST_PART = 0.25  # of the steps, over which rates fall to nothing


@dataclass(frozen=True)
class Plan:
    """A run of `ranks` processes."""

    steps: int
    ranks: int
    rate: float  # of Muon's matrices; the rest is moved at half of it
    attention: float  # weight of where words are looked for
    crops: tuple[Crops, ...] = CROPS
    keep_every: int = 200
    device: str = "cpu"
    feeders: int = 0  # processes that make batches ahead, for a device that is faster than one of them

    def rates(self, step: int) -> Rates:
        """Warm up over 25 steps, hold, and fall to a fiftieth at the end."""
        part = min(1.0, (step + 1) / 25, max(0.02, (self.steps - step) / (self.steps * LAST_PART)))
        return Rates(self.rate * part, self.rate * part / 2)


@dataclass(frozen=True)
class Schooling:
    """What every process of a run is given."""

    plan: Plan
    unet: UNet2DConditionModel
    team: Team
    data: Latents
    reader: Reader
    barrier: Barrier
    path: Path

    def batch(self, step: int, rank: int) -> Batch:
        """A process's batch: of one size and kind for all, or the one would wait for the other."""
        common = np.random.default_rng((3, step))
        crops, placed = drawn(common, self.plan.crops, step / self.plan.steps), common.random() < PLACED_SHARE
        return batch_at(self.data, crops, np.random.default_rng((4, step, rank)), placed=placed)

    def batches(self, rank: int, first: int) -> Iterable[Batch]:
        """A process's batches from step `first` on."""
        steps = Steps(self, rank, first)
        ahead = 4 if self.plan.feeders else None
        return DataLoader(steps, None, num_workers=self.plan.feeders, prefetch_factor=ahead, collate_fn=_same)

    def learn(self, member: Member, step: int, batch: Batch) -> Tensor:
        """One step; returns its losses."""
        torch.manual_seed(step * self.plan.ranks + member.rank)
        device = torch.device(self.plan.device)
        alphas = shape.scheduler().alphas_cumprod.to(device)
        timestep = (times(len(batch.clean)) * len(alphas)).long().to(device)
        noise = torch.randn(batch.clean.shape).to(device)
        member.forget()
        found = errors(self.unet, self.reader, batch.to(device), timestep, noise, alphas)
        (found.velocity.mean() + self.plan.attention * found.attention).backward()
        losses = torch.stack([found.velocity.mean(), found.attention]).detach().cpu()
        return member.take(losses, self.plan.rates(step), step, LONGEST)

    def state(self, step: int) -> dict[str, Any]:
        """A checkpoint after `step` steps."""
        return {"step": step, "model": self.unet.state_dict(), **self.team.state()}


@dataclass(frozen=True)
class Steps(Dataset[Batch]):
    """A process's batches, by the number of steps since `first`."""

    school: Schooling
    rank: int
    first: int

    def __len__(self) -> int:
        return self.school.plan.steps - self.first

    def __getitem__(self, index: int) -> Batch:
        return self.school.batch(self.first + index, self.rank)


def _same(batch: Any) -> Any:  # torch declares a list
    return batch


def work(rank: int, school: Schooling, first: int) -> None:
    """One process's run, from step `first` on; the first of them tells and keeps."""
    lower_priority()
    torch.set_num_threads(1)
    member = Member(school.team, rank, school.barrier)
    losses, began, parent = deque[Tensor](maxlen=TELL_EVERY), time.monotonic(), os.getppid()
    for step, batch in enumerate(school.batches(rank, first), first):
        if os.getppid() != parent:  # it was killed
            return
        losses.append(school.learn(member, step, batch))
        if rank:
            continue
        if (step + 1) % TELL_EVERY == 0:
            velocity, attention = torch.stack(list(losses)).mean(dim=0).tolist()
            seconds = time.monotonic() - began
            click.echo(f"{step + 1} velocity {velocity:.4f} attention {attention:.4f} {seconds:.0f}s")
        # nobody moves a parameter before this process, too, has its next gradients
        if (step + 1) % school.plan.keep_every == 0 or step == school.plan.steps - 1:
            checkpoint.save(school.path, school.state(step + 1))


def train(plan: Plan, start: dict[str, Any], data: Latents, reader: Reader, path: Path) -> None:
    """Train to the plan's last step, from a checkpoint or from weights alone."""
    torch.set_num_threads(1)
    unet = channels_last(shape.unet(data.latents[0].shape[0]))
    unet.load_state_dict(start["model"])
    nn.Module.to(unet, torch.device(plan.device))
    team = Team(unet, plan.ranks)
    if "memory" in start:
        team.restore(start)
    if plan.ranks == 1:  # a GPU's is not to be forked
        work(0, Schooling(plan, unet, team, data, reader, Barrier(1), path), start["step"])
        return
    processes = multiprocessing.get_context("fork")
    school = Schooling(plan, unet, team, data, reader, processes.Barrier(plan.ranks), path)
    workers = [
        processes.Process(target=work, args=(rank, school, start["step"]), daemon=True)
        for rank in range(plan.ranks)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    failed = [worker.exitcode for worker in workers if worker.exitcode]
    if failed:
        raise click.ClickException(f"processes ended with {failed}")


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path("runs/latents"))
@click.option("--text", type=click.Path(path_type=Path), default=Path("runs/text"), help="Text encoders.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs/unet"))
@click.option("--start", type=click.Path(path_type=Path), help="Checkpoint to take the weights of.")
@click.option("--steps", default=20000, show_default=True)
@click.option("--ranks", default=2, show_default=True, help="Processes, of one thread each.")
@click.option("--rate", default=1e-3, show_default=True)
@click.option("--attention", default=0.05, show_default=True)
@click.option("--keep-every", default=200, show_default=True)
@click.option("--larger", default=1, show_default=True, help="Batches are so many times as large.")
@click.option("--device", default="cpu", show_default=True, help="With a GPU: one process.")
@click.option("--feeders", default=0, show_default=True, help="Processes that make a GPU's batches.")
def main(data: Path, text: Path, out: Path, start: Path | None, larger: int, **plan: Any) -> None:
    """Train the UNet."""
    crops = tuple(replace(each, count=each.count * larger) for each in CROPS)
    out.mkdir(parents=True, exist_ok=True)
    path = out / "unet.pt"
    pictures = latents.read(data).part(held_out=False)
    state = checkpoint.load(path)
    if not state and start is not None:
        state = {"model": checkpoint.load(start)["model"], "step": 0}
    if not state:
        state = {"model": shape.unet(len(pictures.latents[0])).state_dict(), "step": 0}
    train(Plan(**plan, crops=crops), state, pictures, Reader(text, plan["device"]), path)


if __name__ == "__main__":
    main()
