"""Narrow the border of a piece while it is decoded: what no pixel of it depends on any more is cut off.

A piece is decoded with a border as wide as the whole decoder sees. Each of its blocks sees a part of that,
and works on four times as many pixels as the one before: the last needs a single latent pixel of border.
"""

from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from math import ceil
from typing import Final

import torch
from diffusers import AutoencoderKL
from torch import nn

from tilebake.level.windows.lattice import Extent

BEFORE_BLOCKS: Final = 5  # latent pixels: one convolution, and four of the middle


def field_of_view(vae: AutoencoderKL) -> int:
    """Return how many latent pixels away a decoded pixel sees, by convolutions: half its field of view."""
    return ceil(BEFORE_BLOCKS + _field_from(vae, 0))


def borders_of_blocks(vae: AutoencoderKL) -> Sequence[int]:
    """Return how many latent pixels away a decoded pixel sees of the input of each block that scales up."""
    return [ceil(_field_from(vae, block)) for block in range(_count(vae))]


@contextmanager
def narrow_borders(vae: AutoencoderKL, part: Extent, seen: Extent) -> Generator[Extent]:
    """Have the VAE decode of `seen` what `part` needs, and yield which extent its pictures are of then.

    The pixels of `part` are those that it decodes otherwise. Latents of another size than `seen`, such as
    tiles of it, are decoded whole.
    """
    extents = [seen]
    for border in borders_of_blocks(vae):
        extents.append(part.grow(border).within(extents[-1]))
    cuts = _Cuts(extents)
    with ExitStack() as hooks:
        for number, block in enumerate(vae.decoder.up_blocks):
            hooks.callback(block.register_forward_pre_hook(partial(cuts.cut, number)).remove)
        yield extents[-1]


class _Cuts:
    """Cut what enters each block from the extent that the one before works on to its own."""

    def __init__(self, extents: Sequence[Extent]) -> None:
        self._extents = extents
        self._is_whole = False  # whether all of the first extent is decoded, and not a tile of it

    def cut(
        self, number: int, _block: nn.Module, inputs: tuple[torch.Tensor, ...]
    ) -> tuple[torch.Tensor, ...]:
        """Cut hidden states [B, C, h, w] before a block, which has 2 to the `number` of them a latent."""
        hidden, *others = inputs
        if number == 0:
            self._is_whole = tuple(hidden.shape[-2:]) == self._extents[0].size
        if not self._is_whole:
            return inputs
        before, inner = self._extents[number : number + 2]
        rows, columns = (slice(each.start << number, each.stop << number) for each in inner.slices(before))
        return hidden[..., rows, columns], *others


def _count(vae: AutoencoderKL) -> int:
    return len(vae.config["block_out_channels"])


def _field_from(vae: AutoencoderKL, first: int) -> float:
    """Return what the blocks from the `first` on see, in latent pixels to each side."""
    count, layers = _count(vae), vae.config["layers_per_block"] + 1
    field = sum(2 * layers / 2**block for block in range(first, count))
    upsamplers = sum(1 / 2 ** (block + 1) for block in range(first, count - 1))
    return field + upsamplers + 1 / 2 ** (count - 1)  # the last convolution
