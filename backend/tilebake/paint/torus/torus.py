"""Prepare what a scene on a torus needs: noise that wraps around, and edges of tiles that are copied."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from tilebake.level.canvas import LATENT, Canvas
from tilebake.level.tilemap import TileMap
from tilebake.level.torus.edge_copies import EdgeCopies, edge_copies
from tilebake.level.torus.tile_layout import layout_of
from tilebake.level.torus.wrap import NO_PERIODS, NO_WRAP, Periods, WrapAxes, axes_of, periods_of
from tilebake.paint.noise import coordinate_noise

_SOLID: Final = 1 / 8  # of a tile: how far from an edge latents are copied; a feather would blur


@dataclass(frozen=True, eq=False)
class Torus:
    """Say along which axes a scene wraps around, and which of its latents are copies of others."""

    axes: WrapAxes = NO_WRAP
    periods: Periods = NO_PERIODS  # of the world: a window may be shorter, and does not wrap then
    copies: EdgeCopies | None = None  # of latent pixels

    def noise(self, canvas: Canvas, seed: int, channels: int) -> NDArray[np.float32]:
        """Draw the noise of a canvas, float32 [C, h, w]: the world's, or the first period's of what repeats.

        So a map that wraps has the same noise wherever it is cut open.
        """
        height, width = canvas.latent_size
        noise = coordinate_noise(
            seed, canvas.origin_x, canvas.origin_y, width, height, channels, self.periods
        )
        if self.copies is None:
            return noise
        return noise.reshape(channels, -1)[:, self.copies.hard()].reshape(noise.shape)

    def share(self, latents: torch.Tensor) -> torch.Tensor:
        """Return latents [1, C, h, w] in which edges that may meet are alike."""
        if self.copies is None:
            return latents
        copies, flat = self.copies, latents.flatten(2)
        flat = torch.lerp(flat, flat[..., _on(copies.corner, flat)], _on(copies.corner_share, flat))
        upright = flat[..., _on(copies.upright, flat)] - flat
        level = flat[..., _on(copies.level, flat)] - flat
        flat = flat + _on(copies.upright_share, flat) * upright + _on(copies.level_share, flat) * level
        return flat.view_as(latents)


NO_TORUS: Final = Torus()
"""What a scene lies on that does not wrap."""


def torus_of(tilemap: TileMap, canvas: Canvas) -> Torus:
    """Return what a map's scene lies on."""
    if tilemap.tile_set is None:
        axes = axes_of(tilemap.wrap)
        return Torus(axes, periods_of(axes, canvas.latent_size))
    layout = layout_of(tilemap)
    width = canvas.width // LATENT
    side = width // layout.size[1]
    left = tilemap.bounds.x * canvas.scale / LATENT - canvas.origin_x  # of the picture, on the canvas
    shift = round(left + layout.margin * side - side / 2)
    copies = edge_copies(layout.kinds, side, side * _SOLID, 0.0)
    axes = WrapAxes(True, True)
    periods = periods_of(axes, canvas.latent_size)
    return Torus(axes, periods, copies.move(shift, width) if shift else copies)


def _on(values: NDArray[np.generic], like: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(values).to(like.device)
