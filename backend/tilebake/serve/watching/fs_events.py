"""Notice that something happened in some folders, as the system reports it: a hint to look, and no more.

Systems drop events, and watchdog's threads die with the folder they watch. So nothing here is relied on:
whoever waits for notices also looks by himself from time to time.
"""

import errno
import logging
import os
import threading
import time
import warnings
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from stat import S_ISDIR
from types import TracebackType
from typing import Final, Literal, NamedTuple, Self

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch

from tilebake.level.map_names import may_be_map
from tilebake.serve.files.map_walk import IGNORE_MARK
from tilebake.serve.watching.remote_mounts import is_below, remote_type

RETRY: Final = 30.0  # seconds from a refusal to the next try
# Reading is left out, so that no look of ours is a reason to look again.
EVENTS: Final[list[type[FileSystemEvent]]] = [
    *(FileCreatedEvent, FileModifiedEvent, FileClosedEvent, FileMovedEvent, FileDeletedEvent),
    *(DirCreatedEvent, DirMovedEvent, DirDeletedEvent),
]

# What watchdog complains of, the next look makes good; on a terminal it would only puzzle.
logging.getLogger("watchdog").setLevel(logging.CRITICAL)
warnings.filterwarnings("ignore", "Callback with id", RuntimeWarning)


class Mode(NamedTuple):
    """Say how changes are noticed: by events, or only by polling, and then why."""

    kind: Literal["events", "polling"]
    reason: str = ""


class _Target(NamedTuple):
    """Name a folder to watch, and which one of that name: it may be removed and made again."""

    identity: tuple[int, int]
    is_recursive: bool
    given: str  # its absolute path as it was given, where links are not followed


class _Watched(NamedTuple):
    target: _Target
    watch: ObservedWatch


class FsEvents:
    """Notice changes below the folders that were last passed to `follow`. Not for several threads."""

    def __init__(self, *, enabled: bool = True, clock: Callable[[], float] = time.monotonic) -> None:
        self._is_enabled = enabled
        self._clock = clock
        self._mode = Mode("events") if enabled else Mode("polling", "events are turned off")
        self._handler = _Handler()
        self._observer: BaseObserver | None = None
        self._watched: dict[str, _Watched] = {}
        self._retry_at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    @property
    def mode(self) -> Mode:
        """Return whether events are available, as far as the last `follow` could tell."""
        return self._mode

    def wait(self, seconds: float) -> bool:
        """Wait for a notice, at most so long; True if there is one that was not taken yet."""
        return self._handler.noticed.wait(seconds)

    def take(self) -> bool:
        """Tell whether something happened since the last call."""
        if not self._handler.noticed.is_set():
            return False  # without clearing: a notice may come in just now
        self._handler.noticed.clear()
        return True

    def take_named(self) -> frozenset[Path]:
        """Return the files that notices named since the last call, by the paths that were followed."""
        return frozenset(Path(self._as_given(path)) for path in self._handler.take_named())

    def follow(self, folders: Iterable[Path], files: Iterable[Path]) -> None:
        """Watch these folders and the folders of these files, those that are missing by the nearest above.

        To be called before each look: it also finds folders that were made again and watches that died. Where
        the system refuses, the mode is "polling", and a later call tries again.
        """
        if not self._is_enabled or self._clock() < self._retry_at:
            return
        folders, files = tuple(folders), tuple(files)
        self._handler.names = frozenset(path.name for path in (*folders, *files))
        try:
            self._adjust(_targets(folders, files))
        except OSError as error:
            self._close()
            self._mode = Mode("polling", _explain(error))
            self._retry_at = self._clock() + RETRY

    def _adjust(self, targets: dict[str, _Target]) -> None:
        observer = self._running()
        alive = {emitter.watch for emitter in observer.emitters if emitter.is_alive()}
        for path, (target, watch) in tuple(self._watched.items()):
            if target != targets.get(path) or watch not in alive:
                observer.unschedule(watch)
                del self._watched[path]
        missing = [path for path in targets if path not in self._watched]
        for path in missing:
            self._schedule(observer, path, targets[path])
        if missing:
            self._mode = _mode_for(targets)

    def _running(self) -> BaseObserver:
        if self._observer is None or not self._observer.is_alive():
            self._close()
            self._observer = Observer()
            self._observer.start()
        return self._observer

    def _schedule(self, observer: BaseObserver, path: str, target: _Target) -> None:
        try:
            watch = observer.schedule(self._handler, path, recursive=target.is_recursive, event_filter=EVENTS)
        except (FileNotFoundError, NotADirectoryError):  # gone meanwhile; the next call sees what is there
            return
        self._watched[path] = _Watched(target, watch)

    def _as_given(self, path: str) -> str:
        roots = ((real, watched.target.given) for real, watched in self._watched.items())
        return next((f"{given}{path[len(real) :]}" for real, given in roots if is_below(path, real)), path)

    def _close(self) -> None:
        self._watched.clear()
        if self._observer is None:
            return
        self._observer.stop()
        if self._observer.is_alive():
            self._observer.join()
        self._observer = None


