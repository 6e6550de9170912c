"""Raise the mask weight of thin features, such as rivers one tile wide, among broad ones.

Where a river is one tile wide, the Gaussians of both banks reach into it, and its mask is faint where it is
narrowest. A tile whose terrain has less than a least share at the tile's own centre gets more weight, until
it would have that share if its neighbours stayed as they are. Like neighbours are raised alike, masks stay
soft, and tiles inside of a terrain keep their weight.
"""

from typing import Final

import numpy as np

from tilebake.level.masks.gaussians import Array, Gaussians, gaussian

LARGEST_BOOST: Final = 4.0  # a tile gets so many times its weight at most


def boost_thin_tiles(gaussians: Gaussians, least_share: float, sigma: float) -> Gaussians:
    """Return the Gaussians with the weights of thin features raised. `sigma` is theirs, in latent pixels.

    With a least share of 0 nothing is raised; it is below 1.
    """
    own, others = _sums_at_centres(gaussians, sigma)
    missing = least_share / (1 - least_share) * others / own
    return gaussians._replace(weight=gaussians.weight * missing.clip(1.0, LARGEST_BOOST))


def _sums_at_centres(gaussians: Gaussians, sigma: float) -> tuple[Array, Array]:
    """Sum, at each Gaussian's centre, its own region's Gaussians, and all the others'. [n] each.

    As products of two one-dimensional factors, on the lattice of all rows and columns that have one.
    """
    columns, column = np.unique(gaussians.x, return_inverse=True)
    rows, row = np.unique(gaussians.y, return_inverse=True)
    own, total = np.zeros(gaussians.x.size), np.zeros(gaussians.x.size)
    for region in np.unique(gaussians.region):
        mine = gaussians.region == region
        weights = np.zeros((rows.size, columns.size))
        np.add.at(weights, (row[mine], column[mine]), gaussians.weight[mine])
        sums = gaussian(rows, rows, sigma) @ weights @ gaussian(columns, columns, sigma)
        total += sums[row, column]
        own[mine] = sums[row[mine], column[mine]]
    return own, total - own
