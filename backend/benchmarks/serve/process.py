"""The command line as a user runs it, in a process of its own: time, peak memory, whether torch came in."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Ended:
    """A command that ended well."""

    seconds: float  # the whole process, imports and all
    lines: tuple[str, ...]  # its stdout
    peak_bytes: int | None  # None where the system does not tell
    imported_torch: bool


def run(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> Ended:
    """Run `tilebake ARGUMENTS` from the current folder, with `environment` added to that of this process.

    Raises RuntimeError with what the command said when it fails.
    """
    began = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.serve.child", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(REPOSITORY / "backend"), **(environment or {})},
    )
    seconds = time.perf_counter() - began
    if ended.returncode:
        raise RuntimeError(f"tilebake {' '.join(arguments)} exited with {ended.returncode}: {ended.stderr}")
    *lines, last = ended.stdout.splitlines()
    return Ended(seconds, tuple(lines), **json.loads(last))
