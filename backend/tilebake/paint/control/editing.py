"""Edit a scene: paint the source as it is baked, and the target, in one go.

The source is painted as it would be by itself, to the last bit. The target takes each step after the source,
with the attention that the source had in that very step. Two passes take less memory than one batch of both,
and leave the source its bits.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from tilebake.level.edit.edit import Edit
from tilebake.paint.control.composite import composite
from tilebake.paint.control.control import Control
from tilebake.paint.control.kept_source.art_source import ArtSource, begin_from
from tilebake.paint.control.kept_source.query_feed import QueryFeed
from tilebake.paint.control.kept_source.record import SourceRecord, SourceStep
from tilebake.paint.control.kept_source.source_painter import SourcePainter
from tilebake.paint.control.kept_source.store import SourceSlot
from tilebake.paint.control.plan import EditPlan, plan_edit
from tilebake.paint.denoise import Denoiser
from tilebake.paint.model.load import Components
from tilebake.paint.scene import BakeRun, MakeDenoiser, Painted, Scene, run
from tilebake.paint.schedulers import blend_history
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
    painter: SourcePainter | ArtSource  # takes the source's steps


class DenoisedPair(NamedTuple):
    """Hold what is left of a pair after its last step."""

    source: tuple[SourceStep, ...]
    target: torch.Tensor  # [1, C, h, w]
    mask: torch.Tensor  # [h, w]
    notes: tuple[str, ...]
    share: float  # of the UNet's passes that were needed
    record: SourceRecord | None  # that the source was repeated from


OnPair = Callable[[EditPair], None]


def edit_scene(
    components: Components,
    scene: Scene,
    edit: Edit,
    on_step: OnStep,
    on_pair: OnPair | None = None,
    slot: SourceSlot | None = None,
    art: NDArray[np.float32] | None = None,
) -> Painted[EditedFrom]:
    """Paint a scene as it is and as it is edited. Pixels outside the edit's mask and a margin are equal.

    With `art`, a picture on the scene's canvas [H, W, 3] in 0..1, that is what is edited.

    `on_step` is called after each step of the target. `on_pair` is called before the first one, and again
    for every fallback: a caller may keep the pair, and read its latents and attention between two steps.
    What is kept in the `slot` is not painted again, and pixels are the same. A painting for which memory runs
    out empties the store, and goes on without.

    Raises what Pipeline.bake does, and PromptError for a terrain or word that is not there.
    """
    if art is not None:
        scene, slot = begin_from(scene, art), None
    slots = [slot]  # for the first attempt: others have less memory, and perhaps other last bits

    def paint(bake_run: BakeRun) -> Painted[EditedFrom]:
        plan = bake_run.encode(
            lambda components: plan_edit(components, scene.condition(components), scene.terrains, edit)
        )

        def denoise_both(make_denoiser: MakeDenoiser) -> DenoisedPair:
            usable = slots.pop() if slots else None
            if slot is not None and usable is None:
                slot.store.clear()
            return _denoise_both(bake_run, plan, make_denoiser, usable, on_step, on_pair)

        done = bake_run.denoise(denoise_both)  # alone: all else of the pair is freed here
        before = _decode_source(bake_run, done) if art is None else art
        after = bake_run.decode(done.target)
        if slot is not None and bake_run.degraded == components.degraded:
            slot.keep(SourceRecord(done.source, before))
        edited_from = EditedFrom(bake_run.scene.finish(before), done.mask.float().cpu().numpy())
        painted = bake_run.finish(
            composite(before, after, edited_from.mask), edited_from, (*plan.source.notes, *done.notes)
        )
        return replace(painted, share=done.share)

    return run(components, scene, paint)


def denoise_pair(pair: EditPair, on_step: OnStep) -> tuple[SourceStep, ...]:
    """Denoise both in turn, and return the source's steps.

    `on_step` is called after each step of the target, and may raise to cancel.
    """
    painter, target, control = pair.painter, pair.target, pair.control
    steps: list[SourceStep] = []
    with torch.no_grad():
        for step in target.steps:
            steps.append(source := painter.take(step))
            control.reweight_masks.renew(step)
            with control.target(target, step):
                done = target.advance(step, _predict_target(pair, source, step))
            mask = control.blend.after(step)
            target.latents = torch.lerp(source.latents, target.latents, mask)
            blend_history(source.history, target.scheduler, mask)
            on_step(done)
    return tuple(steps)


def _predict_target(pair: EditPair, source: SourceStep, step: int) -> torch.Tensor | None:
    """Return what the target's step goes by; None for what the UNet predicts."""
    if step < pair.control.first_step:
        return source.predicted
    if source.missing is None:
        return None
    return pair.target.predict(pair.target.model_input(step), step) + source.missing


def _denoise_both(
    bake_run: BakeRun,
    plan: EditPlan,
    make_denoiser: MakeDenoiser,
    slot: SourceSlot | None,
    on_step: OnStep,
    on_pair: OnPair | None,
) -> DenoisedPair:
    record = None if slot is None else slot.find()
    control = Control(bake_run.components.unet, plan, bake_run.scene.blend)
    feed = QueryFeed(control.source_controls)
    source = make_denoiser(plan.source, feed.controls)  # first: the target needs its keys
    target = make_denoiser(plan.target, control.target_controls)
    keeps_attention = slot is not None and control.nbytes <= slot.store.most_bytes
    if plan.edit.source == "painting":
        painter = SourcePainter(source, control, feed, record, keeps_attention=keeps_attention)
    else:
        painter = ArtSource(source, control)
    pair = EditPair(source, target, control, painter)
    if on_pair is not None:
        on_pair(pair)
    steps = denoise_pair(pair, on_step)
    of_target = sum(step >= control.first_step for step in target.steps)
    share = (painter.passes + of_target) / (2 * len(steps))
    return DenoisedPair(steps, target.latents, control.blend.mask, control.idle_notes(), share, record)


def _decode_source(bake_run: BakeRun, done: DenoisedPair) -> NDArray[np.float32]:
    """Decode the source's latents to its canvas [H, W, 3], or take the one that is kept of it."""
    return bake_run.decode(done.source[-1].latents) if done.record is None else done.record.canvas
