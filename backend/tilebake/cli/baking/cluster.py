"""Run a bake on a cluster, and show how far all of it is."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Final

from tilebake.cli.options import Machine
from tilebake.cli.painter_factory import WorldPainterFactory
from tilebake.cli.terminal.painting import Painting
from tilebake.cli.terminal.printing import say, tell_note
from tilebake.cli.terminal.step_timer import spell_seconds
from tilebake.serve.bake.batch import Around, Baked, Failed, Hold, Started
from tilebake.serve.bake.plan import PlannedBake
from tilebake.serve.cluster.bake_on_cluster import ClusterBake
from tilebake.serve.cluster.dispatcher import Dispatcher
from tilebake.serve.cluster.ray_crew import RayCrew
from tilebake.serve.cluster.unit_count import UnitCount
from tilebake.serve.store.window_site import SiteFinder

LINE_EVERY: Final = 10.0  # seconds between two lines of progress

ClusterEvent = Started | Baked | Failed


def bake_by_workers(
    place: str,
    machine: Machine,
    store: str | None,
    work: Painting,
    around: Around,
    hold: Hold,
    jobs: list[PlannedBake],
    *,
    force: bool,
) -> Iterator[ClusterEvent]:
    """Paint jobs on a cluster, and yield what happens. Raises BakeError if it is out of reach."""
    if not jobs:
        return

    def tell(text: str) -> None:
        work.shown.say(partial(tell_note, text))

    say(f"starting workers on {place} ...")
    with ExitStack() as marked:
        with work.interruption.at_once():
            uses_gpus = machine.device.startswith(("auto", "cuda"))
            painters = WorldPainterFactory(machine, store, secrets.token_hex() if force else None)
            finder = SiteFinder(store, secrets.token_hex())
            marked.enter_context(finder.marking())
            crew = RayCrew(place, painters, finder, uses_gpus=uses_gpus)
        dispatcher, units, progress = Dispatcher(crew, tell), UnitCount(), ClusterProgress(len(jobs))

        def check() -> None:
            if text := progress.line(dispatcher.ready, units):
                work.shown.start(text, progress.done, len(jobs))
            work.interruption.check()

        bake = ClusterBake(dispatcher, crew.size, around, hold, check, force, crew.size > 1, units)
        for event in bake.bake(jobs):
            yield event
            progress.note(event)


class ClusterProgress:
    """Say how far many workers are: how many maps, how fast, how long it will take, how many failed."""

    def __init__(self, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.done = 0
        self._total = total
        self._failed = 0
        self._clock = clock
        self._began = self._last = clock()

    def note(self, event: ClusterEvent) -> None:
        """Count what a map came to."""
        self.done += isinstance(event, Baked | Failed)
        self._failed += isinstance(event, Failed)

    def line(self, workers: int, units: UnitCount) -> str:
        """Return a line of progress, if the last is old enough; else nothing."""
        now = self._clock()
        if not (self.done or units.done) or now - self._last < LINE_EVERY:
            return ""
        self._last = now
        words = ["1 worker" if workers == 1 else f"{workers} workers"]
        if self.done:
            rate = self.done / (now - self._began)
            left = spell_seconds((self._total - self.done) / rate)
            words += [f"{60 * rate:.3g} maps a minute", f"{left} left"]
        if units.done < units.asked:
            words += [f"{units.done} of {units.asked} parts of large maps"]
        if self._failed:
            words += [f"{self._failed} failed"]
        return ", ".join(words)
