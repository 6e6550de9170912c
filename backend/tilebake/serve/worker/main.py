"""Run the worker process, which alone loads a model, keeps it warm, and bakes what comes through its pipe.

It ends with its host, whatever the host died of: one thread only reads the pipe, and then the pipe closes.
"""

import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from tilebake.errors import BakeError, TilebakeError
from tilebake.level.canvas import in_windows
from tilebake.request import BakeRequest, OnStep, Painter, Step, model_key
from tilebake.serve.bake.texture_cache import Cache, cached, result_digest
from tilebake.serve.bulkhead import Mistake
from tilebake.serve.files.png import QUICK, png_bytes
from tilebake.serve.files.png_strips import StripPacker
from tilebake.serve.speeds import measure
from tilebake.serve.worker.protocol import (
    Bake,
    Cancel,
    Crashed,
    Done,
    Leave,
    Loading,
    MakePainter,
    Progress,
    ProgressImage,
    RenderAttention,
    RenderedAttention,
    SendProgressImages,
    Sketch,
    Stopped,
    ToHost,
    ToWorker,
    WarmUp,
    WorkFailed,
)
from tilebake.serve.worker.sketch import sketch_of
from tilebake.texture import Texture

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    import numpy as np
    from numpy.typing import NDArray

CRASHED: Final = 70  # exit codes
HOST_GONE: Final = 71
Order = Bake | RenderAttention | WarmUp
REST: Final = 4.0  # a progress_image is followed by so many times its own duration without one


