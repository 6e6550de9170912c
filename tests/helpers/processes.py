"""Processes that a test waits for the end of; no test itself."""

import time
from collections.abc import Sequence

import psutil


def survivors(processes: Sequence[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Those that are still there after so long. Zombies are not: they wait for their parent alone."""
    over = time.monotonic() + seconds
    while time.monotonic() < over and any(is_alive(each) for each in processes):
        time.sleep(0.02)
    return [each for each in processes if is_alive(each)]


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
