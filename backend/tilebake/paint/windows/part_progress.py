"""Report how far a part of a world is painted: steps of its windows as its own, and a small picture of it."""

from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np
import torch
from diffusers import AutoencoderKL
from numpy.typing import NDArray

from tilebake.level.canvas import LATENT
from tilebake.level.windows.lattice import Extent, Lattice, Window
from tilebake.paint.progress_image import Estimate, decode_small
from tilebake.paint.windows.frozen_norms import FrozenStatistics, freeze_norms
from tilebake.paint.windows.mosaic import Mosaic
from tilebake.paint.windows.store import Latents
from tilebake.request import OnStep, Step

ShowWindow = Callable[[Window, Latents], NDArray[np.uint8]]
"""Paint a part of a world, small, with the latents that a window has now."""

OnWindowStep = Callable[[Step, Estimate | None], None]
"""Note a step of one window, and what it knew."""

FindLatest = Callable[[Window, int], tuple[int, Latents] | None]
"""Return the last round, after another one, in which a window is kept, and its latents, if there is one."""

UNSEEN: Final = -1  # before all rounds


class PartProgress:
    """Report steps of single windows as some of the `steps` that a part needs; `done` counts those before."""

    def __init__(self, on_step: OnStep, show: ShowWindow, steps: int) -> None:
        self.steps = steps
        self.done = 0
        self._on_step = on_step
        self._show = show

    def of_window(self, window: Window, first: int) -> OnWindowStep:
        """Return what is to be called after each step of a window, the first of which is counted `first`."""

        def report(step: Step, estimate: Estimate | None) -> None:
            image = None if estimate is None else partial(self._paint, window, estimate)
            self._on_step(Step(self.done + step.step - first, self.steps, image))

        return report

    def _paint(self, window: Window, estimate: Estimate) -> NDArray[np.uint8]:
        return self._show(window, estimate.latents()[0].float().cpu().numpy())


class PartView:
    """Paint a part of a world as far as it has come: RGBA, transparent where nothing is painted yet."""

    def __init__(
        self,
        vae: AutoencoderKL,
        statistics: FrozenStatistics,
        lattice: Lattice,
        part: Extent,
        find_latest: FindLatest,
    ) -> None:
        self._vae = vae
        self._statistics = statistics
        self._find_latest = find_latest
        self._mosaic = Mosaic(lattice, part)
        self._lattice = lattice
        self._part = part
        self._seen = dict.fromkeys(lattice.windows(part), UNSEEN)  # the round of each that is shown

    def paint(self, window: Window, latents: Latents) -> NDArray[np.uint8]:
        """Paint all windows that are kept, and one that is not finished: [height, width, 4].

        That one may lie beside the part. Raises BakeError when memory runs out.
        """
        self._look_for_finished()
        if self._lattice.extent(window).meets(self._part):
            self._mosaic.put(window, latents)
        cells, is_painted = self._mosaic.blend()
        with freeze_norms(self._vae.decoder, self._statistics):
            image = decode_small(self._vae, torch.from_numpy(cells)[None])
        opacity = 255 * is_painted.repeat(LATENT, axis=0).repeat(LATENT, axis=1).astype(np.uint8)
        height, width = (max(1, round(LATENT * side)) for side in self._mosaic.size)
        return np.concatenate([image, opacity[..., None]], axis=-1)[:height, :width]

    def _look_for_finished(self) -> None:
        """Take in what was finished since the last look, in this bake or in one before."""
        for window, seen in self._seen.items():
            found = self._find_latest(window, seen)
            if found is not None:
                self._seen[window], latents = found
                self._mosaic.put(window, latents)
