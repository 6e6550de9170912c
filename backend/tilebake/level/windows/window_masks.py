"""Make the soft masks of one window of a world, from the tiles that are near it alone.

Shares are rounded to 1/256. A tile far away then changes no share at all, rather than the twentieth digit of
one, and a window's masks say whether an edit can be seen in it.
"""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tilebake.level.canvas import LATENT, Canvas
from tilebake.level.map.grid import Bounds
from tilebake.level.masks.regions import Regions, masks_of
from tilebake.level.settings import BakeSettings
from tilebake.level.terrain import Terrain
from tilebake.level.tilemap import TileMap
from tilebake.level.torus.unroll import unroll

SHADES: Final = 256  # parts that a pixel's share is rounded to
REACH: Final = 8.0  # sigmas, from where on a tile is not to be seen: its Gaussian is below 1e-13
BOOSTED: Final = 2  # a tile in reach is boosted by its own neighbours, which lie in its reach

Shades = NDArray[np.uint16]


class WindowMasks(NamedTuple):
    """Hold the masks of the terrains that one window shows, for each softness that they have in turn."""

    terrains: tuple[Terrain, ...]
    shades: Mapping[float, Shades]  # by sigma, [R + 1, h, w]: rounded shares, the empty one last

    def regions(self) -> Mapping[float, Regions]:
        """Return the masks that the rounded shares are, by sigma."""
        names = tuple(terrain.name for terrain in self.terrains)
        shares = {sigma: (each / each.sum(axis=0)).astype(np.float32) for sigma, each in self.shades.items()}
        return {sigma: Regions(names, each[:-1], each[-1]) for sigma, each in shares.items()}

    def shades_of(self, terrain: str | None, sigma: float) -> Shades:
        """Return the rounded shares [h, w] of a terrain, which may show nowhere; None is the empty share."""
        names = [each.name for each in self.terrains]
        shades = self.shades[sigma]
        if terrain is None:
            return shades[-1]
        return shades[names.index(terrain)] if terrain in names else np.zeros_like(shades[-1])


def masks_of_window(
    tilemap: TileMap, canvas: Canvas, settings: BakeSettings, sigmas: Collection[float]
) -> WindowMasks:
    """Return the masks of a window that a canvas describes, as they are in each world with these tiles."""
    near = unroll(tilemap, around(canvas, max(sigmas)))
    shades = {sigma: round_shares(masks_of(near, canvas, settings, sigma).shares) for sigma in sigmas}
    shown = [
        index for index in range(len(near.terrains)) if any(each[index].any() for each in shades.values())
    ]
    terrains = tuple(near.terrains[index] for index in shown)
    return WindowMasks(terrains, {sigma: each[[*shown, -1]] for sigma, each in shades.items()})


def around(canvas: Canvas, sigma: float) -> Bounds:
    """Return the extent, in map pixels, of the tiles that can be seen on a canvas."""
    margin = BOOSTED * REACH * sigma
    height, width = canvas.latent_size
    per_latent = LATENT / canvas.scale
    return Bounds(
        (canvas.origin_x - margin) * per_latent,
        (canvas.origin_y - margin) * per_latent,
        (width + 2 * margin) * per_latent,
        (height + 2 * margin) * per_latent,
    )


def round_shares(shares: NDArray[np.float32]) -> Shades:
    """Round shares [R + 1, h, w] that sum to 1 to whole 1/256; where all are less, the largest counts."""
    shades = np.rint(shares * SHADES).astype(np.uint16)
    lost = shades.sum(axis=0) == 0
    if lost.any():
        largest = shares.argmax(axis=0)
        shades += (np.arange(len(shares))[:, None, None] == largest) & lost
    return shades
