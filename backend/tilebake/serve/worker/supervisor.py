"""Supervise the worker process: start, restart with backoff, recycle when its memory grows.

The worker is started for the first bake, and again when it has died, after a pause that doubles with each
death. It is replaced between two bakes when its memory has grown. One that does not stop when told to, while
it loads a model, say, makes room for another, unless the next bake needs this very model. One whose load gets
nowhere, while it waits for a dead network drive, say, is ended, and the bake fails.
"""

import itertools
import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from tilebake.errors import Location, ModelError
from tilebake.models.reference import ModelSource
from tilebake.request import AttentionQuery, BakeRequest, OnStep, Step
from tilebake.serve.worker.limits import LIMITS, WorkerLimits, pause_after
from tilebake.serve.worker.process import WorkerDiedError, WorkerProcess
from tilebake.serve.worker.protocol import (
    Bake,
    Cancel,
    Crashed,
    Done,
    Loading,
    Loras,
    MakePainter,
    Progress,
    ProgressImage,
    RenderAttention,
    RenderedAttention,
    SendProgressImages,
    Sketch,
    Stopped,
    WarmUp,
    WorkFailed,
)
from tilebake.serve.worker.silence import Silence, Unstopped
from tilebake.serve.worker.stall import Stall

__all__ = ["BakeCancelledError", "Supervisor", "WorkerDiedError", "WorkerLimits", "pause_after"]

_log: Final = logging.getLogger(__name__)

POLL: Final = 0.1  # seconds between two checks whether a bake is still wanted


class BakeCancelledError(Exception):
    """Report that a bake is not wanted any more, or that the supervisor is closed."""


class StalledLoadError(ModelError):
    """Report that loading a model got nowhere, and was ended."""


