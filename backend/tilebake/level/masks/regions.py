"""Make one soft mask per terrain from the centres of its tiles, at latent resolution.

Every tile puts down a Gaussian around its centre. A terrain's mask is the sum of its tiles' Gaussians, and
masks are normalised to sum to 1 at every latent pixel. A contrast narrows the borders between them, and
leaves them where they are. Cells that have no tile count as the tiles of one more terrain, whose share
belongs to the base prompt alone. Only centres enter, so every shape of grid is the same.
"""

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from tilebake.level.canvas import Canvas
from tilebake.level.masks.gaussians import Array, Gaussians, gaussian, gaussians_of, middles
from tilebake.level.masks.repeat import repeat_around
from tilebake.level.masks.thin_tiles import boost_thin_tiles
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap
from tilebake.level.torus.wrap import axes_of

SHARPEST = 1e-3  # latent pixels: any sigma below makes the same masks, each pixel its nearest tile's
FAINTEST = 1e-200  # a sum of Gaussians below this has lost digits, or all of them
NEGLIGIBLE = 25.0  # natural logarithm: what is left out of a sum is below e^-25 of it
BLOCK_SIDE = 16  # latent pixels along a block whose tiles in reach are looked up together

Masks = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Regions:
    """Hold the share that each terrain has of each latent pixel. All shares of a pixel sum to 1."""

    names: tuple[str, ...]
    masks: Masks  # [R, h, w]
    empty: Masks  # [h, w]: the base prompt's alone

    @property
    def shares(self) -> Masks:
        """[R+1, h, w]: the masks, and last the empty share."""
        return np.concatenate([self.masks, self.empty[None]])


def region_masks(
    tilemap: TileMap, canvas: Canvas, sigma: float, *, least_share: float = 0.0, contrast: float = 1.0
) -> Regions:
    """Return the soft masks of a map's terrains, in the order of `tilemap.terrains`.

    `sigma` is the Gaussians' standard deviation in latent pixels; 0 stands for its limit, where each pixel
    belongs to the nearest tile. Each Gaussian is scaled by the weights of its tile and its terrain, and thin
    features get more weight until they reach `least_share`. Shares are raised to the power `contrast` and
    normalised once more, so that each pixel's order of terrains stays.
    """
    names = tuple(terrain.name for terrain in tilemap.terrains)
    shape = (len(names) + 1, *canvas.latent_size)
    gaussians = gaussians_of(tilemap, canvas)
    if not gaussians.x.size:
        return Regions(names, np.zeros((len(names), *shape[1:]), np.float32), np.ones(shape[1:], np.float32))
    sigma = max(sigma, SHARPEST)
    own = gaussians.x.size
    gaussians = repeat_around(gaussians, canvas, axes_of(tilemap.wrap), sigma)
    if least_share:
        boosted = boost_thin_tiles(gaussians, least_share, sigma).weight[:own]
        gaussians = gaussians._replace(weight=np.resize(boosted, gaussians.weight.size))
    sums = _gaussian_sums(gaussians, shape, sigma)
    if sums.sum(axis=0).min() < FAINTEST:
        sums = _relative_sums(gaussians, shape, sigma)
    shares = (sums / sums.sum(axis=0)) ** contrast
    shares = (shares / shares.sum(axis=0)).astype(np.float32)
    return Regions(names, shares[:-1], shares[-1])


def masks_of(tilemap: TileMap, canvas: Canvas, settings: BakeSettings, sigma: float) -> Regions:
    """Return a map's masks under these settings, of one `sigma`."""
    return region_masks(
        tilemap, canvas, sigma, least_share=settings.least_share, contrast=settings.mask_contrast
    )


