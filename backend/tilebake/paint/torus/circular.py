"""Let convolutions wrap around: what they see beyond one side of a picture is its other side."""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from functools import partial

import torch
from torch import nn
from torch.nn import functional

from tilebake.level.torus.wrap import WrapAxes
from tilebake.paint.windows.frozen_norms import replace_forward


@contextmanager
def wrap_convolutions(module: nn.Module, axes: WrapAxes) -> Generator[None]:
    """Make every convolution inside of `module` wrap around along these axes; on exit they pad with zeros.

    Attention and norms have no borders, so all of the module then computes on a torus.
    """
    with ExitStack() as replaced:
        for each in module.modules() if any(axes) else ():
            if isinstance(each, nn.Conv2d) and any(each.padding):
                replaced.enter_context(replace_forward(each, partial(_convolve, each, axes)))
        yield


def _convolve(convolution: nn.Conv2d, axes: WrapAxes, hidden: torch.Tensor) -> torch.Tensor:
    """Convolve [B, C, h, w] as the module does, but along `axes` with what lies at the other side."""
    padding = convolution.padding
    assert not isinstance(padding, str), "the padding of models is in pixels"
    down, across = padding
    sides = across * axes.x, down * axes.y
    return functional.conv2d(
        pad_around(hidden, *sides),
        convolution.weight,
        convolution.bias,
        convolution.stride,
        (down - sides[1], across - sides[0]),
        convolution.dilation,
        convolution.groups,
    )


def pad_around(hidden: torch.Tensor, across: int, down: int) -> torch.Tensor:
    """Lay so many columns and rows of the other side beside each side of [B, C, h, w].

    By `cat`, which keeps channels last. A circular `pad` does not, and convolutions then take half as long
    again.
    """
    if across:
        hidden = torch.cat((hidden[..., -across:], hidden, hidden[..., :across]), dim=3)
    if down:
        hidden = torch.cat((hidden[..., -down:, :], hidden, hidden[..., :down, :]), dim=2)
    return hidden
