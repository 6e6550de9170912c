"""Check what a backend needs of this machine and of a project, and say what to do where it is missing."""

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import psutil

from tilebake.errors import Diagnostic, ServeError, TilebakeError
from tilebake.level.project import FILE_NAME, Project, find_project, map_folders
from tilebake.serve.api.client import answers
from tilebake.serve.api.ready import read_ready, ready_file
from tilebake.serve.bake.batch import Failed, survey
from tilebake.serve.bake.discover import find_maps
from tilebake.serve.bake.plan import BakeOptions, Planner
from tilebake.serve.bake.texture_cache import user_cache
from tilebake.serve.bulkhead import as_error, bulkhead
from tilebake.serve.files.project_lock import holder
from tilebake.serve.files.safe_folder import nearest_folder
from tilebake.serve.speeds import MEGAPIXEL, Speeds, Work
from tilebake.serve.watching.fs_events import FsEvents
from tilebake.user_folders import shorten_home

GIB: Final = 1 << 30
LEAST_MEMORY: Final = 1 * GIB  # for the embedded model and a usual map
LEAST_DISK: Final = 1 * GIB
PATIENCE: Final = 300.0  # seconds; the first import of torch on a slow disk takes long
SMALLEST_TOLD: Final = 1 << 17  # canvas pixels: half of them and more is what a map has
INOTIFY: Final = Path("/proc/sys/fs/inotify")
TORCH_PROBE: Final = ("-m", "tilebake.paint.torch_probe")  # a program, for nothing here imports torch


@dataclass(frozen=True)
class Finding:
    """Hold what was found about one subject. A hint makes it a problem."""

    subject: str
    diagnostic: Diagnostic

    @property
    def found(self) -> str:
        """What was found, without the hint, and without the name of the user's home: it is made public."""
        return shorten_home(str(replace(self.diagnostic, hint=None)))

    @property
    def hint(self) -> str:
        """What to do about it; empty if nothing has to be done."""
        return shorten_home(self.diagnostic.hint or "")

    def as_json(self) -> dict[str, str]:
        """Return it as `doctor --json` prints it."""
        return {"subject": self.subject, "found": self.found, "hint": self.hint}


