"""Paint an edit's source a step at a time, or repeat it from its record."""

from dataclasses import replace

from tilebake.paint.control.control import Control
from tilebake.paint.control.kept_source.query_feed import QueryFeed
from tilebake.paint.control.kept_source.record import SourceRecord, SourceStep
from tilebake.paint.denoise import Denoiser
from tilebake.paint.schedulers import history_of


class SourcePainter:
    """Take a source's steps, with all that the target's need. From a record it has the same bits.

    Where a record lacks attention that an edit asks for, the UNet's pass is done again, on the same batch.
    """

    def __init__(
        self,
        denoiser: Denoiser,
        control: Control,
        feed: QueryFeed,
        record: SourceRecord | None = None,
        *,
        keeps_attention: bool = False,
    ) -> None:
        self.passes = 0  # of the UNet, so far
        self._denoiser = denoiser
        self._control = control
        self._feed = feed
        self._record = record
        self._keeps_attention = keeps_attention

    def take(self, step: int) -> SourceStep:
        """Take the next step, and return what may be kept of it."""
        if self._record is None:
            return self._paint(step)
        return self._repeat(step, self._record.steps[step - self._denoiser.steps.start])

    def _paint(self, step: int) -> SourceStep:
        denoiser = self._denoiser
        with self._control.source(denoiser, step):
            denoiser.advance(step)
        self.passes += 1
        estimate = denoiser.estimate
        assert estimate is not None, "it has taken a step"
        history = history_of(denoiser.scheduler)
        done = SourceStep(estimate.model_input, estimate.predicted, denoiser.latents, history)
        return self._with_attention(step, done)

    def _repeat(self, step: int, kept: SourceStep) -> SourceStep:
        self._denoiser.latents = kept.latents
        wants_queries, wants_self = step in self._control.query_steps, step in self._control.self_steps
        if (wants_queries and kept.queries is None) or (wants_self and kept.self_attention is None):
            with self._control.source(self._denoiser, step):
                self._denoiser.predict(kept.model_input, step)
            self.passes += 1
            return self._with_attention(step, kept)
        if wants_queries and kept.queries is not None:
            self._feed.feed(kept.queries, step)
        if wants_self and kept.self_attention is not None:
            self._control.self_attention.fill(kept.self_attention)
        return kept

    def _with_attention(self, step: int, done: SourceStep) -> SourceStep:
        """Add the attention that this edit asks for, if it is kept."""
        control = self._control
        if not self._keeps_attention:
            return done
        return replace(
            done,
            queries=control.queries.copy() if step in control.query_steps else done.queries,
            self_attention=(
                control.self_attention.copy() if step in control.self_steps else done.self_attention
            ),
        )
