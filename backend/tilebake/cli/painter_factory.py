"""Make painters in another process, which then imports torch; this one does not."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tilebake.cli.options import Machine
from tilebake.errors import BakeError
from tilebake.level.terrain import LoraRef
from tilebake.models.reference import ModelSource
from tilebake.paint import importing_libraries
from tilebake.request import Painter
from tilebake.serve.cluster.messages import WorldPainter
from tilebake.serve.store.open_store import share_windows
from tilebake.serve.windows.window_cache import AnewTogether, user_windows

log: Final = logging.getLogger(__name__)


@dataclass(frozen=True)
class PainterFactory:
    """Make the painters of one machine. It can be pickled."""

    machine: Machine
    store: str | None = None  # the URL of a shared store, for windows of large maps
    keeps_sources: bool = False  # of edits, for whoever tries out several

    def __call__(self, source: ModelSource, loras: Sequence[tuple[LoraRef, str]]) -> Painter:
        """Load the painter of a model with LoRAs. Raises ModelError."""
        with importing_libraries():
            from tilebake.cli.engine import load_pipeline, painter_of  # torch, in the worker alone
            from tilebake.paint.control.kept_source.store import SourceStore

        refused: list[BakeError] = []

        def take_refusals() -> Sequence[BakeError]:
            taken = tuple(refused)
            refused.clear()
            return taken

        windows = share_windows(user_windows(refused.append), self.store, log.warning)
        sources = SourceStore() if self.keeps_sources else None
        return painter_of(load_pipeline(source, loras, self.machine, windows, sources), take_refusals)


@dataclass(frozen=True)
class WorldPainterFactory:
    """Make the painters of a cluster's workers. It can be pickled."""

    machine: Machine
    store: str | None
    bake: str | None  # the name of one that paints all anew, windows too

    def __call__(self, source: ModelSource, loras: Sequence[tuple[LoraRef, str]]) -> WorldPainter:
        """Load the painter of a model with LoRAs. Raises ModelError."""
        from tilebake.cli.engine import load_pipeline, painter_of  # torch, in the worker alone

        windows = share_windows(user_windows(_log_refusal), self.store, log.warning)
        if windows is not None and self.bake is not None:
            windows = AnewTogether(windows, self.bake)
        pipeline = load_pipeline(source, loras, self.machine, windows)
        painter = painter_of(pipeline)
        return WorldPainter(painter.bake, painter.render_attention, paint_unit=pipeline.paint_unit)


def _log_refusal(error: BakeError) -> None:
    log.warning("windows are not kept: %s", error)
