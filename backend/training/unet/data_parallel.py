"""Data-parallel training: processes of one thread that share weights, and share out the optimiser's work.

On a CPU two processes of one thread did 1.35 to 1.65 times the steps of two threads. Weights, their
average, the optimiser's memory and every process's gradients lie in shared memory: so gradients are
summed where they are needed, and each process moves its share of the parameters for all (as in ZeRO,
arXiv:1910.02054).
"""

import os
from collections.abc import Sequence
from threading import Barrier
from typing import Any

import torch
from torch import Tensor, nn

from training.unet.muon import Rates, Step

PATIENCE = 900.0  # seconds that a process waits for the others before it gives up
CLIP = 1.0  # length of the gradient beyond which it is shortened
YOUNG = 10.0  # steps over which the average's memory grows


class Team:
    """What all processes see, made by their parent before they start."""

    def __init__(self, module: nn.Module, ranks: int) -> None:
        self.ranks = ranks
        learnt = [(name, each) for name, each in module.named_parameters() if each.requires_grad]
        self.names = [name for name, _ in learnt]
        self.steps = [Step(name, parameter) for name, parameter in learnt]
        self.average = [parameter.detach().clone() for _, parameter in learnt]
        self.gradients = [[torch.zeros_like(each) for _, each in learnt] for _ in range(ranks)]
        self.squares = torch.zeros(ranks)  # each share's part of the gradient's squared length
        self.losses = torch.zeros(ranks, 2)  # of each process: velocity's, attention's
        self.owners = shares([step.work + 50 * step.parameter.numel() for step in self.steps], ranks)
        for tensor in (*self.average, self.squares, self.losses):
            tensor.share_memory_()
        for tensor in (each for held in (*self.gradients, *(s.memory for s in self.steps)) for each in held):
            tensor.share_memory_()
        module.share_memory()

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps beside the module's weights."""
        return {
            "average": dict(zip(self.names, self.average, strict=True)),
            "memory": {name: step.memory for name, step in zip(self.names, self.steps, strict=True)},
        }

    @torch.no_grad()
    def restore(self, state: dict[str, Any]) -> None:
        """Go on from what `state` returned."""
        for name, average, step in zip(self.names, self.average, self.steps, strict=True):
            average.copy_(state["average"][name])
            for ours, kept in zip(step.memory, state["memory"][name], strict=True):
                ours.copy_(kept)


def shares(work: Sequence[int], ranks: int) -> list[int]:
    """Who moves which parameter: the heaviest first, each to whoever has the least to do."""
    loads, owners = [0] * ranks, [0] * len(work)
    for index in sorted(range(len(work)), key=lambda each: -work[each]):
        owners[index] = loads.index(min(loads))
        loads[owners[index]] += work[index]
    return owners


class Member:
    """One process's part: its own gradients, and its share of the parameters."""

    def __init__(self, team: Team, rank: int, barrier: Barrier) -> None:
        self.team, self.rank, self.barrier = team, rank, barrier
        self.mine = [index for index, owner in enumerate(team.owners) if owner == rank]
        for step, gradient in zip(team.steps, team.gradients[rank], strict=True):
            step.parameter.grad = gradient

    @torch.no_grad()
    def forget(self) -> None:
        """Let the next gradients begin at nothing."""
        for gradient in self.team.gradients[self.rank]:
            gradient.zero_()

    @torch.no_grad()
    def take(self, losses: Tensor, rates: Rates, step: int, longest: float) -> Tensor:
        """Take the step that everybody's gradients ask for together; returns the mean losses, [2]."""
        team = self.team
        team.losses[self.rank] = losses
        self._wait()  # until all gradients are there
        summed = {index: self._summed(index) for index in self.mine}
        team.squares[self.rank] = sum(float(each.square().sum()) for each in summed.values())
        mean = team.losses.mean(dim=0)
        self._wait()  # until their length is known
        shortened = min(1.0, CLIP / (float(team.squares.sum()) ** 0.5 + 1e-6))
        decay = min(longest, (1 + step) / (YOUNG + step))
        for index, gradient in summed.items():
            team.steps[index].take(gradient.mul_(shortened), rates, step)
            team.average[index].lerp_(team.steps[index].parameter, 1 - decay)
        self._wait()  # until all parameters are moved
        return mean

    def _summed(self, index: int) -> Tensor:
        return torch.stack([held[index] for held in self.team.gradients]).mean(dim=0)

    def _wait(self) -> None:
        self.barrier.wait(PATIENCE)


def lower_priority() -> None:
    """Leave the processor to whoever else wants it."""
    os.nice(max(0, 19 - os.nice(0)))
