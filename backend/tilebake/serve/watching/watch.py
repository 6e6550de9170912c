"""Watch map files: yield one settled burst of changes after another, however they were saved.

The truth is a look at all files every few seconds; events of the system only make the next look come sooner.
So a lost event costs seconds, never a change.
"""

import threading
import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from tilebake.serve.files.map_walk import OnPassed, PassedOver
from tilebake.serve.watching.debounce import Debouncer
from tilebake.serve.watching.fs_events import FsEvents, Mode
from tilebake.serve.watching.reported import ReportedFiles
from tilebake.serve.watching.snapshot import Changes, Snapshot, snapshot

STOP_TICK: Final = 0.1  # seconds between two looks at `stop`


class Places(NamedTuple):
    """Name what to watch: folders with all the maps below them, and single files such as tilebake.toml."""

    folders: tuple[Path, ...]
    files: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Timing:
    """Set when to look and when to report, in seconds.

    The time between two looks grows with what a look costs, so that looking takes no more than `share` of
    one processor: up to `seldom` while the system gives events, up to `latest` where there is but looking.
    """

    quiet: float = 0.3  # without a change, for a burst to be over
    longest: float = 2.0  # that a burst may take
    reconcile: float = 3.0  # from one look to the next, at least
    latest: float = 4.0  # with two looks at 100,000 files beside it, a save is told within 5.5 s
    seldom: float = 60.0
    share: float = 0.015  # comparing and waiting take a third as much again
    events: bool = True  # False: go without


def watch(
    places: Callable[[], Places],
    stop: threading.Event,
    *,
    timing: Timing = Timing(),
    on_mode: Callable[[Mode], None] = lambda _: None,
    on_closed: OnPassed = lambda _: None,
) -> Generator[Changes]:
    """Everything that is there as added, then one Changes for each settled burst, until `stop` is set.

    `places` is asked anew before each look; `on_mode` is told at the start, and when it changes, how changes
    are noticed; `on_closed` of each folder that cannot be read, once until it can. A file that is saved again
    with the same content is a change.
    """
    with FsEvents(enabled=timing.events) as notices:
        watcher = Watcher(places, notices, timing, on_mode, on_closed)
        yield watcher.first()
        while not stop.is_set():
            if news := watcher.take_settled():
                yield news
            watcher.rest(stop)


def interval(cost: float, timing: Timing, mode: Mode) -> float:
    """Seconds from one look to the next, after one that took `cost` seconds of a processor."""
    most = timing.seldom if mode.kind == "events" else timing.latest
    return max(timing.reconcile, min(cost / timing.share, most))


class Notices(Protocol):
    """Offer hints that something happened: FsEvents, or what a test tells at times of its own."""

    @property
    def mode(self) -> Mode: ...
    def wait(self, seconds: float) -> bool: ...
    def take(self) -> bool: ...
    def take_named(self) -> frozenset[Path]: ...
    def follow(self, folders: Iterable[Path], files: Iterable[Path]) -> None: ...


class Watcher:
    """Look when it is time to, and report what has settled. Times are those of `clock`."""

    def __init__(
        self,
        places: Callable[[], Places],
        notices: Notices,
        timing: Timing,
        on_mode: Callable[[Mode], None] = lambda _: None,
        on_closed: OnPassed = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._places = places
        self._notices = notices
        self._timing = timing
        self._on_mode = on_mode
        self._on_closed = on_closed
        self._clock = clock
        self._mode: Mode | None = None
        self._settling = Debouncer(timing.quiet, timing.longest)
        self._is_hinted = False  # the burst at hand began with a notice
        self._reported = ReportedFiles()
        self._seen: Snapshot = {}
        self._closed: frozenset[PassedOver] = frozenset()
        self._named: frozenset[Path] = frozenset()  # by notices of the burst at hand
        self._next_look = 0.0

    def first(self) -> Changes:
        """Everything that is there."""
        seen = self._look()
        return self._tell(self._reported.unreported(seen), seen)

    def take_settled(self) -> Changes:
        """Return what is new and has settled by now; false if nothing has."""
        now = self._clock()
        if self._notices.take():
            self._settling.note(now)
            self._is_hinted = True
        if not self._is_time(now):
            return Changes()
        before, seen = self._seen, self._look()
        news = self._reported.unreported(seen, self._named)
        if news and not self._is_hinted and seen != before:  # perhaps in the middle of being written
            self._settling.note(now)
            if not self._settling.due(now):
                return Changes()
        return self._tell(news, seen)

    def rest(self, stop: threading.Event) -> None:
        """Wait until it may be time for something."""
        now = self._clock()
        if self._settling.is_pending:  # not for each notice of thousands
            stop.wait(min(self._settling.wait(now), STOP_TICK / 2))
        else:
            self._notices.wait(min(max(0.0, self._next_look - now), STOP_TICK))

    def _is_time(self, now: float) -> bool:
        return self._settling.due(now) if self._settling.is_pending else now >= self._next_look

    def _look(self) -> Snapshot:
        began = time.thread_time()
        places = self._places()
        self._notices.follow(*places)  # before the look: what happens from here on is noticed, or seen
        self._named |= self._notices.take_named()
        self._seen, closed = snapshot(*places, before=self._seen)
        cost = time.thread_time() - began
        self._note_closed(closed)
        mode = self._notices.mode
        self._next_look = self._clock() + interval(cost, self._timing, mode)
        if mode != self._mode:
            self._mode = mode
            self._on_mode(mode)
        return self._seen

    def _note_closed(self, closed: frozenset[PassedOver]) -> None:
        """Tell of folders that cannot be read any more, and have those reported anew that can again."""
        for each in closed - self._closed:
            self._on_closed(each)
        for each in self._closed - closed:
            self._reported.forget_below(each.path)
        self._closed = closed

    def _tell(self, news: Changes, seen: Snapshot) -> Changes:
        self._settling.end()
        self._is_hinted = False
        self._named = frozenset()
        self._reported.mark_reported(news, seen, self._clock())
        return news
