"""What the watch tells, read as the backend reads it, and the timings that tests watch with."""

import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tests.helpers.patience import PATIENCE
from tilebake.serve.watching.fs_events import Mode
from tilebake.serve.watching.snapshot import Changes
from tilebake.serve.watching.watch import Places, Timing, watch

NEVER = 3600.0
BY_EVENTS = Timing(quiet=0.05, longest=0.5, reconcile=NEVER)
BY_LOOKING = Timing(quiet=0.05, longest=0.5, reconcile=0.1, latest=0.1, events=False)
BOTH = Timing(quiet=0.05, longest=0.5, reconcile=0.1, seldom=0.1)


class Reader:
    """Reads every file it is told of, in a thread of its own, as the backend does."""

    def __init__(self, places: Callable[[], Places], timing: Timing) -> None:
        self.held: dict[Path, str] = {}
        self.told: list[Changes] = []
        self.modes: list[Mode] = []
        self._news: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read_all, args=(places, timing))

    def __enter__(self) -> "Reader":
        self._thread.start()
        self.wait_until(lambda: bool(self.told))
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()

    def wait_until(self, happened: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not happened():
            self._news.get(timeout=max(0.0, deadline - time.monotonic()))

    def wait_for(self, folder: Path) -> None:
        """Until what was read is what stands in the folder."""
        self.wait_until(lambda: self.held == contents(folder))

    def _read_all(self, places: Callable[[], Places], timing: Timing) -> None:
        for changes in watch(places, self._stop, timing=timing, on_mode=self.modes.append):
            for path in changes.removed:
                self.held.pop(path)
            for path in changes.added | changes.changed:
                self.held[path] = read(path)
            self.told.append(changes)
            self._news.put(None)


def read(path: Path) -> str:
    """What a file holds; half a file, or none, is what the next telling hints."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return "cannot be read"


def contents(folder: Path) -> dict[Path, str]:
    return {path: read(path) for path in folder.rglob("*.json") if path.is_file()}
