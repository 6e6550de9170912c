"""Cross-attention alone: all its layers one after another, without the rest of the UNet.

What sides differ in is a few per cent of a pass, less than the passes of a shared machine differ from each
other. So the difference is measured by itself, and set against a whole pass of the same round.
"""

import time
from collections.abc import Callable, Sequence

import torch
from diffusers import UNet2DConditionModel

from tilebake.paint.regional.layers import cross_attention_levels


class Layers:
    """A UNet's cross-attention layers with inputs of their sizes, for a guidance pair of latents."""

    def __init__(
        self,
        unet: UNet2DConditionModel,
        size: tuple[int, int],
        text: torch.Tensor,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        generator = torch.Generator().manual_seed(0)
        self._text = text
        self._clock = clock
        self._inputs: list[tuple[torch.nn.Module, torch.Tensor]] = []
        for attn, level in cross_attention_levels(unet):
            pixels = -(-size[0] // 2**level) * -(-size[1] // 2**level)
            hidden = torch.randn(len(text), pixels, attn.query_dim, generator=generator)
            self._inputs.append((attn, hidden.to(unet.dtype)))

    def seconds(self) -> float:
        """Of one call to each of them, with the processors that they have."""
        began = self._clock()
        with torch.no_grad():
            for attn, hidden in self._inputs:
                attn(hidden, encoder_hidden_states=self._text)
        return self._clock() - began


def in_turn(timed: Sequence[Callable[[], float]], rounds: int) -> list[list[float]]:
    """Return the seconds of each, once a round. The first round warms up and does not count."""
    runs = [[each() for each in timed] for _ in range(rounds + 1)][1:]
    return [list(each) for each in zip(*runs, strict=True)]
