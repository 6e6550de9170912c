"""Every system call of publishing fails in turn, or kills the process: the texture is the old or the new."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.helpers import ROOT
from tests.helpers.kill_target import seed_of
from tests.helpers.patience import PATIENCE
from tests.helpers.strace import STRACE, needs_strace
from tilebake.serve.files.atomic_write import sweep
from tilebake.serve.owners.ownership import record_path

INJECTIONS_SHORT = 12

PUBLISHER = ("-m", "tests.helpers.kill_target")
REFUSED = 10  # the publisher's exit code for an error that names the picture
OLD, NEW = 1, 2  # seeds
FAULTS = ("error=ENOSPC", "error=EIO", "signal=SIGKILL")


pytestmark = needs_strace()


class Injection(NamedTuple):
    """A fault at the nth call of one kind."""

    system_call: str
    nth: int
    fault: str

    def __str__(self) -> str:
        return f"-einject={self.system_call}:{self.fault}:when={self.nth}"


class Children:
    """Makes processes that publish one texture each, under strace from just before."""

    def __init__(self, publisher: "subprocess.Popen[str]", log: Path) -> None:
        self._job_runner = publisher
        self._log = log

    def publish(self, project: Path, seed: int, *options: str) -> tuple[int, str]:
        """The exit code, or less than 0 for a signal, and the trace."""
        assert self._job_runner.stdin is not None
        print(project, seed, file=self._job_runner.stdin, flush=True)
        process = int(self._line())
        _wait_for(process, "State:\tT")
        command = [STRACE, "-qq", "-o", self._log, *options, "-p", str(process)]
        with subprocess.Popen(command) as strace:
            _wait_for(process, f"TracerPid:\t{strace.pid}\n")
            os.kill(process, signal.SIGCONT)
            code = int(self._line())
            strace.wait()
        return code, self._log.read_text(encoding="utf-8", errors="replace")

    def _line(self) -> str:
        assert self._job_runner.stdout is not None
        return self._job_runner.stdout.readline()


def _wait_for(process: int, status: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while status not in Path(f"/proc/{process}/status").read_text(encoding="ascii"):
        assert time.monotonic() < deadline
        time.sleep(0.001)


@pytest.fixture
def children(tmp_path: Path) -> Generator[Children]:
    command = [sys.executable, *PUBLISHER, "children", tmp_path]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # a process with threads should not fork
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, encoding="utf-8", env=environment, cwd=ROOT
    ) as publisher:
        try:
            yield Children(publisher, tmp_path / "trace")
        finally:
            publisher.kill()


def injections(trace: str) -> list[Injection]:
    """Every fault at every call in a trace."""
    made: Counter[str] = Counter()
    found: list[Injection] = []
    for line in trace.splitlines():
        name, call, _ = line.partition("(")
        if call and name.isidentifier() and name not in ("exit_group", "kill", "restart_syscall"):
            made[name] += 1
            found += (Injection(name, made[name], fault) for fault in FAULTS)
    return found


@pytest.mark.parametrize("most", [INJECTIONS_SHORT, pytest.param(None, marks=pytest.mark.long)])
def test_whichever_system_call_fails_the_texture_is_the_old_or_the_new(
    most: int | None, children: Children, tmp_path: Path
) -> None:
    before, project = tmp_path / "before", tmp_path / "project"
    png = project / "maps" / "forest.png"
    before.mkdir()
    assert children.publish(before, OLD)[0] == 0
    shutil.copytree(before, project)
    code, trace = children.publish(project, NEW)
    assert (code, seed_of(png)) == (0, NEW)
    every = injections(trace)
    assert {"openat", "write", "fsync", "renameat", "unlinkat"} <= {each.system_call for each in every}
    for injection in every if most is None else random.sample(every, most):
        shutil.rmtree(project)
        shutil.copytree(before, project)
        code, trace = children.publish(project, NEW, f"-etrace={injection.system_call}", str(injection))
        assert "INJECTED" in trace or "killed by SIGKILL" in trace, injection
        assert code in (0, REFUSED, -signal.SIGKILL), injection
        assert seed_of(png) in ((NEW,) if code == 0 else (OLD, NEW)), injection
        assert json.loads(record_path(png).read_bytes()), injection
        sweep(project)
        left = {path.name for path in png.parent.iterdir()}
        assert left - {"forest.png", "forest.bake.json"} == set(), injection