class Supervisor:
    """Bake in a process of its own, one bake at a time; a second thread waits for its turn.

    `make_painter` is sent to the process, so it must be picklable. `close` leaves no process behind.
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
        self._silence = Silence(limits.silence)  # of the worker
        self._unstopped: Unstopped | None = None
        self._deaths = 0  # since a bake last ended
        self._start_after = 0.0  # by time.monotonic()

    def bake(
        self,
        request: BakeRequest,
        source: ModelSource,
        *,
        on_progress: OnStep,
        on_progress_image: Callable[[bytes], None],
        cancelled: Callable[[], bool],
        on_sketch: Callable[[bytes], None] | None = None,
        on_loading: Callable[[], None] | None = None,
    ) -> Done:
        """Bake, and return under which digest the cache has the texture, or the texture if it refused.

        Images come as PNG files, and only while progress images are on. With `on_sketch` a sketch comes
        first, whether they are on or not; `on_loading` is called if the model has to be loaded before.
        Raises TilebakeError for what the user can fix, WorkerDiedError (one of them) when the worker died,
        and BakeCancelledError when `cancelled` returned True: it is called ten times a second and takes
        effect between two steps, or once the worker has said nothing for too long.
        """
        outcome = self._run(
            lambda number: Bake(number, request, source, with_sketch=on_sketch is not None),
            _Callbacks(on_progress, on_progress_image, cancelled, on_sketch or _ignore_image, on_loading),
        )
        assert isinstance(outcome, Done), "the outcome of a bake"
        return outcome

    def render_attention(
        self,
        request: BakeRequest,
        source: ModelSource,
        query: AttentionQuery,
        *,
        on_progress: OnStep,
        cancelled: Callable[[], bool],
    ) -> bytes:
        """Paint where words work: a PNG of RGBA at the map's own pixel size. Raises what `bake` does."""
        outcome = self._run(
            lambda number: RenderAttention(number, request, source, query),
            _Callbacks(on_progress, _ignore_image, cancelled),
        )
        assert isinstance(outcome, RenderedAttention), "the outcome of a rendering"
        return outcome.png

    def _run(
        self, make_order: Callable[[int], Bake | RenderAttention], callbacks: "_Callbacks"
    ) -> Done | RenderedAttention:
        """Send the worker an order, and wait for its outcome."""
        with self._turn:
            self._wait_for_backoff(callbacks.cancelled)
            order = make_order(next(self._numbers))
            model = order.request.model_key()
            worker = self._worker_for(model)
            worker.send(order)
            try:
                outcome = self._wait_for_outcome(worker, order.number, model, callbacks)
            except WorkerDiedError:
                self._on_crash()
                raise
            except StalledLoadError as error:
                self._stop(patience=0.0)
                raise StalledLoadError(
                    error.what, where=Location(order.source.path), hint=error.hint
                ) from None
            finally:
                worker.send(Cancel(order.number))  # a callback may have raised while the work goes on
            self._deaths = 0
            if isinstance(outcome, Crashed):
                self._stop(patience=self._limits.patience)
            else:
                self._replace_if_grown(worker, model)
        match outcome:
            case WorkFailed():
                raise outcome.to_error()
            case Crashed():
                _log.error("the worker process crashed:\n%s", outcome.report.strip())
                raise outcome.mistake.to_error() from RuntimeError(outcome.report)
            case Stopped():
                raise BakeCancelledError
            case _:
                return outcome

    def warm_up(
        self, source: ModelSource, model_digest: str, loras: Loras, on_loading: Callable[[], None]
    ) -> None:
        """Start the worker, if there is none, and have it load a model while nobody waits for it.

        Raises WorkerDiedError when the system cannot start one.
        """
        with self._turn:
            if self._worker is None and not self._closing.is_set():
                on_loading()
                self._start().send(WarmUp(next(self._numbers), source, model_digest, loras))

    def send_progress_images(self, are_wanted: bool) -> None:
        """Send progress images from now on, or stop sending them. May be called from any thread."""
        self._progress_images = are_wanted
        if (worker := self._worker) is not None:
            worker.send(SendProgressImages(are_wanted))

    def close(self) -> None:
        """End the worker, between two steps if they come soon enough. No bake is possible afterwards."""
        self._closing.set()
        if (worker := self._worker) is not None:
            worker.end(self._limits.patience)
        with self._turn:
            self._stop(patience=0.0)

    def end_unstopped(self) -> None:
        """End a worker that has gone on for long with what nobody wants. Called while no bake waits."""
        with self._turn:
            left = self._unstopped
            if left is not None and time.monotonic() > left.until:
                self._unstopped = None
                if self._worker is not None and not self._has_answered(self._worker, left.number):
                    _log.info("the worker does not stop what is not wanted any more: ending it")
                    self._stop(patience=0.0)

    def _worker_for(self, model: object) -> WorkerProcess:
        """Return a worker for this model: the one there is, unless it is busy with what nobody wants."""
        left, self._unstopped = self._unstopped, None
        if left is not None and self._worker is not None:
            is_of_use = left.is_loading and left.model == model
            if not is_of_use and not self._has_answered(self._worker, left.number):
                _log.info("the worker does not stop what is not wanted any more: replacing it")
                self._stop(patience=0.0)
        return self._worker or self._start()

    def _has_answered(self, worker: WorkerProcess, number: int) -> bool:
        """Tell whether a worker has stopped after all, and waits for an order."""
        answers = Done | RenderedAttention | WorkFailed | Stopped
        with suppress(WorkerDiedError):
            while (message := worker.receive(0.0)) is not None:
                self._silence.hear(message)
                if message.number == number and isinstance(message, answers):
                    return True
        return False

    def _wait_for_outcome(
        self, worker: WorkerProcess, number: int, model: object, callbacks: "_Callbacks"
    ) -> Done | RenderedAttention | WorkFailed | Stopped | Crashed:
        """Pass on the worker's messages about one order until it is over, or not wanted and silent."""
        silence, stall = self._silence, Stall(self._limits.stall)
        silence.begin()
        while True:
            if not silence.is_measured and self._is_cancelled(callbacks.cancelled):
                worker.send(Cancel(number))
                silence.measure()
            message = worker.receive(POLL)
            if message is None:
                if silence.is_over:  # nor has it answered while this process itself was held up
                    until = time.monotonic() + self._limits.silence
                    self._unstopped = Unstopped(number, model, silence.is_loading, until)
                    raise BakeCancelledError
                if silence.is_loading and stall.is_over(worker.use):
                    raise _stalled(self._limits.stall)
                continue
            silence.hear(message)
            stall.begin()
            if message.number != number:
                continue  # it is a rest of an earlier bake
            match message:
                case Loading():
                    if callbacks.on_loading is not None and not message.is_over:
                        callbacks.on_loading()
                case Progress():
                    callbacks.on_progress(Step(message.step, message.steps))
                case ProgressImage():
                    callbacks.on_progress_image(message.png)
                case Sketch():
                    callbacks.on_sketch(message.png)
                case Done() | RenderedAttention() | WorkFailed() | Stopped() | Crashed():
                    return message

    def _is_cancelled(self, cancelled: Callable[[], bool]) -> bool:
        return self._closing.is_set() or cancelled()

    def _wait_for_backoff(self, cancelled: Callable[[], bool]) -> None:
        """Wait until the pause after a death is over. Raises BakeCancelledError."""
        while not self._is_cancelled(cancelled):
            left = self._start_after - time.monotonic()
            if left <= 0:
                return
            self._closing.wait(min(left, POLL))
        raise BakeCancelledError

    def _start(self) -> WorkerProcess:
        self._first_memory = None
        self._silence = Silence(self._limits.silence)
        try:
            self._worker = WorkerProcess(self._make_painter, self._cache_folder)
        except WorkerDiedError:
            self._pause()
            raise
        if self._closing.is_set():  # `close` may have looked for a worker just before there was one
            raise BakeCancelledError
        self._worker.send(SendProgressImages(self._progress_images))
        return self._worker

    def _on_crash(self) -> None:
        """Clean up after a worker that died. Raises BakeCancelledError if it was asked to end."""
        if self._closing.is_set():
            raise BakeCancelledError
        self._stop(patience=0.0)
        self._pause()

    def _pause(self) -> None:
        self._deaths += 1
        pause = pause_after(self._deaths, self._limits)
        self._start_after = time.monotonic() + pause
        _log.warning("the worker died (%d in a row): the next one starts in %.1f s", self._deaths, pause)

    def _replace_if_grown(self, worker: WorkerProcess, model: object) -> None:
        memory = worker.memory()
        if self._first_memory is None or self._first_memory.model != model:
            self._first_memory = _Memory(model, memory)
        elif memory > self._first_memory.bytes + self._limits.growth:
            _log.info("the worker's memory grew to %d MiB: replacing it", memory >> 20)
            self._stop(self._limits.patience)

    def _stop(self, patience: float) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.end(patience)
            worker.close()


def _stalled(seconds: float) -> StalledLoadError:
    what = f"loading the model got nowhere for {seconds:g} s, and was given up"
    return StalledLoadError(what, hint="check the disk or network drive that it lies on, and bake again")


def _ignore_image(_png: bytes) -> None:
    """Ignore a progress image."""


class _Callbacks(NamedTuple):
    """Hold what is called while an order runs, and what says whether it is still wanted."""

    on_progress: OnStep
    on_progress_image: Callable[[bytes], None]
    cancelled: Callable[[], bool]
    on_sketch: Callable[[bytes], None] = _ignore_image
    on_loading: Callable[[], None] | None = None


class _Memory(NamedTuple):
    """Hold what a worker had in main memory after its first bake with a model."""

    model: object
    bytes: int
