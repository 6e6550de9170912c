"""The foreman: gives the one worker process its bakes and looks, and sees to it that there is one worker.

The worker is started for the first bake, started again when it has died, after a pause that grows, and
replaced between two bakes when its memory has grown.
"""

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from tilebake.models.reference import ModelSource
from tilebake.request import AttentionQuery, BakeRequest, OnStep, Step
from tilebake.serve.worker.process import WorkerDiedError, WorkerProcess
from tilebake.serve.worker.protocol import (
    Bake,
    Cancel,
    Done,
    Failed,
    MakePainter,
    Progress,
    ProgressImage,
    RenderAttention,
    RenderedAttention,
    SendProgressImages,
    Stopped,
)

__all__ = ["BakeCancelledError", "Foreman", "WorkerDiedError", "WorkerLimits", "pause_after"]

WAKE: Final = 0.1  # seconds between two looks at whether a bake is still wanted


class BakeCancelledError(Exception):
    """A bake was not wanted any more, or the foreman is closed."""


@dataclass(frozen=True)
class WorkerLimits:
    """What a worker may take."""

    growth: int = 2 << 30  # bytes of main memory over what it had after a model's first bake
    patience: float = 3.0  # seconds to leave in, once told to
    first_pause: float = 0.5  # seconds before a worker is started after one has died; doubled with each death
    longest_pause: float = 30.0


LIMITS: Final = WorkerLimits()


