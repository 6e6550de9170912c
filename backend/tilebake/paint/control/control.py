"""Pass attention from the source of an edit to its target, one step at a time."""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager

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


class Control:
    """Pass attention from the source to the target, for one edit of one picture."""

    def __init__(self, unet: UNet2DConditionModel, plan: EditPlan, blend: Blending) -> None:
        target, steps = attention_target(unet, plan.source), len(blend.steps)
        self.reweight_masks = ReweightMasks(plan, blend, target)
        self.blend = LatentBlend(plan, blend, target, self.reweight_masks)
        self.edits = prompt_edits(plan, steps, self.reweight_masks.rows)
        is_kept = [edit.kept.any(dim=1).tolist() for edit in self.edits]
        kept = max((step + 1 for each in is_kept for step in range(steps) if each[step]), default=0)
        self.first_step = self._first_step(plan, steps)
        """Of the target's own: until then it has the source's latents, whatever it predicts."""
        is_observed = bool(self.reweight_masks.source.words or self.blend.source.words)
        self.query_steps = range(steps) if is_observed else range(self.first_step, kept)
        """The steps in which the source's cross-attention is asked for."""
        self.self_steps = range(self.first_step, round(plan.edit.self_replace_steps * steps))
        self.queries = SourceQueries(self.query_steps.stop)
        self.self_attention = SourceSelfAttention(unet, blend.latent_size, target.device, target.dtype)
        self._edited = EditedCrossAttention(self.queries, self.edits, self.reweight_masks.banks, steps)

    def _first_step(self, plan: EditPlan, steps: int) -> int:
        """Return the first step in which the target's prediction counts.

        It is the last one whose latents are the source's: solvers remember what was predicted there. Where
        the target's attention is averaged over the steps, all of them count.
        """
        is_observed = self.reweight_masks.target.words or self.blend.target.words
        return 0 if is_observed else max(0, round(plan.edit.source_steps * steps) - 1)

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
    def nbytes(self) -> int:
        """Memory that all of the source's attention takes which the edit asks for, in bytes."""
        queries = len(self.query_steps) * self.queries.nbytes
        return queries + len(self.self_steps) * self.self_attention.nbytes

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
        """Prepare the UNet for the source's step. On exit, its attention is there."""
        with ExitStack() as lent:
            context = lent.enter_context(denoiser.attention.install())
            if step in self.self_steps:
                lent.enter_context(self.self_attention.keep(context))
            yield

    @contextmanager
    def target(self, denoiser: Denoiser, step: int) -> Generator[None]:
        """Prepare the UNet for the target's step, after the source's."""
        with ExitStack() as lent:
            context = lent.enter_context(denoiser.attention.install())
            if step in self.self_steps:
                lent.enter_context(self.self_attention.replace(context))
            yield
