"""Blend windows to a small picture of a part of a world, of which some are not painted yet."""

from math import ceil
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tilebake.level.windows.lattice import Extent, Lattice, Window
from tilebake.paint.windows.store import Latents

MOST_CELLS: Final = 64  # cells along the longer side


class Mosaic:
    """Average the latents of windows over cells of a part of a world; a window may be put in again."""

    def __init__(self, lattice: Lattice, part: Extent) -> None:
        self._lattice = lattice
        self._part = part
        self._cell = ceil(max(part.size) / MOST_CELLS)  # latent pixels along a cell
        self._tesserae: dict[Window, _Tessera] = {}

    @property
    def size(self) -> tuple[float, float]:
        """Height and width of the part, in cells."""
        height, width = self._part.size
        return height / self._cell, width / self._cell

    def put(self, window: Window, latents: Latents) -> None:
        """Put in a window [C, h, w] that shows some of the part, in place of what it was before."""
        extent = self._lattice.extent(window)
        common = extent.within(self._part)
        there, (rows, columns) = common.slices(extent), common.slices(self._part)
        kernel = self._lattice.kernel[there]
        weighted = np.concatenate([kernel * latents[:, *there], kernel[None]])
        for axis, pixels in ((1, rows), (2, columns)):
            weighted = np.add.reduceat(weighted, self._starts(pixels), axis=axis, dtype=np.float64)
        self._tesserae[window] = _Tessera(rows.start // self._cell, columns.start // self._cell, weighted)

    def blend(self) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Return latents [C, h, w], 0 where nothing is painted, and where something is [h, w]."""
        channels = max((len(each.weighted) for each in self._tesserae.values()), default=1)
        height, width = (ceil(side) for side in self.size)
        total = np.zeros((channels, height, width))
        for top, left, weighted in self._tesserae.values():
            _, rows, columns = weighted.shape
            total[:, top : top + rows, left : left + columns] += weighted
        weight = total[-1]
        latents = total[:-1] / np.where(weight, weight, 1.0)
        return latents.astype(np.float32), weight > 0

    def _starts(self, pixels: slice) -> NDArray[np.intp]:
        """Return where cells begin among some pixels of the part, the first of which is within a cell."""
        first, last = pixels.start // self._cell, (pixels.stop - 1) // self._cell
        return np.maximum(np.arange(first, last + 1) * self._cell - pixels.start, 0)


class _Tessera(NamedTuple):
    """Hold what one window gives to the cells from a place on: sums of weighted latents, the weights last."""

    top: int
    left: int
    weighted: NDArray[np.float64]  # [C + 1, rows, columns]
