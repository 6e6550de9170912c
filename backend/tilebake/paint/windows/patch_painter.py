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
from tilebake.paint.denoise import HeldLatents, Span
from tilebake.paint.progress_image import Estimate
from tilebake.paint.windows.decode_pieces import ChangedPart
from tilebake.paint.windows.part_progress import OnWindowStep
from tilebake.paint.windows.store import Latents, WindowStore
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
    def store(self) -> WindowStore:
        """Where windows and pieces are kept."""
        return self._after.store

    def paint(self, on_step: OnStep) -> None:
        """Paint the patches, and windows around them that are not kept any more."""
        each = self._after.world.sampling.steps
        steps, done = each * len(self._patches), 0
        for patch in self._patches:

            def report(step: Step, _estimate: Estimate | None, before: int = done) -> None:
                on_step(Step(before + step.step, steps, step.progress_image))

            self._painted[patch.extent] = self._patch(patch, report)
            done += each

    def content_key(self, part: Extent) -> str:
        """Return the digest of all that a part depends on: the old one where no patch is seen."""
        seen = [self._key(patch) for patch in self._patches if patch.new_extent.meets(part)]
        old = self._before.content_key(part)
        return hashlib.sha256("".join([old, *seen]).encode()).hexdigest() if seen else old

    def is_old(self, part: Extent) -> bool:
        """Tell whether a part has the latents of the world before."""
        return not any(patch.new_extent.meets(part) for patch in self._patches)

    def changes(self, part: Extent) -> ChangedPart | None:
        """Return where a part differs from the world before; None where it does not."""
        extents = [patch.new_extent for patch in self._patches if patch.new_extent.meets(part)]
        return ChangedPart(self._before, extents) if extents else None

    def blend(self, part: Extent) -> Latents:
        """Return the latents [C, h, w] of any part of the world."""
        latents = self._before.blend(part)
        for patch in self._patches:
            if not patch.extent.meets(part):
                continue
            common = patch.extent.within(part)
            here, there = common.slices(part), common.slices(patch.extent)
            latents[:, *here] = np.where(
                patch.is_new[there], self._painted[patch.extent][:, *there], latents[:, *here]
            )
        return latents

    def _key(self, patch: Patch) -> str:
        """Return the digest of all that a patch depends on: what it shows, and what it is fitted into."""
        found = hashlib.sha256(self._after.world.content_of(patch.extent).digest.encode())
        found.update(self._before.content_key(patch.extent).encode())
        found.update(patch.is_new.tobytes())
        return found.hexdigest()

    def _patch(self, patch: Patch, on_step: OnWindowStep) -> Latents:
        key = self._key(patch)
        kept = self.store.get(key)
        if kept is not None:
            return np.asarray(kept, np.float32)
        held = torch.from_numpy(self._before.blend(patch.extent))[None]
        hold = HeldLatents(held, torch.from_numpy(patch.is_new)[None, None])
        span = Span(range(self._after.world.sampling.steps), hold=hold)
        latents = self._after.denoise(self._after.world.content_of(patch.extent), span, on_step)
        self.store.put(key, latents)
        return latents