def examine(root: Path) -> Iterator[Finding]:
    """Examine everything, one subject after the other. Nothing is changed by it."""
    yield _found("python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    yield from _safely("torch", lambda: [_torch()])
    yield from _safely("memory", lambda: [_memory()])
    project = Project(root, maps=(root,))
    try:
        with bulkhead(root):
            project = find_project(root)
        yield _found("project", str(root))
    except TilebakeError as error:
        yield _problem("project", error)
    yield from _safely("model", lambda: [_model(project)])
    yield from _safely("speed", lambda: _speed(project))
    yield from _safely("maps", lambda: _maps(project))
    yield from _safely("output", lambda: [_space("output", project.output or project.root)])
    yield from _safely("cache", lambda: [_cache()])
    yield from _safely("watching", lambda: [_watching(project)])
    yield from _safely("lock", lambda: [_lock(project)])
    yield from _safely("backend", lambda: [_backend(project)])


def _safely(subject: str, examine_it: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """Examine one subject. What goes wrong with it is a finding of it."""
    try:
        yield from examine_it()
    except Exception as error:
        yield _problem(subject, as_error(error))


def _torch() -> Finding:
    """Check torch in a process of its own, which may die of a broken driver."""
    done = subprocess.run(
        [sys.executable, *TORCH_PROBE],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=PATIENCE,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        return _found("torch", f"cannot be imported: {reason}", "install tilebake anew, with its torch")
    found = json.loads(done.stdout.splitlines()[-1])
    devices = [f"{kind} ({found[kind]})" for kind in ("cuda", "mps", "xpu") if kind in found]
    memory = f", {_gib(found['bytes'])}" if "bytes" in found else ""
    return _found("torch", f"{found['torch']} on {', '.join(devices) or 'cpu'}{memory}")


def _memory() -> Finding:
    memory = psutil.virtual_memory()
    found = f"{_gib(memory.available)} of {_gib(memory.total)} free"
    return _found("memory", found, "close other programs" if memory.available < LEAST_MEMORY else "")


def _model(project: Project) -> Finding:
    try:
        source, digest = Planner(BakeOptions()).model(project)
    except TilebakeError as error:
        return _problem("model", error)
    return _found("model", f"{source.reference} at {source.path}, whole, {digest[:12]}")


def _speed(project: Project) -> Iterator[Finding]:
    """Tell how fast pictures became ready here, by the model's own number of steps, the smallest first.

    Those of a few tiles are passed over where larger ones are known: most of their time is not painting.
    """
    try:
        source, digest = Planner(BakeOptions()).model(project)
    except TilebakeError:  # the model's own finding
        return
    speeds = sorted(Speeds().of_model(digest), key=lambda each: (each.device, each.size_class))
    usual = [each for each in speeds if 1 << each.size_class >= SMALLEST_TOLD]
    for speed in usual or speeds:
        work = Work(1 << speed.size_class - 1, source.defaults.steps)
        rate = f"{speed.megapixels_per_minute(work):.2g} Mpx a minute"
        size = f"pictures of about {work.pixels / MEGAPIXEL:.2g} Mpx"
        yield _found("speed", f"{rate} on {speed.device}, for {size} in {work.passes} steps")


def _maps(project: Project) -> Iterator[Finding]:
    usable, problems = map_folders(project)
    told: list[TilebakeError] = [*problems]
    notes: list[str] = []
    maps = find_maps(usable, told.append, notes.append)
    yield from (_problem("maps", error) for error in told)
    yield from (_found("maps", note) for note in notes)
    if not maps:
        return
    events = tuple(survey(maps, BakeOptions()))
    failures = [event for event in events if isinstance(event, Failed)]
    stale = sum(not isinstance(event, Failed) and event.job.stale is not None for event in events)
    yield _found("maps", f"{len(events)}, of which stale: {stale}, with an error: {len(failures)}")
    for error in dict.fromkeys(str(failure.error) for failure in failures):
        yield _found("map", error, "correct it")
    plans = (event.job for event in events if not isinstance(event, Failed))
    for note in dict.fromkeys(str(note) for job in plans for note in job.request.tilemap.notes):
        yield _found("note", note)


def _space(subject: str, folder: Path) -> Finding:
    there = nearest_folder(folder)
    subject, free = f"disk of {subject}", shutil.disk_usage(there).free
    if not os.access(there, os.W_OK):
        return _found(subject, f"{there} cannot be written to", "make it writable")
    hint = "free some space" if free < LEAST_DISK else ""
    return _found(subject, f"{_gib(free)} free at {folder}", hint)


def _cache() -> Finding:
    try:
        return _space("cache", user_cache().folder)
    except TilebakeError as error:  # it is another user's
        return _problem("cache", error)


def _watching(project: Project) -> Finding:
    with FsEvents() as notices:
        notices.follow(project.maps, [project.root / FILE_NAME])
        mode = notices.mode
    limits = ", ".join(
        f"{name} {(INOTIFY / name).read_text().strip()}"
        for name in ("max_user_watches", "max_user_instances")
        if (INOTIFY / name).is_file()
    )
    known = f" ({limits})" if limits else ""
    if mode.kind == "events":
        return _found("watching", f"by events{known}")
    return _found("watching", f"by polling every few seconds: {mode.reason}{known}")


def _lock(project: Project) -> Finding:
    try:
        held = holder(project)
    except TilebakeError as error:
        return _problem("lock", error)
    return _found("lock", "free" if held is None else f"held by {held}")


def _backend(project: Project) -> Finding:
    """Check the backend: one that does not answer is a problem, none at all is not."""
    try:
        file = ready_file(project.root)
        if not file.exists():
            return _found("backend", "none is running")
        ready = read_ready(file)
    except ServeError as error:
        return _problem("backend", error)
    if answers(ready):
        return _found("backend", f"process {ready.pid} answers at {ready.host}, {ready.version}")
    return _found(
        "backend",
        f"process {ready.pid} does not answer at {ready.host}",
        "end it, and start `tilebake watch`",
    )


def _problem(subject: str, error: TilebakeError) -> Finding:
    return Finding(subject, replace(error.diagnostic, hint=error.hint or "correct it"))


def _found(subject: str, what: str, hint: str = "") -> Finding:
    return Finding(subject, Diagnostic(what, hint=hint or None))


def _gib(count: int) -> str:
    return f"{count / GIB:.1f} GiB"
