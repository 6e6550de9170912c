"""The moving average of weights, against a literal loop, and checkpoints that survive a kill."""

from pathlib import Path

import pytest
import torch
from torch import nn

from training import checkpoint
from training.ema import Average


def steps(module: nn.Module, average: Average, first: int, last: int) -> None:
    for step in range(first, last):
        with torch.no_grad():
            for parameter in module.parameters():
                parameter.add_(torch.full_like(parameter, 0.5 + step))
        average.update(step)


def test_the_average_is_the_literal_loop() -> None:
    torch.manual_seed(0)
    module = nn.Linear(3, 2)
    expected = [parameter.detach().clone() for parameter in module.parameters()]
    average = Average(module, 0.8)
    for step in range(60):
        steps(module, average, step, step + 1)
        decay = min(0.8, (1 + step) / (10 + step))
        for i, parameter in enumerate(module.parameters()):
            expected[i] = decay * expected[i] + (1 - decay) * parameter.detach()
    torch.testing.assert_close(list(average.state().values()), expected)


def test_the_module_has_the_averaged_weights_within_only() -> None:
    module = nn.Linear(3, 2)
    average = Average(module, 0.9)
    steps(module, average, 0, 3)
    live, averaged = module.weight.detach().clone(), average.state()["weight"]

    def look_and_stop() -> None:
        with average.applied():
            assert torch.equal(module.weight, averaged)
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        look_and_stop()
    assert torch.equal(module.weight, live)
    assert not torch.equal(live, averaged)


def test_a_restored_average_goes_on_as_if_never_stopped() -> None:
    whole, stopped = nn.Linear(3, 2), nn.Linear(3, 2)
    stopped.load_state_dict(whole.state_dict())
    average, before = Average(whole, 0.9), Average(stopped, 0.9)
    steps(whole, average, 0, 6)
    steps(stopped, before, 0, 4)
    after = Average(stopped, 0.9)
    after.restore(before.state())
    steps(stopped, after, 4, 6)
    torch.testing.assert_close(after.state(), average.state())


def test_a_checkpoint_is_published_whole(tmp_path: Path) -> None:
    path = tmp_path / "unet.pt"
    assert checkpoint.load(path) == {}
    checkpoint.save(path, {"step": 5, "weight": torch.ones(2)})
    path.with_suffix(".part").write_bytes(b"a run that was killed while writing")
    assert checkpoint.load(path)["step"] == 5
    checkpoint.save(path, {"step": 6})
    assert checkpoint.load(path) == {"step": 6}
    assert list(tmp_path.iterdir()) == [path]
