"""Measure how well the windows of a painting hold together: in colour, and in fineness where they overlap."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tilebake.paint.picture import PixelArray
from tilebake.paint.report.seams import LUMA

# sRGB's linear red, green and blue to CIE XYZ under D65, over the white point (IEC 61966-2-1)
TO_XYZ: Final = np.array(
    [[0.433953, 0.376219, 0.189828], [0.212656, 0.715158, 0.072186], [0.017758, 0.109477, 0.872765]]
)
KNEE: Final = 0.04045  # of sRGB's curve
CUBE: Final = 216 / 24389  # below which CIE L*a*b* is linear
SLOPE: Final = 24389 / 27

WindowIndices = NDArray[np.intp]
Floats = NDArray[np.floating[Any]]


def to_lab(rgb: Floats) -> Floats:
    """Turn sRGB colours [..., 3] in 0..1 into CIE L*a*b* under D65."""
    linear = np.where(rgb <= KNEE, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = linear @ TO_XYZ.T
    f = np.where(xyz > CUBE, np.cbrt(xyz), (SLOPE * xyz + 16) / 116)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def measure_drift(colours: Floats, windows: WindowIndices) -> float | None:
    """Measure how far tiles of different windows lie apart in colour, to those of one window.

    `colours` [N, 3] are the tiles' means in L*a*b*, `windows` [N] says in which window each lies. The root
    of the mean squared distance (CIE 1976) over all pairs of tiles in two windows is divided by that over
    all pairs in one: 1 where a window has no colour of its own. None where either has no pairs.
    """
    count, within, pairs_within = len(colours), 0.0, 0
    for window in np.unique(windows):
        own = colours[windows == window]
        within += _squared_distances(own)
        pairs_within += len(own) * (len(own) - 1) // 2
    pairs_between = count * (count - 1) // 2 - pairs_within
    if not pairs_within or not pairs_between or within == 0:
        return None
    between = _squared_distances(colours) - within
    return float(np.sqrt(between / pairs_between / (within / pairs_within)))


def measure_ghost(image: PixelArray, overlap: tuple[NDArray[np.bool_], NDArray[np.bool_]]) -> float | None:
    """Divide the energy of a Laplacian of luma where windows overlap by that where one is alone.

    `overlap` tells of each row [h] and each column [w] of the picture [h, w, 3 or 4] whether windows overlap
    there. Below 1 where they blur each other; None where there is no such place.
    """
    luma = image[..., :3].astype(np.float32) @ LUMA
    laplacian = 4 * luma[1:-1, 1:-1] - luma[:-2, 1:-1] - luma[2:, 1:-1] - luma[1:-1, :-2] - luma[1:-1, 2:]
    energy = np.square(laplacian, out=laplacian)
    rows, columns = (each[1:-1] for each in overlap)
    alone = energy[~rows][:, ~columns]
    shared = float(energy.sum(dtype=np.float64)) - float(alone.sum(dtype=np.float64))
    if not alone.size or alone.size == energy.size or not alone.any():
        return None
    return float(shared / (energy.size - alone.size) / alone.mean(dtype=np.float64))


def _squared_distances(points: Floats) -> float:
    """Sum the squared distances of all pairs of points [N, D], in time linear in their number."""
    centred = points - points.mean(axis=0)
    return len(points) * float((centred**2).sum())
