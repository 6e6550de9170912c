"""Load the model that paints. Importing this module imports torch."""

import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from tilebake.cli.options import Machine
from tilebake.level.terrain import LoraRef
from tilebake.models.reference import ModelSource
from tilebake.paint.control.kept_source.store import SourceStore
from tilebake.paint.model.load import Components, load
from tilebake.paint.model.loras import LoraFile
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.report.heat_layer import heat_layer
from tilebake.paint.report.placement_report import bake_with_report
from tilebake.paint.windows.store import MemoryStore, WindowStore
from tilebake.request import Baker, Painter, TakeRefusals, no_refusals

log: Final = logging.getLogger(__name__)


def load_components(
    source: ModelSource, loras: Sequence[tuple[LoraRef, str]], machine: Machine
) -> Components:
    """Load a model with its LoRAs onto the machine's device. Raises ModelError."""
    log.info("loading the model %s from %s", source.reference, source.path)
    files = [LoraFile(Path(lora.path), lora.weight, digest) for lora, digest in loras]
    components = load(source, device=machine.device, dtype=machine.dtype, loras=files)
    log.info(
        "loaded in %.1f s: device %s, %s, %s LoRAs",
        components.load_seconds,
        components.device,
        str(components.dtype).removeprefix("torch."),
        len(files),
    )
    return components


def load_pipeline(
    source: ModelSource,
    loras: Sequence[tuple[LoraRef, str]],
    machine: Machine,
    windows: WindowStore | None = None,
    sources: SourceStore | None = None,
) -> Pipeline:
    """Load a model, ready to bake and to generate; windows of large maps are kept in a store.

    Without one they are kept in memory as far as that goes, for pages share them. `sources` keeps what
    further edits of a map need. Raises ModelError.
    """
    return Pipeline(load_components(source, loras, machine), windows or MemoryStore(), sources)


def report_baker(pipeline: Pipeline) -> Baker:
    """Return a baker whose textures carry a placement report."""
    return partial(bake_with_report, pipeline)


def painter_of(pipeline: Pipeline, take_refusals: TakeRefusals = no_refusals) -> Painter:
    """Return all that a backend asks of a pipeline."""
    return Painter(pipeline.bake, partial(heat_layer, pipeline), take_refusals)
