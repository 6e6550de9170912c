"""Where an edit counts: the pixels that are the edited terrain's alone, and those that it may not reach."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from benchmarks.control.scenes import Subject
from benchmarks.control.structure import Where
from tilebake.level.canvas import LATENT
from tilebake.paint.control.composite import EDIT_MARGIN
from tilebake.paint.control.local_blend import region_share, terrain_mask
from tilebake.paint.picture import PixelArray
from tilebake.paint.scene import Scene


@dataclass(frozen=True, eq=False)
class Inside:
    """PixelArray of one scene [H, W], whose canvas is its picture."""

    core: Where  # those that an edit may change wholly
    beyond: Where  # those that it may not touch

    def changed_beyond(self, before: PixelArray, after: PixelArray) -> int:
        """How many of the pixels that may not be touched differ."""
        return int(((before != after).any(axis=-1) & self.beyond).sum())


def inside_of(scene: Scene, subject: Subject) -> Inside:
    """Of a terrain, by its mask and the margin around; of a plain prompt, every pixel."""
    if subject.terrain is None:
        mask = np.ones(scene.canvas.latent_size, np.float32)
    else:
        mask = terrain_mask(region_share(scene.blend, [scene.terrains.index(subject.terrain)])).numpy()
    return inside_by(mask)


def inside_by(mask: NDArray[np.float32]) -> Inside:
    """Return the inside of a mask over latents [h, w], from 0 to 1."""
    reach = ndimage.maximum_filter(mask > 0, size=2 * EDIT_MARGIN + 1)
    return Inside(core=_enlarge(mask >= 1), beyond=_enlarge(~reach))


def _enlarge(latents: Where) -> Where:
    """[h, w] → [8 h, 8 w]."""
    return latents.repeat(LATENT, axis=0).repeat(LATENT, axis=1)
