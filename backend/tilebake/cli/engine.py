"""From a planned job to the pipeline that paints it: where torch comes in."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tilebake.cli.options import Machine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tilebake.models.reference import ModelSource
    from tilebake.paint.model.load import Components
    from tilebake.paint.pipeline import Pipeline
    from tilebake.request import LoraRef, OnStep, Painter


def load_components(
    source: "ModelSource", loras: "Sequence[tuple[LoraRef, str]]", machine: Machine
) -> "Components":
    """The model with its LoRAs on the machine's device. Raises ModelError."""
    from tilebake.paint.model.load import load

    files = [(Path(lora.path), lora.weight) for lora, _ in loras]
    return load(source, device=machine.device, dtype=machine.dtype, loras=files)


def load_pipeline(
    source: "ModelSource", loras: "Sequence[tuple[LoraRef, str]]", machine: Machine
) -> "Pipeline":
    """The same, ready to bake and to generate."""
    from tilebake.paint.pipeline import Pipeline

    return Pipeline(load_components(source, loras, machine))


def painter_of(pipeline: "Pipeline") -> "Painter":
    """All that a backend asks of a pipeline."""
    from tilebake.paint.report.heat_layer import heat_layer
    from tilebake.request import Painter

    return Painter(pipeline.bake, partial(heat_layer, pipeline))


@contextmanager
def painting(what: str) -> "Generator[OnStep]":
    """One picture's progress on stderr. Within it, Ctrl-C ends the work between two steps."""
    from tilebake.cli.interrupt import interruptible
    from tilebake.cli.progress import progress
    from tilebake.request import Step

    with interruptible() as interruption, progress() as shown:

        def on_step(step: Step) -> None:
            shown.step(step)
            interruption.check()

        shown.start(what, 1, 1)
        yield on_step


@dataclass(frozen=True)
class PainterFor:
    """Makes the painters of one machine. It can be sent to another process, which then imports torch."""

    machine: Machine

    def __call__(self, source: "ModelSource", loras: "Sequence[tuple[LoraRef, str]]") -> "Painter":
        """The painter of a model with LoRAs. Raises ModelError."""
        return painter_of(load_pipeline(source, loras, self.machine))
