"""Editing a scene: the source as it is baked, and the target, painted in one go."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from tilebake.level.edits import Edit
from tilebake.paint.control.composite import composite
from tilebake.paint.control.control import Control, denoise_pair
from tilebake.paint.control.plan import plan_edit
from tilebake.paint.denoise import Denoiser
from tilebake.paint.models import Components
from tilebake.paint.painting import Attempt, Clock, Scene, paint
from tilebake.request import OnStep


@dataclass(frozen=True, eq=False)
class Edited:
    """A picture before and after."""

    source: NDArray[np.uint8]  # [height, width, 3 or 4]: the very pixels of an ordinary bake
    target: NDArray[np.uint8]  # the same size
    mask: NDArray[np.float32]  # [h, w] over the canvas's latents: 0 where the target's are the source's
    timings: Mapping[str, float]  # seconds, by stage
    degraded: tuple[str, ...]


def edit_scene(components: Components, scene: Scene, edit: Edit, on_step: OnStep) -> Edited:
    """Paints a scene as it is and as it is edited. Pixels outside the edit's mask and a margin are the same.

    Raises what Pipeline.bake does, and PromptError for a terrain or word that is not there.
    """
    clock = Clock(components)

    def once(components: Components) -> Edited:
        attempt = Attempt(components, scene, clock)
        plan = attempt.encode(
            lambda components: plan_edit(components, scene.condition(components), scene.terrains, edit)
        )
        noise = attempt.noise

        def denoise_both() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
            control = Control(components.unet, plan, scene.blend)
            source, target = (
                Denoiser(components, noise, conditioning, scene.blend, scene.sampling, controls)
                for conditioning, controls in (
                    (plan.source, control.source_controls),
                    (plan.target, control.target_controls),
                )
            )
            denoise_pair(source, target, control, on_step)
            return source.latents, target.latents, control.blend.mask

        *latents, mask = attempt.denoise(denoise_both)
        before, after = (attempt.decode(each) for each in latents)
        where = mask.float().cpu().numpy()
        return Edited(
            source=scene.finish(before),
            target=scene.finish(composite(before, after, where)),
            mask=where,
            timings=clock.timings,
            degraded=attempt.degraded,
        )

    return paint(components, once)
