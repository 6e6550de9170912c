"""Cross-attention alone: all its layers one after another, without the rest of the UNet.

What sides differ in is a few per cent of a pass, less than the passes of a shared machine differ from each
other. So the difference is measured by itself, many times over, and set against the time of a whole pass.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

import torch
from diffusers import UNet2DConditionModel

from tilebake.paint.attention_layers import cross_attention_levels


class Layers:
    """A UNet's cross-attention layers with inputs of their sizes, for a guidance pair of latents."""

    def __init__(self, unet: UNet2DConditionModel, size: tuple[int, int], text: torch.Tensor) -> None:
        generator = torch.Generator().manual_seed(0)
        self._text = text
        self._inputs: list[tuple[torch.nn.Module, torch.Tensor]] = []
        for attn, level in cross_attention_levels(unet):
            pixels = -(-size[0] // 2**level) * -(-size[1] // 2**level)
            hidden = torch.randn(len(text), pixels, attn.query_dim, generator=generator)
            self._inputs.append((attn, hidden.to(unet.dtype)))

    def seconds(self) -> float:
        """Of one call to each of them, with the processors that they have."""
        began = time.perf_counter()
        with torch.no_grad():
            for attn, hidden in self._inputs:
                attn(hidden, encoder_hidden_states=self._text)
        return time.perf_counter() - began


def time_layers(
    layers: Layers, sides: Sequence[Callable[[], AbstractContextManager[object]]], rounds: int
) -> list[list[float]]:
    """Each side's seconds, in turn; the first round warms up and does not count."""
    seconds: list[list[float]] = [[] for _ in sides]
    for _ in range(rounds + 1):
        for runs, install in zip(seconds, sides, strict=True):
            with install():
                runs.append(layers.seconds())
    return [runs[1:] for runs in seconds]


def ratios_to_a_pass(ours: Sequence[float], stock: Sequence[float], passes: Sequence[float]) -> list[float]:
    """What each round says of a pass with `ours` over one with `stock`, whose median is that of `passes`."""
    whole = statistics.median(passes)
    return [1 + (mine - theirs) / whole for mine, theirs in zip(ours, stock, strict=True)]
