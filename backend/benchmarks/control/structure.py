"""Measure whether two pictures have their edges in the same places.

An edge map is the strength of the luma's gradient (Sobel), of a picture softened by one pixel so that single
pixels of texture count less than what they make up. Two edge maps are compared by Pearson's correlation, for
which neither brightness nor contrast matters: 1 where every edge is kept, about 0 between two pictures that
have nothing to do with each other.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tilebake.paint.picture import PixelArray
from tilebake.paint.report.seams import LUMA

SOFTENED: Final = 1.0  # pixels: deviation of the Gaussian before the gradient
Where = NDArray[np.bool_]


def edge_map(image: PixelArray) -> NDArray[np.float32]:
    """How strong the edge at each pixel is: [H, W, 3 or 4] → [H, W]."""
    luma = ndimage.gaussian_filter(image[..., :3].astype(np.float32) @ LUMA, SOFTENED)
    return np.hypot(ndimage.sobel(luma, axis=0), ndimage.sobel(luma, axis=1))


def structure_kept(before: PixelArray, after: PixelArray, where: Where) -> float:
    """Correlation of the edge maps of two pictures over the pixels `where` [H, W]."""
    first, second = (edge_map(image)[where] for image in (before, after))
    return float(np.corrcoef(first, second)[0, 1])
