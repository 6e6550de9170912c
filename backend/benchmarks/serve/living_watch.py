"""A `tilebake watch` as a user runs it, in a process of its own with folders of its own, to be measured."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Final

import psutil

from benchmarks.serve.process import REPOSITORY

OPTIONS: Final = ("--json", "--steps", "1", "--device", "cpu")
PATIENCE: Final = 30.0  # seconds for an answer, and for the end
LINES: Final = 20  # that are shown of a watch that ended


@dataclass(frozen=True)
class Held:
    """What a process holds. All zero when there is none."""

    bytes: int = 0
    handles: int = 0
    threads: int = 0


class LivingWatch:
    """Ask a running watch, and count what it tells."""

    def __init__(self, process: "subprocess.Popen[str]", home: Path) -> None:
        self._process = process
        self._home = home
        self._said: list[str] = []
        self.painted = self.failed = self.latest_job = 0
        for read in (self._count, self._hear):
            threading.Thread(target=read, daemon=True).start()

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> int:
        """Make one request to the local API; its status, or 0 when there was no answer."""
        try:
            ready = json.loads(next(self._home.rglob("runtime/**/*.json")).read_text(encoding="utf-8"))
            connection = HTTPConnection(ready["address"], ready["port"], timeout=PATIENCE)
            headers = {"Authorization": f"Bearer {ready['token']}", "Content-Type": "application/json"}
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            answer.read()
            connection.close()
        except (OSError, HTTPException, StopIteration):
            return 0
        return answer.status

    def held(self) -> tuple[Held, Held]:
        """Return what the watch holds, and its worker."""
        host = psutil.Process(self._process.pid)
        children = [each for each in host.children() if _is_worker(each)]
        return _held(host), _held(children[-1]) if children else Held()

    def file_bytes(self) -> dict[str, int]:
        """Return the sizes of its journal and its log."""
        ends = {"journal": "state/jobs/*", "log": "state/log/*"}
        return {name: sum(each.stat().st_size for each in self._home.glob(end)) for name, end in ends.items()}

    def wait_for(self, happened: Callable[[], bool], seconds: float) -> None:
        """Wait. Raises RuntimeError with what the watch said when it has ended, or takes too long."""
        over = time.monotonic() + seconds
        while not happened():
            if self._process.poll() is not None or time.monotonic() > over:
                raise RuntimeError("the watch does not do it:\n" + "\n".join(self._said[-LINES:]))
            time.sleep(0.1)

    def _count(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            job = json.loads(line)["job"]
            if job is not None:
                self.latest_job = job["id"]
                self.painted += job["state"] == "done"
                self.failed += job["state"] in ("failed", "set aside")

    def _hear(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._said = [*self._said[-LINES:], line.rstrip()]


@contextmanager
def living_watch(root: Path, home: Path) -> Generator[LivingWatch]:
    """Run a watch of the project at `root`, all of whose own files are below `home`."""
    runtime = home / "runtime"
    runtime.mkdir(parents=True, mode=0o700)
    environment = {
        **os.environ,
        "PYTHONPATH": str(REPOSITORY / "backend"),
        "OMP_NUM_THREADS": "1",
        "TILEBAKE_CACHE": str(home / "cache"),
        "TILEBAKE_STATE": str(home / "state"),
        "XDG_RUNTIME_DIR": str(runtime),
    }
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [sys.executable, "-m", "tilebake", "watch", str(root), *OPTIONS],
        stdout=pipe,
        stderr=pipe,
        encoding="utf-8",
        env=environment,
        cwd=root,
    )
    try:
        yield LivingWatch(process, home)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
        process.kill()
        process.wait()


def _is_worker(process: psutil.Process) -> bool:
    """Tell the worker from multiprocessing's own helper."""
    try:
        return "resource_tracker" not in " ".join(process.cmdline())
    except psutil.Error:
        return False


def _held(process: psutil.Process) -> Held:
    try:
        with process.oneshot():
            handles = process.num_handles() if sys.platform == "win32" else process.num_fds()
            return Held(process.memory_info().rss, handles, process.num_threads())
    except psutil.Error:
        return Held()
