"""Set what a backend works on, and with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tilebake.serve.bake.batch import Around
from tilebake.serve.bake.plan import BakeOptions
from tilebake.serve.bake.texture_cache import Cache
from tilebake.serve.speeds import Speeds
from tilebake.serve.store.shared_store import Tell
from tilebake.serve.watching.watch import Timing
from tilebake.serve.worker.protocol import MakePainter
from tilebake.serve.worker.supervisor import LIMITS, WorkerLimits

TIMING: Final = Timing()

ShareTextures = Callable[[Tell], Around]
"""Given whom to tell of what is wrong, returns what is put around whatever paints: a shared store, say."""


def share_nothing(_tell: Tell) -> Around:
    """Put nothing around what paints."""
    return lambda baker: baker


@dataclass(frozen=True)
class Setup:
    """Set what a backend works on, and with."""

    root: Path  # the project's, resolved; the caller holds its lock
    options: BakeOptions
    make_painter: MakePainter
    cache: Cache
    journal: Path
    speeds: Speeds = field(default_factory=Speeds)
    warms_up: bool = False  # loads a small model before anything is to be painted
    timing: Timing = TIMING
    limits: WorkerLimits = LIMITS
    share: ShareTextures = share_nothing
    hold: Callable[[Path], None] = lambda _: None  # keeps other writers out of a project; BusyError
