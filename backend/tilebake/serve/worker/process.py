"""Start the worker process, exchange messages with it, and leave none behind."""

import logging
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
from tilebake.serve.worker.protocol import Leave, MakePainter, ToHost, ToWorker
from tilebake.serve.worker.stall import Use

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_log: Final = logging.getLogger(__name__)

FORCE: Final = 2.0  # seconds that a process gets to end after each means stronger than asking


class WorkerDiedError(BakeError):
    """Report that the worker process ended in the middle of a bake, by itself or from outside."""


class WorkerProcess:
    """Start a process and talk to it. Raises WorkerDiedError when the system cannot start one."""

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
        _log.info("worker process %s started", self._process.pid)

    def send(self, message: ToWorker) -> None:
        """Send a message, from any thread. To a worker that is gone it is lost, and `receive` raises."""
        with self._sending, suppress(OSError):
            self._connection.send(message)

    def receive(self, timeout: float) -> ToHost | None:
        """Return the next message, or None if none comes in time. Raises WorkerDiedError."""
        try:
            ready = wait([self._connection, self._process.sentinel], timeout)
            if not ready:
                return None
            if not self._connection.poll():  # then it is the sentinel, and nothing was left to be read
                raise EOFError
            return self._connection.recv()
        except (EOFError, OSError) as error:
            raise self._death() from error

    def memory(self) -> int:
        """Return the bytes that the process has in main memory; 0 when it is gone."""
        try:
            return psutil.Process(self._process.pid).memory_info().rss
        except psutil.Error:
            return 0

    def use(self) -> Use:
        """Return what the process has used up to now; nothing when it is gone."""
        try:
            process = psutil.Process(self._process.pid)
            with process.oneshot():
                cpu, memory = process.cpu_times(), process.memory_info().rss
                io_counters = getattr(process, "io_counters", None)  # macOS has none
                read = 0 if io_counters is None else io_counters().read_bytes
        except psutil.Error:
            return Use(0.0, 0, 0)
        return Use(cpu.user + cpu.system, memory, read)

    def end(self, patience: float) -> None:
        """Ask it to leave, and end it by force after `patience` seconds. May be called from any thread."""
        self.send(Leave())
        with self._reaping:
            self._process.join(patience)
            for force in (self._process.terminate, self._process.kill):
                if self._process.is_alive():
                    _log.debug("the worker process %s does not leave: using force", self._process.pid)
                    force()
                    self._process.join(FORCE)

    def close(self) -> None:
        """Release the pipe, and the process if it has ended."""
        self._connection.close()
        if not self._process.is_alive():
            self._process.close()

    def _death(self) -> WorkerDiedError:
        with self._reaping:
            self._process.join(FORCE)
        what = f"the worker process {describe_exit(self._process.exitcode)} in the middle of a bake"
        return WorkerDiedError(what, hint="if memory is short, close other programs or lower pixels_per_tile")


def describe_exit(exitcode: int | None) -> str:
    """Say how a process ended."""
    if exitcode is None:
        return "stopped answering"
    if exitcode >= 0:
        return f"ended with exit code {exitcode}"
    name = next((each.name for each in signal.Signals if each == -exitcode), f"signal {-exitcode}")
    return f"was killed by {name}"