def work(connection: "Connection[ToHost, ToWorker]", make_painter: MakePainter, cache_folder: Path) -> None:
    """Serve the host until it says to leave, and end the process. This is its main function."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches us too; the host decides what it means
    sys.stdout = sys.stderr  # what a library prints must not come between the host's lines of JSON
    worker = _Worker(connection, make_painter, Cache(cache_folder, packer=StripPacker()))
    _end(worker.run())


def _end(exitcode: int) -> NoReturn:
    """End at once: nothing is left to be saved, and an orderly shutdown of torch takes seconds."""
    with suppress(OSError, ValueError, AttributeError):  # a console that is full, closed, or was never there
        sys.stderr.flush()
    os._exit(exitcode)


class _Worker:
    """Answer one order after the other."""

    def __init__(
        self, connection: "Connection[ToHost, ToWorker]", make_painter: MakePainter, cache: Cache
    ) -> None:
        self._connection = connection
        self._inbox = _Inbox(connection)
        self._models = _LoadedModel(make_painter)
        self._cache = cache

    def run(self) -> int:
        """Answer orders until the host says to leave, or one crashes; return the exit code."""
        threading.Thread(target=self._inbox.read, name="inbox", daemon=True).start()
        while not isinstance(order := self._inbox.orders.get(), Leave):
            try:
                self._connection.send(self._answer(order))
            except Exception as error:  # the host reports it
                with suppress(OSError):  # perhaps the host is what is gone
                    crash = Crashed(order.number, Mistake.from_error(error), traceback.format_exc())
                    self._connection.send(crash)
                return CRASHED
        return 0

    def _answer(self, order: Order) -> ToHost:
        on_step = _Steps(order.number, self._inbox, self._connection)
        try:
            match order:
                case Bake():
                    return self._bake(order, on_step)
                case RenderAttention():
                    return self._render_attention(order, on_step)
                case WarmUp():
                    self._painter(order)
                    return Stopped(order.number)
        except _StoppedError:
            return Stopped(order.number)
        except TilebakeError as error:
            return WorkFailed.from_error(order.number, error)

    def _bake(self, order: Bake, steps: "_Steps") -> Done:
        def bake(request: BakeRequest, on_step: OnStep) -> Texture:
            painter = self._painter(order)
            sketch = sketch_of(request) if order.with_sketch else None
            if sketch is not None:
                steps.show_sketch(painter, sketch, lasts=not in_windows(request.tilemap, request.settings))
            texture = painter.bake(request, on_step)
            refused.extend(painter.take_refusals())
            return texture

        refused: list[BakeError] = []
        texture = cached(bake, self._cache, refused.append)(order.request, steps)
        speed = measure(order.request, texture)
        if refused:
            return Done(order.number, result_digest(texture), texture, refused[0].what, speed)
        return Done(order.number, result_digest(texture), speed=speed)

    def _render_attention(self, order: RenderAttention, on_step: OnStep) -> RenderedAttention:
        def without_image(step: Step) -> None:
            on_step(step._replace(progress_image=None))

        heat = self._painter(order).render_attention(order.request, order.query, without_image)
        return RenderedAttention(order.number, png_bytes(heat))

    def _painter(self, order: Order) -> Painter:
        if self._models.has(order):
            return self._models.painter(order)
        self._connection.send(Loading(order.number))
        painter = self._models.painter(order)
        self._connection.send(Loading(order.number, is_over=True))
        self._inbox.check(order.number)  # loading may have taken long
        return painter


class _StoppedError(Exception):
    """Stop between two steps: the bake is not wanted any more."""


class _Inbox:
    """Receive what the host sends while a bake runs."""

    def __init__(self, connection: "Connection[ToHost, ToWorker]") -> None:
        self.orders: queue.SimpleQueue[Order | Leave] = queue.SimpleQueue()
        self.progress_images = False
        self._connection = connection
        self._stopped = 0.0  # bakes up to this number are not wanted any more

    def read(self) -> None:
        """Read until the pipe closes, and then end the process, whatever it is doing."""
        try:
            while True:
                self._take(self._connection.recv())
        finally:  # whatever it is that cannot be read: a worker that hears nothing must not stay
            os._exit(HOST_GONE)

    def check(self, number: int) -> None:
        """Raise _StoppedError if a bake is not wanted any more."""
        if number <= self._stopped:
            raise _StoppedError(number)

    def _take(self, message: ToWorker) -> None:
        match message:
            case Bake() | RenderAttention() | WarmUp():
                self.orders.put(message)
            case Cancel():
                self._stopped = max(self._stopped, message.number)
            case SendProgressImages():
                self.progress_images = message.are_wanted
            case Leave():
                self._stopped = inf
                self.orders.put(message)


class _LoadedModel:
    """Keep the painter of one model."""

    def __init__(self, make_painter: MakePainter) -> None:
        self._make_painter = make_painter
        self._key: object = None
        self._painter: Painter | None = None

    def has(self, order: Order) -> bool:
        """Tell whether the model that an order needs is the one that is kept."""
        return self._painter is not None and self._key == _key_of(order)

    def painter(self, order: Order) -> Painter:
        """Return the painter of the model that an order needs, loading it if it is another one."""
        if self._painter is None or not self.has(order):
            self._painter = None  # two models need not fit into memory together
            loras = order.loras if isinstance(order, WarmUp) else order.request.loras
            self._painter = self._make_painter(order.source, loras)
            self._key = _key_of(order)
        return self._painter


def _key_of(order: Order) -> tuple[object, ...]:
    """Return the key of the model that an order needs."""
    return (
        model_key(order.model_digest, order.loras) if isinstance(order, WarmUp) else order.request.model_key()
    )


class _Steps:
    """Report each step of a bake, send progress images while they are wanted, and stop when cancelled."""

    def __init__(self, number: int, inbox: _Inbox, connection: "Connection[ToHost, ToWorker]") -> None:
        self._number = number
        self._inbox = inbox
        self._connection = connection
        self._next_image = 0.0  # by time.monotonic()
        self._sketch_size = 0  # along the longer side, while a sketch is shown that looks better than images

    def __call__(self, step: Step) -> None:
        self._inbox.check(self._number)
        self._connection.send(Progress(self._number, step.step, step.steps))
        is_due = (
            self._inbox.progress_images and step.step < step.steps and time.monotonic() >= self._next_image
        )
        if self._sketch_size and 2 * step.step < step.steps:
            return  # the sketch looks better still
        if is_due and step.progress_image is not None:
            self._show(step.progress_image)

    def show_sketch(self, painter: Painter, request: BakeRequest, *, lasts: bool) -> None:
        """Paint a sketch and send it. It is nobody's texture, and its mistakes are the bake's to tell.

        It `lasts` while progress images look worse; windows of a large map never do.
        """
        try:
            picture = painter.bake(request, lambda _step: self._inbox.check(self._number)).image
        except TilebakeError:
            return
        self._sketch_size = max(picture.shape[:2]) if lasts else 0
        self._connection.send(Sketch(self._number, png_bytes(picture, QUICK)))

    def _show(self, progress_image: "Callable[[], NDArray[np.uint8]]") -> None:
        started = time.monotonic()
        try:
            picture = progress_image()
        except TilebakeError:  # no memory for it: the bake comes first
            self._next_image = inf
            return
        if max(picture.shape[:2]) < self._sketch_size:  # the sketch has more detail than any of these
            self._next_image = inf
            return
        self._connection.send(ProgressImage(self._number, png_bytes(picture, QUICK)))
        ended = time.monotonic()
        self._next_image = ended + REST * (ended - started)