class Foreman:
    """Bakes in a process of its own. One bake at a time; a second thread waits for its turn.

    `make_painter` goes to the process, so it must be picklable. `close` leaves no process behind.
    """

    def __init__(self, make_painter: MakePainter, cache_folder: Path, limits: WorkerLimits = LIMITS) -> None:
        self._make_painter = make_painter
        self._cache_folder = cache_folder
        self._limits = limits
        self._turn = threading.RLock()  # held by the thread that bakes
        self._closing = threading.Event()
        self._numbers = itertools.count(1)
        self._worker: WorkerProcess | None = None
        self._progress_images = False
        self._first_memory: _Memory | None = None
        self._deaths = 0  # since a bake last came to an end
        self._rest_until = 0.0  # by time.monotonic()

    def bake(
        self,
        request: BakeRequest,
        source: ModelSource,
        *,
        on_progress: OnStep,
        on_progress_image: Callable[[bytes], None],
        cancelled: Callable[[], bool],
    ) -> str:
        """Bake, and give the digest under which the cache then has the texture.

        Pictures come as PNG files, and only while previews are on. Raises TilebakeError for what the user can
        hint, WorkerDiedError (one of them) when the worker died, and BakeCancelledError when `cancelled` said
        so, which is asked ten times a second and takes effect between two steps.
        """
        outcome = self._have_done(
            lambda number: Bake(number, request, source),
            _Followers(on_progress, on_progress_image, cancelled),
        )
        assert isinstance(outcome, Done), "what a bake comes to"
        return outcome.result

    def render_attention(
        self,
        request: BakeRequest,
        source: ModelSource,
        query: AttentionQuery,
        *,
        on_progress: OnStep,
        cancelled: Callable[[], bool],
    ) -> bytes:
        """Paint to see where words work: a PNG of RGBA at the map's own pixel size. Raises as `bake` does."""
        outcome = self._have_done(
            lambda number: RenderAttention(number, request, source, query),
            _Followers(on_progress, _unseen, cancelled),
        )
        assert isinstance(outcome, RenderedAttention), "what a look comes to"
        return outcome.png

    def _have_done(
        self, order_of: Callable[[int], Bake | RenderAttention], followers: "_Followers"
    ) -> Done | RenderedAttention:
        """Give the worker an order, and wait for what comes of it."""
        with self._turn:
            self._await_rest(followers.cancelled)
            worker = self._worker or self._hire()
            order = order_of(next(self._numbers))
            worker.send(order)
            try:
                outcome = self._follow(worker, order.number, followers)
            except WorkerDiedError:
                self._bury()
                raise
            finally:
                worker.send(Cancel(order.number))  # for a callback may have raised, and the work go on
            self._deaths = 0
            self._replace_if_grown(worker, order.request.model_key())
        match outcome:
            case Failed():
                raise outcome.error()
            case Stopped():
                raise BakeCancelledError
            case _:
                return outcome

    def send_progress_images(self, are_wanted: bool) -> None:
        """From now on, show the picture while it is painted, or do not. From any thread."""
        self._progress_images = are_wanted
        if (worker := self._worker) is not None:
            worker.send(SendProgressImages(are_wanted))

    def close(self) -> None:
        """End the worker, between two steps if it gets there soon enough; no bake is possible afterwards."""
        self._closing.set()
        if (worker := self._worker) is not None:
            worker.end(self._limits.patience)
        with self._turn:
            self._dismiss(patience=0.0)

    def _follow(
        self,
        worker: WorkerProcess,
        number: int,
        followers: "_Followers",
    ) -> Done | RenderedAttention | Failed | Stopped:
        """Pass on what the worker says of one bake or look, until it is over."""
        is_told = False
        while True:
            if not is_told and self._is_off(followers.cancelled):
                worker.send(Cancel(number))
                is_told = True
            message = worker.receive(WAKE)
            if message is None or message.number != number:
                continue  # the second is what was left of an earlier bake
            match message:
                case Progress():
                    followers.on_progress(Step(message.step, message.steps))
                case ProgressImage():
                    followers.on_progress_image(message.png)
                case Done() | RenderedAttention() | Failed() | Stopped():
                    return message

    def _is_off(self, cancelled: Callable[[], bool]) -> bool:
        return self._closing.is_set() or cancelled()

    def _await_rest(self, cancelled: Callable[[], bool]) -> None:
        """Let the pause after a death pass. Raises BakeCancelledError."""
        while not self._is_off(cancelled):
            left = self._rest_until - time.monotonic()
            if left <= 0:
                return
            self._closing.wait(min(left, WAKE))
        raise BakeCancelledError

    def _hire(self) -> WorkerProcess:
        self._first_memory = None
        try:
            self._worker = WorkerProcess(self._make_painter, self._cache_folder)
        except WorkerDiedError:
            self._pause()
            raise
        if self._closing.is_set():  # `close` may have looked for a worker just before there was one
            raise BakeCancelledError
        self._worker.send(SendProgressImages(self._progress_images))
        return self._worker

    def _bury(self) -> None:
        """A worker died. Raises BakeCancelledError if that is what it was to do."""
        if self._closing.is_set():
            raise BakeCancelledError
        self._dismiss(patience=0.0)
        self._pause()

    def _pause(self) -> None:
        self._deaths += 1
        self._rest_until = time.monotonic() + pause_after(self._deaths, self._limits)

    def _replace_if_grown(self, worker: WorkerProcess, model: object) -> None:
        memory = worker.memory()
        if self._first_memory is None or self._first_memory.model != model:
            self._first_memory = _Memory(model, memory)
        elif memory > self._first_memory.bytes + self._limits.growth:
            self._dismiss(self._limits.patience)

    def _dismiss(self, patience: float) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.end(patience)
            worker.close()


def _unseen(_png: bytes) -> None:
    """For work of which nobody sees progress_images."""


class _Followers(NamedTuple):
    """Who is told of one piece of work while it goes on, and who says whether it is still wanted."""

    on_progress: OnStep
    on_progress_image: Callable[[bytes], None]
    cancelled: Callable[[], bool]


class _Memory(NamedTuple):
    """What a worker had in main memory after its first bake with a model."""

    model: object
    bytes: int


def pause_after(deaths: int, limits: WorkerLimits) -> float:
    """Seconds to wait before a worker is started, after so many deaths without a bake that came to an end."""
    return min(limits.longest_pause, limits.first_pause * 2.0 ** (min(deaths, 30) - 1))
