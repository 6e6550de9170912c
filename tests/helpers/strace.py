"""strace, for tests that watch system calls or make them fail: needed in CI, elsewhere they are skipped."""

import os
import shutil
import subprocess
import sys

import pytest

STRACE = shutil.which("strace") or ""


def _can_trace() -> bool:
    """strace is installed, and allowed to work."""
    trial = [STRACE, "-qq", "-o", os.devnull, "true"]
    return bool(STRACE) and subprocess.run(trial, capture_output=True, check=False).returncode == 0


def needs_strace() -> pytest.MarkDecorator:
    """Skips tests where nothing can be traced, but in CI on Linux: there they must run, and it fails."""
    can_trace = _can_trace()
    if os.environ.get("CI") and sys.platform == "linux":
        assert STRACE, "CI needs strace: `make engine` installs it"
        assert can_trace, "CI needs a strace that may trace: give the container CAP_SYS_PTRACE"
    return pytest.mark.skipif(not can_trace, reason="no strace here, or not allowed to trace")
