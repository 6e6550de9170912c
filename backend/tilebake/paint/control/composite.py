"""Composite the pixels of an edit: the target's where it may differ, the source's own elsewhere.

Latents alone do not make it so: the decoder looks at the whole canvas, so that every pixel depends a little
on all latents. The two decoded pictures are laid over each other instead, feathered in a margin where both
are made from the source's latents, so that no seam shows.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tilebake.level.canvas import LATENT

DILATED: Final = 2  # latents around the mask that are the target's as well
SOFTENED: Final = 1  # latents to each side over which the opacity is averaged
EDIT_MARGIN: Final = DILATED + SOFTENED + 1  # latents around the mask beyond which no pixel differs


def composite(
    source: NDArray[np.float32], target: NDArray[np.float32], mask: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Composite two canvases [H, W, 3] by a mask [h, w] over their latents, 0 where both have the same.

    The result has the source's very values more than EDIT_MARGIN latents from the mask, and the target's
    inside of it.
    """
    alpha = opacity(mask)[..., None]
    return np.where(alpha >= 1, target, np.where(alpha > 0, source + alpha * (target - source), source))


def opacity(mask: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how much of each pixel is the target's: [h, w] → [8 h, 8 w]. 1 wherever the mask is above 0."""
    support = _widen(mask > 0, DILATED)
    padded = np.pad(support.astype(np.float32), SOFTENED, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (2 * SOFTENED + 1,) * 2)
    soft = windows.mean(axis=(2, 3), dtype=np.float32)  # [h, w]
    return _enlarge(_enlarge(soft).T).T


def _widen(inside: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """Set True within `reach` cells of what is True, along either axis."""
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(inside, reach), (2 * reach + 1,) * 2)
    return np.asarray(windows.any(axis=(2, 3)))


def _enlarge(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Enlarge columns [h, w] to pixels [h, 8 w], linear between the middles of latents."""
    width = values.shape[1]
    at = ((np.arange(width * LATENT) + 0.5) / LATENT - 0.5).clip(0, width - 1)
    left = np.minimum(at.astype(np.intp), max(width - 2, 0))
    right = np.minimum(left + 1, width - 1)
    share = (at - left).astype(np.float32)
    return values[:, left] * (1 - share) + values[:, right] * share
