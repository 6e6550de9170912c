"""The worker process as its host sees it: started, spoken to, listened to, and in the end not left behind."""

import multiprocessing
import signal
import threading
from contextlib import suppress
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psutil

from tilebake.errors import BakeError
from tilebake.serve.worker.main import work
from tilebake.serve.worker.protocol import Crashed, FromBake, Leave, MakePainter, ToHost, ToWorker

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

FORCE: Final = 2.0  # seconds that a process gets to end after each means stronger than asking


class WorkerDiedError(BakeError):
    """The worker process ended in the middle of a bake, by itself or by another's hand."""


class WorkerProcess:
    """A process that has just been started. Raises WorkerDiedError when the system has none to give."""

    def __init__(self, make_painter: MakePainter, cache_folder: Path) -> None:
        context = multiprocessing.get_context("spawn")  # torch does not bear to be forked
        ours, theirs = context.Pipe()
        self._connection: Connection[ToWorker, ToHost] = ours
        self._sending = threading.Lock()
        self._reaping = threading.Lock()  # two threads must not wait for one process
        self._process = context.Process(
            target=work, args=(theirs, make_painter, cache_folder), name="tilebake-worker", daemon=True
        )
        try:
            self._process.start()
        except OSError as error:
            ours.close()
            raise WorkerDiedError(
                f"the worker process cannot be started: {error}", hint="close other programs"
            ) from error
        finally:
            theirs.close()  # or the pipe would stay open when the worker is gone

    def send(self, message: ToWorker) -> None:
        """From any thread. A message to a worker that is gone is lost, and `receive` will tell."""
        with self._sending, suppress(OSError):
            self._connection.send(message)

    def receive(self, timeout: float) -> FromBake | None:
        """The next message, or None where none comes in time. Raises WorkerDiedError."""
        try:
            ready = wait([self._connection, self._process.sentinel], timeout)
            if not ready:
                return None
            if not self._connection.poll():  # then it is the sentinel, and nothing was left to be read
                raise EOFError
            message = self._connection.recv()
        except (EOFError, OSError) as error:
            raise self._death() from error
        if isinstance(message, Crashed):
            raise WorkerDiedError(
                f"the worker process failed: {message.report.strip().splitlines()[-1]}",
                hint="this is a mistake of tilebake's own: please report it",
            ) from RuntimeError(message.report)
        return message

    def memory(self) -> int:
        """Bytes that the process has in main memory; 0 when it is gone."""
        try:
            return psutil.Process(self._process.pid).memory_info().rss
        except psutil.Error:
            return 0

    def end(self, patience: float) -> None:
        """Ask it to leave, and end it by force if it has not left in `patience` seconds. From any thread."""
        self.send(Leave())
        with self._reaping:
            self._process.join(patience)
            for force in (self._process.terminate, self._process.kill):
                if self._process.is_alive():
                    force()
                    self._process.join(FORCE)

    def close(self) -> None:
        """Let go of a process that has ended."""
        self._connection.close()
        if not self._process.is_alive():
            self._process.close()

    def _death(self) -> WorkerDiedError:
        with self._reaping:
            self._process.join(FORCE)
        what = f"the worker process {ending(self._process.exitcode)} in the middle of a bake"
        return WorkerDiedError(what, hint="if memory is short, close other programs or lower pixels_per_tile")


def ending(exitcode: int | None) -> str:
    """How a process ended, in words."""
    if exitcode is None:
        return "fell silent"
    if exitcode >= 0:
        return f"ended with exit code {exitcode}"
    name = next((each.name for each in signal.Signals if each == -exitcode), f"signal {-exitcode}")
    return f"was ended by {name}"
