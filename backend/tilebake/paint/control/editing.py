"""Edit a scene: paint the source as it is baked, and the target, in one go."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from tilebake.level.edit.edit import Edit
from tilebake.paint.control.composite import composite
from tilebake.paint.control.control import Control, denoise_pair
from tilebake.paint.control.plan import EditPlan, plan_edit
from tilebake.paint.denoise import Denoiser
from tilebake.paint.model.load import Components
from tilebake.paint.scene import BakeRun, MakeDenoiser, Painted, Scene, run
from tilebake.request import OnStep


@dataclass(frozen=True, eq=False)
class EditedFrom:
    """Hold what an edit started from, beside the target's picture."""

    source: NDArray[np.uint8]  # the very pixels of an ordinary bake; as large as the target
    mask: NDArray[np.float32]  # [h, w] over the canvas's latents: 0 where the target's are the source's


@dataclass(frozen=True, eq=False)
class EditPair:
    """Hold the source and the target of an edit, ready for their steps, and what passes between them."""

    source: Denoiser
    target: Denoiser
    control: Control


class DenoisedPair(NamedTuple):
    """Hold what is left of a pair after its last step."""

    source: torch.Tensor  # [1, C, h, w]
    target: torch.Tensor  # [1, C, h, w]
    mask: torch.Tensor  # [h, w]
    notes: tuple[str, ...]


OnPair = Callable[[EditPair], None]


def edit_scene(
    components: Components, scene: Scene, edit: Edit, on_step: OnStep, on_pair: OnPair | None = None
) -> Painted[EditedFrom]:
    """Paint a scene as it is and as it is edited. Pixels outside the edit's mask and a margin are equal.

    `on_step` is called after each step of the target. `on_pair` is called before the first one, and again
    for every fallback: a caller may keep the pair, and read its latents and attention between two steps.

    Raises what Pipeline.bake does, and PromptError for a terrain or word that is not there.
    """

    def paint(bake_run: BakeRun) -> Painted[EditedFrom]:
        plan = bake_run.encode(
            lambda components: plan_edit(components, scene.condition(components), scene.terrains, edit)
        )

        def denoise_both(make_denoiser: MakeDenoiser) -> DenoisedPair:
            pair = _make_pair(bake_run, plan, make_denoiser)
            if on_pair is not None:
                on_pair(pair)
            denoise_pair(pair.source, pair.target, pair.control, on_step)
            control = pair.control
            return DenoisedPair(
                pair.source.latents, pair.target.latents, control.blend.mask, control.idle_notes()
            )

        done = bake_run.denoise(denoise_both)  # alone: all else of the pair is freed here
        before, after = bake_run.decode(done.source), bake_run.decode(done.target)
        edited_from = EditedFrom(bake_run.scene.finish(before), done.mask.float().cpu().numpy())
        return bake_run.finish(composite(before, after, edited_from.mask), edited_from, done.notes)

    return run(components, scene, paint)


def _make_pair(bake_run: BakeRun, plan: EditPlan, make_denoiser: MakeDenoiser) -> EditPair:
    control = Control(bake_run.components.unet, plan, bake_run.scene.blend)
    source = make_denoiser(plan.source, control.source_controls)  # first: the target needs its keys
    return EditPair(source, make_denoiser(plan.target, control.target_controls), control)
