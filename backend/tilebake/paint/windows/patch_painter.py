"""Paint patches into a picture that exists, so that an edit costs its surroundings and changes nothing else.

Around a patch the old latents are held at every step, under the noise of their place, and the patch is fitted
into them. Its latents depend on the old picture there, on the map and on the model: on no history.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
import torch

from tilebake.level.windows.lattice import Extent
from tilebake.level.windows.patches import Patch
from tilebake.paint.denoise import Hold, Span
from tilebake.paint.progress_image import Estimate
from tilebake.paint.windows.part_progress import OnWindowStep
from tilebake.paint.windows.store import Latents
from tilebake.paint.windows.window_painter import WindowPainter
from tilebake.request import OnStep, Step


class PatchedWorld:
    """Give the latents of a world that is another one with patches.

    `before` paints the windows of the world that the picture is of, `after` describes the one that it is to
    be of.
    """

    def __init__(self, before: WindowPainter, after: WindowPainter, patches: Sequence[Patch]) -> None:
        self._before = before
        self._after = after
        self._patches = patches
        self._painted: dict[Extent, Latents] = {}

    @property
    def extent(self) -> Extent:
        """The whole world."""
        return self._after.world.lattice.world

    def paint(self, on_step: OnStep) -> None:
        """Paint the patches, and windows around them that are not kept any more."""
        each = self._after.world.sampling.steps
        steps, done = each * len(self._patches), 0
        for patch in self._patches:

            def report(step: Step, _estimate: Estimate | None, before: int = done) -> None:
                on_step(Step(before + step.step, steps, step.progress_image))

            self._painted[patch.extent] = self._patch(patch, report)
            done += each

    def latents(self, part: Extent) -> Latents:
        """Return the latents [C, h, w] of any part of the world."""
        latents = self._before.blend(part)
        for patch in self._patches:
            common = patch.extent.within(part)
            if not patch.extent.meets(part):
                continue
            here, there = common.slices(part), common.slices(patch.extent)
            latents[:, *here] = np.where(
                patch.is_new[there], self._painted[patch.extent][:, *there], latents[:, *here]
            )
        return latents

    def _patch(self, patch: Patch, on_step: OnWindowStep) -> Latents:
        held = self._before.blend(patch.extent)
        content = self._after.world.content_of(patch.extent)
        found = hashlib.sha256(content.digest.encode())
        found.update(held.tobytes())
        found.update(patch.is_new.tobytes())
        kept = self._after.store.get(key := found.hexdigest())
        if kept is not None:
            return np.asarray(kept, np.float32)
        hold = Hold(torch.from_numpy(held)[None], torch.from_numpy(patch.is_new)[None, None])
        latents = self._after.denoise(
            content, Span(range(self._after.world.sampling.steps), hold=hold), on_step
        )
        self._after.store.put(key, latents)
        return latents
