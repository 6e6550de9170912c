"""Freeze the statistics of a decoder's group norms, so that a piece is decoded as it is within the whole.

A group norm scales its input by the mean and variance of the whole picture: each piece of a large picture
decoded alone has others, and comes out in other colours, however far its border is cut off. With fixed
statistics a decoder has a bounded field of view, and pieces that overlap by it are equal where they meet.
"""

from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Final, NamedTuple

import torch
from torch import nn

STREAMED_FORWARD: Final = "_old_forward"  # what accelerate calls when it has brought a module's weights


class NormStatistics(NamedTuple):
    """Hold the mean and variance of each group of one norm, [G] each, float32."""

    mean: torch.Tensor
    variance: torch.Tensor


FrozenStatistics = Mapping[str, NormStatistics]
"""The statistics of every group norm of a module, by the norm's name."""


def collect_statistics(module: nn.Module, run: Callable[[], object]) -> FrozenStatistics:
    """Collect the statistics of every group norm inside of `module` while `run` calls it once."""
    found: dict[str, NormStatistics] = {}
    hooks = [
        norm.register_forward_pre_hook(partial(_note, found, name)) for name, norm in _norms(module).items()
    ]
    try:
        with torch.no_grad():
            run()
    finally:
        for hook in hooks:
            hook.remove()
    return found


@contextmanager
def freeze_norms(module: nn.Module, statistics: FrozenStatistics) -> Generator[None]:
    """Make every group norm inside of `module` use these statistics; on exit they use their input's again."""
    norms = _norms(module)
    assert norms.keys() == statistics.keys(), "statistics are of another module"
    with ExitStack() as replaced:
        for name, norm in norms.items():
            replaced.enter_context(replace_forward(norm, partial(_normalise, norm, statistics[name])))
        yield


@contextmanager
def replace_forward(module: nn.Module, forward: Callable[[torch.Tensor], torch.Tensor]) -> Generator[None]:
    """Make a module compute something else; where its weights are streamed, once they have come."""
    own = vars(module)
    name = STREAMED_FORWARD if STREAMED_FORWARD in own else "forward"
    before = own.get(name)
    own[name] = forward
    try:
        yield
    finally:
        if before is None:
            del own[name]
        else:
            own[name] = before


def _norms(module: nn.Module) -> Mapping[str, nn.GroupNorm]:
    return {name: each for name, each in module.named_modules() if isinstance(each, nn.GroupNorm)}


def _note(
    found: dict[str, NormStatistics], name: str, norm: nn.GroupNorm, inputs: tuple[torch.Tensor, ...]
) -> None:
    groups = inputs[0][0].float().reshape(norm.num_groups, -1)
    variance, mean = torch.var_mean(groups, dim=1, correction=0)
    found[name] = NormStatistics(mean.cpu(), variance.cpu())


def _normalise(norm: nn.GroupNorm, statistics: NormStatistics, hidden: torch.Tensor) -> torch.Tensor:
    """Normalise [B, C, ...] as the norm does, but by fixed statistics: one multiplication and addition."""
    size = norm.num_channels // norm.num_groups
    scale = (statistics.variance + norm.eps).rsqrt().repeat_interleave(size).to(norm.weight.device)
    shift = statistics.mean.repeat_interleave(size).to(norm.weight.device)
    gain = norm.weight.float() * scale
    offset = norm.bias.float() - gain * shift
    shape = (1, -1, *[1] * (hidden.ndim - 2))
    return torch.addcmul(offset.view(shape).to(hidden.dtype), hidden, gain.view(shape).to(hidden.dtype))
