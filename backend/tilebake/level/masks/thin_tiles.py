"""Raise the mask weight of thin features, such as rivers one tile wide, among broad ones.

Where a river is one tile wide, the Gaussians of both banks reach into it, and its mask is faint where it is
narrowest. A tile whose terrain has less than a least share at the tile's own middle is made heavier, until it
would have that share if its neighbours stayed as they are. Like neighbours are lifted alike, masks stay soft,
and tiles inside of a terrain keep their weight.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tilebake.level.masks.gaussians import Sites, gaussian

HEAVIEST: Final = 4.0  # a tile is lifted to so many times its weight at most

Array = NDArray[np.float64]


def lifted(sites: Sites, least_share: float, sigma: float) -> Sites:
    """Return the Gaussians with the weights of thin features raised. `sigma` is theirs, in latent pixels.

    With a least share of 0 nothing is lifted; it is below 1.
    """
    own, others = _sums_at_sites(sites, sigma)
    missing = least_share / (1 - least_share) * others / own
    return sites._replace(weight=sites.weight * missing.clip(1.0, HEAVIEST))


def _sums_at_sites(sites: Sites, sigma: float) -> tuple[Array, Array]:
    """Sum, at each Gaussian's centre, its own region's Gaussians, and all the others'. [n] each.

    As products of two one-dimensional factors, on the lattice of all rows and columns that have sites.
    """
    columns, column = np.unique(sites.x, return_inverse=True)
    rows, row = np.unique(sites.y, return_inverse=True)
    own, total = np.zeros(sites.x.size), np.zeros(sites.x.size)
    for region in np.unique(sites.region):
        mine = sites.region == region
        weights = np.zeros((rows.size, columns.size))
        np.add.at(weights, (row[mine], column[mine]), sites.weight[mine])
        sums = gaussian(rows, rows, sigma) @ weights @ gaussian(columns, columns, sigma)
        total += sums[row, column]
        own[mine] = sums[row[mine], column[mine]]
    return own, total - own
