"""Start workers as Ray's actors, on this machine or on a cluster, and carry orders to them and answers back.

Ray is imported here and nowhere else, by its name alone: it is no part of a plain installation.
"""

import importlib
import logging
import os
import signal
import socket
import time
from collections.abc import Sequence
from contextlib import chdir
from itertools import count
from pathlib import Path
from typing import Any, Final, NamedTuple

from tilebake.errors import BakeError
from tilebake.serve.bulkhead import LONGEST_WORDS
from tilebake.serve.cluster.messages import (
    Answered,
    Died,
    FindSite,
    Heard,
    Introduced,
    Message,
    PaintOrder,
    WorkerId,
)
from tilebake.serve.cluster.painting_worker import PaintingWorker
from tilebake.serve.worker.protocol import MakePainter

RAY_EXTRA: Final = 'pip install "tilebake[cluster]"'
LOCAL: Final = "local:"
OBJECTS: Final = 256 << 20  # bytes of shared memory on this machine for textures on their way
LISTEN: Final = 2.0  # seconds from one question for a sign of life to the next
PACKAGE_FOLDER: Final = Path(__file__).resolve().parents[3]

_log: Final = logging.getLogger(__name__)


class Room(NamedTuple):
    """Say how many workers there is room for, and what each takes."""

    workers: int
    cpus: int
    gpus: int


class RayCrew:
    """Run an actor for each card of a cluster; without cards, for as many cores as its smallest node has."""

    def __init__(
        self,
        place: str,
        make_painter: MakePainter,
        find_site: FindSite = socket.gethostname,
        *,
        uses_gpus: bool,
    ) -> None:
        """Connect to `local:N`, `auto` or HOST:PORT. Raises BakeError."""
        self._ray = _connect(place)
        room = _find_room(self._ray, place, uses_gpus=uses_gpus)
        self.size = room.workers
        painter = self._ray.put(make_painter)
        worker_class = self._ray.remote(PaintingWorker)
        # A dead actor is started again by the dispatcher, which knows what it was painting.
        resources = {"num_cpus": room.cpus, "num_gpus": room.gpus, "max_restarts": 0, "max_task_retries": 0}
        self._make = lambda: worker_class.options(**resources, max_concurrency=2).remote(painter, find_site)
        self._ids = count(1)
        self._actors: dict[WorkerId, Any] = {}
        self._pending: dict[Any, tuple[WorkerId, str]] = {}  # by Ray's references: whose, and what was asked
        self._signs: dict[WorkerId, int] = {}
        self._listens_at: dict[WorkerId, float] = {}

    def start(self) -> WorkerId:
        """Start a worker, which will be Introduced, or Died."""
        worker = next(self._ids)
        self._actors[worker] = self._make()
        self._ask(worker, "introduce")
        return worker

    def give(self, worker: WorkerId, order: PaintOrder) -> None:
        """Give an order to a worker that is ready and has none."""
        self._ask(worker, "paint", order)
        self._listens_at[worker] = time.monotonic() + LISTEN

    def end(self, worker: WorkerId) -> None:
        """End a worker at once. Nothing more is heard of it."""
        actor = self._actors.pop(worker, None)
        self._listens_at.pop(worker, None)
        self._pending = {ref: asked for ref, asked in self._pending.items() if asked[0] != worker}
        if actor is not None:
            self._ray.kill(actor)

    def wait(self, seconds: float, /) -> Sequence[Message]:
        """Return what has come, waiting at most so long for the first of it."""
        self._listen()
        if not self._pending:
            time.sleep(seconds)
            return []
        refs = list(self._pending)
        self._ray.wait(refs, num_returns=1, timeout=seconds)
        done, _ = self._ray.wait(refs, num_returns=len(refs), timeout=0)
        return [message for ref in done for message in self._read(ref)]

    def close(self) -> None:
        """End all workers, and leave the cluster. One that was started here ends with it."""
        for worker in list(self._actors):
            self.end(worker)
        self._ray.shutdown()

    def _ask(self, worker: WorkerId, method: str, *arguments: object) -> None:
        ref = getattr(self._actors[worker], method).remote(*arguments)
        self._pending[ref] = (worker, method)

    def _listen(self) -> None:
        """Ask each worker that has an order for a sign of life, now and then."""
        for worker, at in self._listens_at.items():
            if time.monotonic() >= at and (worker, "signs") not in self._pending.values():
                self._listens_at[worker] = time.monotonic() + LISTEN
                self._ask(worker, "signs")

    def _read(self, ref: Any) -> list[Message]:
        """Return what an answer that has come says; nothing of one that was dropped meanwhile."""
        if ref not in self._pending:
            return []
        worker, method = self._pending.pop(ref)
        try:
            answer = self._ray.get(ref)
        except Exception as error:  # whatever ended it, Ray's own errors among them
            _log.warning("worker %s cannot %s", worker, method, exc_info=error)
            self.end(worker)
            return [Died(worker, _spell(error))]
        if method == "introduce":
            return [Introduced(worker, answer)]
        if method == "paint":
            self._listens_at.pop(worker, None)
            return [Answered(worker, answer)]
        is_new, self._signs[worker] = self._signs.get(worker) != answer, answer
        return [Heard(worker)] if is_new else []


def _connect(place: str) -> Any:
    """Return Ray, connected. Raises BakeError."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # no network but what was asked for
    try:
        ray = importlib.import_module("ray")
    except ImportError as error:
        raise BakeError("--cluster needs Ray, which is not installed", hint=RAY_EXTRA) from error
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if place.startswith(LOCAL):
        cores = max(os.cpu_count() or 1, int(place.removeprefix(LOCAL)))
        options |= {"num_cpus": cores, "include_dashboard": False, "object_store_memory": OBJECTS}
        options["address"] = "local"
    else:
        options["address"] = place
    handler = signal.getsignal(signal.SIGTERM)
    try:
        # Workers import from what is the current folder now: no project, which may have a torch.py.
        with chdir(PACKAGE_FOLDER):
            ray.init(**options)
    except Exception as error:
        what = f"the cluster {place} cannot be reached: {_spell(error)}"
        raise BakeError(what, hint="run this on a machine of the cluster, or take local:2") from error
    finally:
        signal.signal(signal.SIGTERM, handler)  # which Ray has put its own in the place of
    return ray


def _find_room(ray: Any, place: str, *, uses_gpus: bool) -> Room:
    wanted = int(place.removeprefix(LOCAL)) if place.startswith(LOCAL) else None
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    if uses_gpus and (cards := [int(node["GPU"]) for node in nodes if node.get("GPU")]):
        return Room(min(sum(cards), wanted or sum(cards)), 1, 1)
    cores = [int(node["CPU"]) for node in nodes if node.get("CPU")]
    if not cores:
        raise BakeError(f"the cluster {place} has no processors to paint with", hint="start workers in it")
    if wanted is not None:
        return Room(wanted, max(1, sum(cores) // wanted), 0)
    return Room(sum(each // min(cores) for each in cores), min(cores), 0)


def _spell(error: Exception) -> str:
    """Return the first line of what Ray says, which goes on for pages; the log has all of it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0][:LONGEST_WORDS]}" if lines else type(error).__name__
