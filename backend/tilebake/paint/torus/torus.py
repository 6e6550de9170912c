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
from tilebake.level.torus.wrap import NO_WRAP, WrapAxes, axes_of
from tilebake.paint.noise import coordinate_noise

_SOLID: Final = 1 / 8  # of a tile: how far from an edge latents are copied; a feather would blur


@dataclass(frozen=True, eq=False)
class Torus:
    """Say along which axes a scene wraps around, and which of its latents are copies of others."""

    axes: WrapAxes = NO_WRAP
    copies: EdgeCopies | None = None  # of latent pixels

    def noise(self, canvas: Canvas, seed: int, channels: int) -> NDArray[np.float32]:
        """Draw the noise of a canvas, float32 [C, h, w]: the world's, or the first period's along `axes`.

        So a map that wraps has the same noise wherever it is cut open.
        """
        (height, width), axes = canvas.latent_size, self.axes
        x, y = 0 if axes.x else canvas.origin_x, 0 if axes.y else canvas.origin_y
        noise = coordinate_noise(seed, x, y, width, height, channels)
        right, down = canvas.origin_x - x, canvas.origin_y - y
        noise = np.roll(noise, (-down, -right), axis=(1, 2))
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
        return Torus(axes_of(tilemap.wrap))
    layout = layout_of(tilemap)
    width = canvas.width // LATENT
    side = width // layout.size[1]
    left = tilemap.bounds.x * canvas.scale / LATENT - canvas.origin_x  # of the picture, on the canvas
    shift = round(left + layout.margin * side - side / 2)
    copies = edge_copies(layout.kinds, side, side * _SOLID, 0.0)
    return Torus(WrapAxes(True, True), copies.move(shift, width) if shift else copies)


def _on(values: NDArray[np.generic], like: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(values).to(like.device)
