"""Channels-last memory: the layout in which convolutions are fastest on a CPU."""

from typing import Any, TypeVar, cast

import torch
from torch import Tensor, nn

AnyModule = TypeVar("AnyModule", bound=nn.Module)


def channels_last(module: AnyModule) -> AnyModule:
    """Lay out a module's weights, in place."""
    return cast("Any", module).to(memory_format=torch.channels_last)  # torch does not declare this form of it


def pixels_last(batch: Tensor) -> Tensor:
    """Lay out a batch [B, C, h, w] to match."""
    return batch.contiguous(memory_format=torch.channels_last)
