"""Denoise the source and the target of an edit in turn, step by step, under its control.

The source is painted as it would be by itself, to the last bit. The target takes each step after the source,
with the attention that the source had in that very step. Two passes take less memory than one batch of both,
and leave the source its bits.
"""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager

import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

from tilebake.paint.control.cross_attention import EditedCrossAttention
from tilebake.paint.control.local_blend import LatentBlend
from tilebake.paint.control.plan import EditPlan, prompt_edits
from tilebake.paint.control.reweighting import ReweightMasks
from tilebake.paint.control.source import SourceQueries, SourceSelfAttention
from tilebake.paint.denoise import Denoiser
from tilebake.paint.regional.attention import attention_target
from tilebake.paint.regional.blending import Blending
from tilebake.paint.regional.layer_prompts import AttentionControl
from tilebake.paint.schedulers import blend_history
from tilebake.request import OnStep


class Control:
    """Pass attention from the source to the target, for one edit of one picture."""

    def __init__(self, unet: UNet2DConditionModel, plan: EditPlan, blend: Blending) -> None:
        target, steps = attention_target(unet, plan.source), len(blend.steps)
        self._self_steps = round(plan.edit.self_replace_steps * steps)
        self.reweight_masks = ReweightMasks(plan, blend, target)
        self.blend = LatentBlend(plan, blend, target, self.reweight_masks)
        self.edits = prompt_edits(plan, steps, self.reweight_masks.rows)
        kept_steps = max((int(edit.kept.any(dim=1).sum()) for edit in self.edits), default=0)
        self.queries = SourceQueries(kept_steps)
        self.self_attention = SourceSelfAttention(unet, blend.latent_size, target.device, target.dtype)
        self._edited = EditedCrossAttention(self.queries, self.edits, self.reweight_masks.banks, steps)

    def idle_notes(self) -> tuple[str, ...]:
        """Say of which words nothing was found, so that they changed nothing. Waits for the device."""
        words = [
            f"the weight of {word!r} changes nothing: the model attends to it nowhere"
            for word in self.reweight_masks.idle_words()
        ]
        if self.blend.words and not self.blend.mask.any():
            names = " or ".join(map(repr, self.blend.words))
            words.append(f"the edit changes nothing: where it may, the model does not attend to {names}")
        return tuple(words)

    @property
    def source_controls(self) -> list[AttentionControl]:
        """Controls for the source's denoiser, which is made first."""
        return [self.queries, self.reweight_masks.source, self.blend.source]

    @property
    def target_controls(self) -> list[AttentionControl]:
        """Controls for the target's denoiser."""
        return [self._edited, self.reweight_masks.target, self.blend.target]

    @contextmanager
    def source(self, denoiser: Denoiser, step: int) -> Generator[None]:
        """Prepare the UNet for the source's step. On exit, all that the target's step needs is there."""
        with ExitStack() as lent:
            context = lent.enter_context(denoiser.attention.install())
            if step < self._self_steps:
                lent.enter_context(self.self_attention.keep(context))
            yield
        self.reweight_masks.renew(step)

    @contextmanager
    def target(self, denoiser: Denoiser, step: int) -> Generator[None]:
        """Prepare the UNet for the target's step, after the source's."""
        with ExitStack() as lent:
            context = lent.enter_context(denoiser.attention.install())
            if step < self._self_steps:
                lent.enter_context(self.self_attention.replace(context))
            yield


def denoise_pair(source: Denoiser, target: Denoiser, control: Control, on_step: OnStep) -> None:
    """Denoise both in turn. `on_step` is called after each step of the target, and may raise to cancel."""
    with torch.no_grad():
        for step in range(len(source.timesteps)):
            with control.source(source, step):
                source.advance(step)
            with control.target(target, step):
                done = target.advance(step)
            mask = control.blend.after(step)
            target.latents = torch.lerp(source.latents, target.latents, mask)
            blend_history(source.scheduler, target.scheduler, mask)
            on_step(done)
