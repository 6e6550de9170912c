"""A watch of real files whose clock is turned by the test, and which is told what the system would tell."""

from collections.abc import Iterable
from pathlib import Path

from tests.helpers.clock import Clock
from tests.helpers.watch_reader import contents
from tilebake.serve.watching.fs_events import Mode
from tilebake.serve.watching.snapshot import Changes
from tilebake.serve.watching.watch import STOP_TICK, Places, Timing, Watcher


class Hints:
    """Notices of the system, given by a test; with none of them the mode is polling."""

    def __init__(self, *, enabled: bool) -> None:
        self.mode = Mode("events") if enabled else Mode("polling", "a reason")
        self._is_enabled = enabled
        self._named: set[Path] = set()
        self._is_noticed = False

    def give(self, path: Path) -> None:
        if self._is_enabled:
            self._named.add(path)
            self._is_noticed = True

    def wait(self, seconds: float) -> bool:
        raise NotImplementedError("nobody waits where a clock is turned", seconds)

    def take(self) -> bool:
        is_noticed, self._is_noticed = self._is_noticed, False
        return is_noticed

    def take_named(self) -> frozenset[Path]:
        named = frozenset(self._named)
        self._named.clear()
        return named

    def follow(self, folders: Iterable[Path], files: Iterable[Path]) -> None:
        """Nothing is followed: the test says what happens."""


class TurnedWatch:
    """Looks whenever its clock has gone on by a tick, and reads what it is told of."""

    def __init__(self, folder: Path, timing: Timing) -> None:
        self.clock = Clock()
        self.hints = Hints(enabled=timing.events)
        self.told: list[tuple[float, Changes]] = []
        self.held: dict[Path, str] = {}
        self.looks = 0
        self._folder = folder
        self._watcher = Watcher(self._places, self.hints, timing, clock=self.clock)
        self._read(self._watcher.first())

    def go_on(self, seconds: float) -> None:
        """Let so much time pass."""
        end = self.clock.now + seconds
        while self.clock.now < end:
            self.clock.now = min(self.clock.now + STOP_TICK, end)
            if news := self._watcher.take_settled():
                self._read(news)

    def _places(self) -> Places:
        self.looks += 1
        return Places((self._folder,))

    def _read(self, news: Changes) -> None:
        self.told.append((self.clock.now, news))
        self.held = contents(self._folder)