def pool(shares: Masks, levels: int) -> list[Masks]:
    """Pool masks to each level i < `levels` of the UNet: [R, h, w] → [R, ceil(h / 2^i), ceil(w / 2^i)].

    SDXL halves its latents with padded strides of 2, which rounds up. A pixel gets the mean of those that it
    covers (at the last row and column, of those that there are), so that a river one tile wide gets fainter
    but is never lost. Expects shares that sum to 1 over the first axis, and hands back such.
    """
    _, height, width = shares.shape
    pyramid = [shares]
    for level in range(1, levels):
        rows, columns = np.arange(0, height, 2**level), np.arange(0, width, 2**level)
        means = np.add.reduceat(shares, rows, axis=1, dtype=np.float64)
        means /= np.diff(rows, append=height)[:, None]
        means = np.add.reduceat(means, columns, axis=2) / np.diff(columns, append=width)
        pyramid.append((means / means.sum(axis=0)).astype(np.float32))
    return pyramid


def _gaussian_sums(gaussians: Gaussians, shape: tuple[int, int, int], sigma: float) -> Array:
    """Sum every Gaussian exactly, as products of two one-dimensional factors, as [R+1, h, w].

    Tiles of one terrain and one row of the map share the vertical factor, so their horizontal ones are summed
    first: the work grows with rows of the map, not with its tiles.
    """
    _, height, width = shape
    sums = np.zeros(shape)
    for region in np.unique(gaussians.region):
        x, y, weight = (
            values[gaussians.region == region] for values in (gaussians.x, gaussians.y, gaussians.weight)
        )
        levels = np.unique(y)
        lines = np.stack([weight[y == at] @ gaussian(x[y == at], middles(width), sigma) for at in levels])
        sums[region] = gaussian(levels, middles(height), sigma).T @ lines
    return sums


def _relative_sums(gaussians: Gaussians, shape: tuple[int, int, int], sigma: float) -> Array:
    """Sum Gaussians as shares of each pixel's strongest one, which cannot underflow, as [R+1, h, w].

    For Gaussians much narrower than the gaps between them. Block by block, over those in reach.
    """
    _, height, width = shape
    sums = np.zeros(shape)
    for top in range(0, height, BLOCK_SIDE):
        for left in range(0, width, BLOCK_SIDE):
            rows, columns = (
                slice(top, min(top + BLOCK_SIDE, height)),
                slice(left, min(left + BLOCK_SIDE, width)),
            )
            moved = gaussians._replace(x=gaussians.x - left, y=gaussians.y - top)
            size = (rows.stop - top, columns.stop - left)
            sums[:, rows, columns] = _block_sums(_in_reach(moved, size, sigma), (shape[0], *size), sigma)
    return sums


def _in_reach(gaussians: Gaussians, size: tuple[int, int], sigma: float) -> Gaussians:
    """Return the Gaussians that count for any pixel of a block at the origin.

    All others together stay below NEGLIGIBLE.

    Each pixel has a Gaussian within `nearest` + `radius`. One at distance d matters beside one at distance e
    only if (d² - e²) / 2 sigma² is small.
    """
    height, width = size
    distance = np.hypot(gaussians.x - width / 2, gaussians.y - height / 2)
    radius = np.hypot(width, height) / 2
    unevenness = log(gaussians.weight.max()) - log(gaussians.weight.min()) + log(gaussians.weight.size)
    nearest = distance.min() + radius
    reach = radius + np.sqrt(nearest**2 + 2 * sigma**2 * (NEGLIGIBLE + unevenness))
    near = distance <= reach
    return Gaussians(gaussians.x[near], gaussians.y[near], gaussians.weight[near], gaussians.region[near])


def _block_sums(gaussians: Gaussians, shape: tuple[int, int, int], sigma: float) -> Array:
    """Sum all Gaussians of a block, each pixel's relative to its strongest, as [R+1, h, w]."""
    regions, height, width = shape
    squares = (middles(height) - gaussians.y[:, None])[:, :, None] ** 2 + (
        middles(width) - gaussians.x[:, None]
    )[:, None, :] ** 2
    logarithms = np.log(gaussians.weight)[:, None, None] - squares / (2 * sigma**2)  # [n, h, w]
    strengths = np.exp(logarithms - logarithms.max(axis=0))
    belongs = np.arange(regions)[:, None] == gaussians.region  # [R+1, n]
    return (belongs.astype(np.float64) @ strengths.reshape(len(strengths), -1)).reshape(shape)
