"""Run `tilebake watch`: start the backend, then show and log its events until it is time to stop."""

import logging
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from tilebake.cli.baking.meant_maps import note_no_project
from tilebake.cli.interrupt import Interruption, interruptible
from tilebake.cli.logfile import log_file, logging_to
from tilebake.cli.options import Choices, Machine
from tilebake.cli.painter_factory import PainterFactory
from tilebake.cli.parent_process import parent_exited
from tilebake.cli.planning import bake_options
from tilebake.cli.terminal.display import EventDisplay, show_events
from tilebake.cli.terminal.event_lines import EventLines
from tilebake.cli.terminal.printing import say, tell_note
from tilebake.cli.verbose import WATCH_LOG
from tilebake.errors import BakeError, ServeError, shown
from tilebake.level.project import Project, project_key, project_root
from tilebake.models.devices import refuse_absent_device
from tilebake.serve.api.ready import ready_file
from tilebake.serve.api.server import serving
from tilebake.serve.backend import MAPS_ARE_READ, Backend
from tilebake.serve.bake.batch import Around
from tilebake.serve.bake.discover import WHAT_MAPS_ARE
from tilebake.serve.bake.plan import BakeOptions
from tilebake.serve.bake.texture_cache import user_cache
from tilebake.serve.bulkhead import Chores
from tilebake.serve.files.project_lock import WriterLocks, only_writer
from tilebake.serve.jobs.status import Event
from tilebake.serve.setup import Setup, share_nothing
from tilebake.serve.store.open_store import open_store
from tilebake.serve.store.shared_store import Tell
from tilebake.serve.store.shared_textures import sharing
from tilebake.user_folders import state_folder

TICK: Final = 0.2  # seconds between two checks of whether to stop

log: Final = logging.getLogger(WATCH_LOG)


def run_watch(
    start: Path,
    choices: Choices,
    parent_pid: int | None,
    *,
    store: str | None = None,
    is_fast: bool,
    as_json: bool,
) -> int:
    """Watch the project that `start` belongs to, and return the exit code."""
    is_over = parent_exited(parent_pid)  # before anything takes time, in which its pid could be reused
    refuse_absent_device(choices.machine.device)
    root = project_root(start)
    note_no_project(root)
    setup = _setup(root, bake_options(choices, is_fast=is_fast), choices.machine, store)
    _watch(setup, is_over, as_json=as_json)
    return 0


def _setup(root: Path, options: BakeOptions, machine: Machine, store: str | None) -> Setup:
    if store is not None:
        open_store(store, tell_note)  # so that what nothing here can speak to is told before anything begins
    return Setup(
        root=root,
        options=options,
        make_painter=PainterFactory(machine, store, keeps_sources=True),
        cache=user_cache(),
        warms_up=True,
        journal=state_folder() / "jobs" / f"{project_key(root)}.sqlite",
        share=share_nothing if store is None else partial(_share, store),
    )


def _share(url: str, tell: Tell) -> Around:
    store = open_store(url, tell)
    return lambda baker: sharing(baker, store)


def _watch(setup: Setup, is_over: Callable[[], bool], *, as_json: bool) -> None:
    """Run the backend until somebody or something stops it. Raises CancelledError if that is a signal."""
    root = setup.root
    with ExitStack() as running:
        locks = WriterLocks("tilebake watch")
        try:
            locks = running.enter_context(only_writer(Project(root)))
            setup = replace(setup, hold=locks.hold)
        except BakeError as error:
            tell_note(f"other writers are not kept out: {error}")
        interruption = running.enter_context(interruptible())
        try:
            running.enter_context(logging_to(log_file(root)))
        except (OSError, BakeError) as error:
            tell_note(f"there will be no log file: {error}")
        backend = running.enter_context(Backend(setup))
        try:
            running.enter_context(serving(backend, root, ready_file(root)))
        except ServeError as error:
            log.warning("no local API: %s", error)
            tell_note(f"maps are painted, but no editor can ask for them: {error}")
        lines = EventLines()
        title = f"tilebake watch {root}"
        display = running.enter_context(show_events(backend, lines, title=title, as_json=as_json))
        ready = _Ready(root, lambda: bool(backend.maps()))
        _follow(backend, lines, display, ready, partial(_check, interruption, locks), is_over)


def _check(interruption: Interruption, locks: WriterLocks) -> None:
    """Raise CancelledError if a signal has come, BusyError if somebody else took the project."""
    interruption.check()
    try:
        locks.recheck()
    except BakeError as error:  # the folder of locks cannot be used just now: publishing tells it
        log.debug("%s", error)


def _follow(
    backend: Backend,
    event_lines: EventLines,
    display: EventDisplay,
    ready: "_Ready",
    check: Callable[[], None],
    is_over: Callable[[], bool],
) -> None:
    """Show and log what happens, until it is time to stop."""
    number, console = 0, Chores(say)
    while not backend.is_leaving and not is_over():
        check()
        events = backend.events(number, TICK)
        if not events:
            continue
        has_gap = events[0].number != number + 1  # more has happened at once than is kept
        number = events[-1].number
        to_tell = (*events, *_all_maps(backend)) if has_gap else events
        lines = [line for event in to_tell for line in event_lines.lines(event)]
        lines += ready.lines(events)
        for line in lines:
            log.info("%s", line)
        console.run(partial(display.show, events, lines))


class _Ready:
    """Tell once that saves are seen from now on."""

    def __init__(self, root: Path, has_maps: Callable[[], bool]) -> None:
        self._root = root
        self._has_maps = has_maps
        self._is_told = False

    def lines(self, events: Sequence[Event]) -> list[str]:
        """Return the line, if one of these events is that the backend has read all maps; two without any."""
        if self._is_told or not any(event.notice.startswith(MAPS_ARE_READ) for event in events):
            return []
        self._is_told = True
        none = [] if self._has_maps() else [f"note: there is no map yet; {WHAT_MAPS_ARE}"]
        return [*none, f"watching {shown(self._root)}; press Ctrl-C to stop"]


def _all_maps(backend: Backend) -> list[Event]:
    return [Event(0, map=view) for view in backend.maps()]
