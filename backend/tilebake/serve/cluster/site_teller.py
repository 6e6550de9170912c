"""Tell which workers cannot paint a world together."""

from collections.abc import Callable, Sequence
from typing import Final

from tilebake.serve.cluster.waiting import WorkerState

MOST_TOLD: Final = 3  # sites: a rack whose machines share nothing needs no line for each


class SiteTeller:
    """Tell of workers at other sites than the first one's, each site once: they see none of its windows."""

    def __init__(self, tell: Callable[[str], object]) -> None:
        self._tell = tell
        self._known: list[str | None] = []

    def look(self, workers: Sequence[WorkerState]) -> None:
        """Tell what is new among the workers that are ready."""
        for worker in workers:
            if worker.site in self._known or len(self._known) > MOST_TOLD:
                continue
            first = next((each for each in self._known if each is not None), None)
            self._known.append(worker.site)
            if worker.site is None:
                self._tell(f"the worker{worker.place} keeps no windows, and so paints no parts of large maps")
            elif first is not None:
                self._tell(
                    f"the worker{worker.place} keeps windows in {worker.site}, and others in {first}, "
                    "so that each large map is painted in one of these places; "
                    "a --store that all read and write joins them"
                )
