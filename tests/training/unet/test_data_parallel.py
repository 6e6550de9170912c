"""Processes that share weights: together they take the step that one alone would take with all the crops."""

from copy import deepcopy
from threading import Barrier, Thread

import torch
from torch import nn

from training.unet.data_parallel import Member, Team, shares
from training.unet.muon import Rates

RATES = Rates(1e-2, 1e-3)


def network() -> nn.Module:
    generator = torch.Generator().manual_seed(0)
    module = nn.Sequential(nn.Linear(6, 12), nn.SiLU(), nn.Linear(12, 3))
    for parameter in module.parameters():
        parameter.data = torch.randn(parameter.shape, generator=generator) * 0.3
    return module


def taught(ranks: int, inputs: torch.Tensor, steps: int, module: nn.Module) -> Team:
    """Let so many members learn, in threads, each from its own part of the inputs."""
    team, barrier = Team(module, ranks), Barrier(ranks)

    def work(member: Member, part: torch.Tensor) -> None:
        for step in range(steps):
            member.forget()
            parameters = [each.parameter for each in team.steps]
            loss = module(part).square().mean()
            held = torch.autograd.grad(loss, parameters)
            for kept, gradient in zip(team.gradients[member.rank], held, strict=True):
                kept.copy_(gradient)
            member.take(torch.stack([loss.detach(), torch.zeros(())]), RATES, step, 0.9)

    members = [Member(team, rank, barrier) for rank in range(ranks)]
    threads = [Thread(target=work, args=each) for each in zip(members, inputs.chunk(ranks), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return team


def test_two_processes_learn_what_one_does_with_all_crops() -> None:
    inputs = torch.randn(8, 6, generator=torch.Generator().manual_seed(1))
    alone, both = network(), network()
    one, two = taught(1, inputs, 3, alone), taught(2, inputs, 3, both)
    torch.testing.assert_close(both.state_dict(), alone.state_dict(), rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(two.average, one.average, rtol=1e-3, atol=1e-4)
    assert not torch.equal(one.average[0], one.steps[0].parameter)


def test_a_team_goes_on_from_its_state() -> None:
    inputs = torch.randn(8, 6, generator=torch.Generator().manual_seed(1))
    module = network()
    before = taught(1, inputs, 2, module)
    kept = deepcopy(before.state())
    again = Team(network(), 1)
    again.restore(kept)
    torch.testing.assert_close(again.state(), kept, rtol=0, atol=0)


def test_the_work_is_shared_out_evenly() -> None:
    owners = shares([8, 5, 4, 3, 2], 2)
    loads = [
        sum(w for w, owner in zip([8, 5, 4, 3, 2], owners, strict=True) if owner == rank) for rank in (0, 1)
    ]
    assert sorted(loads) == [11, 11]