class _Handler(FileSystemEventHandler):
    """Notes that something happened. It reads nothing and never raises: that would end watchdog's thread."""

    def __init__(self) -> None:
        self.noticed = threading.Event()
        self.names: frozenset[str] = frozenset()
        self._named: set[str] = set()
        self._lock = threading.Lock()

    def take_named(self) -> frozenset[str]:
        with self._lock:
            named = frozenset(self._named)
            self._named.clear()
        return named

    def on_any_event(self, event: FileSystemEvent) -> None:
        paths = [os.fsdecode(path) for path in (event.src_path, event.dest_path) if path]
        if not any(self._matters(Path(path).name, event) for path in paths):
            return
        if not event.is_directory:
            with self._lock:
                self._named.update(paths)
        self.noticed.set()  # last: whoever sees it finds the names

    def _matters(self, name: str, event: FileSystemEvent) -> bool:
        if name in self.names or name == IGNORE_MARK:
            return True
        if event.is_directory:
            return not name.startswith(".")
        return may_be_map(name) or "." not in name  # of what is gone, Windows tells no folder from a file


def _targets(folders: tuple[Path, ...], files: tuple[Path, ...]) -> dict[str, _Target]:
    """List what to watch, by resolved paths: the folders with all below, then those around them without.

    The ones around notice when a folder is made, moved away or replaced. They come last for one more reason:
    where the system runs out of watches deep inside a folder, watchdog tells nobody, but the next one fails.
    """
    whole = [(folder, True) for folder in folders if _is_folder(folder)]
    around = [(_nearest_folder(path.absolute().parent), False) for path in (*folders, *files)]
    targets: dict[str, _Target] = {}
    for folder, is_recursive in (*whole, *around):
        with suppress(OSError):  # gone meanwhile
            status = folder.stat()
            identity = (status.st_dev, status.st_ino)
            target = _Target(identity, is_recursive, str(folder.absolute()))
            targets.setdefault(os.path.realpath(folder), target)
    return targets


def _nearest_folder(path: Path) -> Path:
    return next((each for each in (path, *path.parents) if _is_folder(each)), path)


def _is_folder(path: Path) -> bool:
    try:
        return S_ISDIR(path.stat().st_mode)
    except OSError:
        return False


def _mode_for(targets: Iterable[str]) -> Mode:
    """Events of a network file system tell of this machine's own changes at best; they are never enough."""
    remote = next(filter(None, map(remote_type, targets)), "")
    if not remote:
        return Mode("events")
    return Mode("polling", f"{remote} does not tell what other machines change")


def _explain(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return "no watches are left; raise fs.inotify.max_user_watches"
    if error.errno == errno.EMFILE:
        return "too many programs watch files; raise fs.inotify.max_user_instances"
    return f"the system gives no events: {error.strerror or error}"
