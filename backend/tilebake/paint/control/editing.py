"""Editing a scene: the source as it is baked, and the target, painted in one go."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from tilebake.level.edit.edit import Edit
from tilebake.paint.control.composite import composite
from tilebake.paint.control.control import Control, denoise_pair
from tilebake.paint.control.plan import Plan, plan_edit
from tilebake.paint.model.load import Components
from tilebake.paint.scene import Attempt, Clock, Scene, environment, paint
from tilebake.request import BakeRequest, OnStep
from tilebake.texture import Texture, pixel_hash


@dataclass(frozen=True, eq=False)
class Edited:
    """A picture before and after."""

    source: NDArray[np.uint8]  # [height, width, 3 or 4]: the very pixels of an ordinary bake
    target: NDArray[np.uint8]  # the same size
    mask: NDArray[np.float32]  # [h, w] over the canvas's latents: 0 where the target's are the source's
    timings: Mapping[str, float]  # seconds, by stage
    degraded: tuple[str, ...]
    environment: Mapping[str, str]


class Denoised(NamedTuple):
    """What the steps of a pair come to."""

    source: torch.Tensor  # [1, C, h, w]
    target: torch.Tensor  # [1, C, h, w]
    mask: torch.Tensor  # [h, w]: 0 where the target's latents are the source's


class Pair:
    """The source and the target of an edit on their way through the steps, the one beside the other."""

    def __init__(self, attempt: Attempt, plan: Plan) -> None:
        self._attempt = attempt
        self.control = Control(attempt.components.unet, plan, attempt.scene.blend)
        self.source = attempt.denoiser(plan.source, self.control.source_controls)
        self.target = attempt.denoiser(plan.target, self.control.target_controls)

    def denoise(self, on_step: OnStep) -> None:
        """All steps of both. `on_step` is called after each of the target's, and may raise to cancel."""
        denoise_pair(self.source, self.target, self.control, on_step)

    def edited(self) -> Edited:
        """Both pictures, once all steps are done. Raises BakeError when one comes out broken."""
        return _decoded(self._attempt, self.denoised)

    @property
    def denoised(self) -> Denoised:
        """How far both have come."""
        return Denoised(self.source.latents, self.target.latents, self.control.blend.mask)


@contextmanager
def control(components: Components, scene: Scene, edit: Edit) -> Generator[Pair]:
    """A model under the control of an edit of one scene: `denoise` the pair, and ask for what came of it.

    Between two steps, and afterwards, the model is as it was. There is no falling back where memory runs
    out, as `edit_scene` does: MemoryRanOutError is raised then. Raises PromptError as it does.
    """
    attempt = Attempt(components, scene, Clock(components))
    plan = _planned(attempt, edit)
    with torch.no_grad():
        yield Pair(attempt, plan)


def edit_scene(components: Components, scene: Scene, edit: Edit, on_step: OnStep) -> Edited:
    """Paints a scene as it is and as it is edited. Pixels outside the edit's mask and a margin are the same.

    Raises what Pipeline.bake does, and PromptError for a terrain or word that is not there.
    """
    clock = Clock(components)

    def once(components: Components) -> Edited:
        attempt = Attempt(components, scene, clock)
        plan = _planned(attempt, edit)

        def denoise_both() -> Denoised:
            pair = Pair(attempt, plan)
            pair.denoise(on_step)
            return pair.denoised

        return _decoded(attempt, attempt.denoise(denoise_both))

    return paint(components, once)


def edited_texture(edited: Edited, request: BakeRequest) -> Texture:
    """What was edited, as the texture of a request for that very edit."""
    return Texture(
        image=edited.target,
        digest=request.digest(),
        pixel_hash=pixel_hash(edited.target),
        timings=edited.timings,
        environment=edited.environment,
        degraded=edited.degraded,
    )


def _planned(attempt: Attempt, edit: Edit) -> Plan:
    scene = attempt.scene
    return attempt.encode(
        lambda components: plan_edit(components, scene.condition(components), scene.terrains, edit)
    )


def _decoded(attempt: Attempt, denoised: Denoised) -> Edited:
    before, after = (attempt.decode(latents) for latents in (denoised.source, denoised.target))
    mask = denoised.mask.float().cpu().numpy()
    return Edited(
        source=attempt.scene.finish(before),
        target=attempt.scene.finish(composite(before, after, mask)),
        mask=mask,
        timings=attempt.timings,
        degraded=attempt.degraded,
        environment=environment(attempt.components),
    )
