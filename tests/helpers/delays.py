"""A plugin of pytest that delays steps of the backend, to find waits of tests that held before, and races.

python -m pytest -p tests.helpers.delays --delay upkeep=3 --delay publish=1 tests/serve
"""

import functools
import importlib
import time
from collections.abc import Callable
from typing import Any

import pytest

# Each step: the module and the name in it; whether the delay comes after it, else before.
STEPS = {
    "look": ("tilebake.serve.watching.watch", "Watcher._look", False),
    "changes": ("tilebake.serve.backend", "Backend._apply_changes", False),
    "job": ("tilebake.serve.backend", "Backend._bake_next", False),
    "publish": ("tilebake.serve.pages.make_picture", "publish", True),
    "upkeep": ("tilebake.serve.upkeep", "Upkeep.read_bereft", False),
    "event": ("tilebake.serve.jobs.event_log", "EventLog.emit", False),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--delay", action="append", default=[], metavar="STEP=SECONDS", help=", ".join(STEPS))


def pytest_configure(config: pytest.Config) -> None:
    """Delay the steps in this process; a `tilebake watch` that a test starts is as quick as ever."""
    for option in config.getoption("--delay") or ():
        step, _, seconds = str(option).partition("=")
        module, name, is_after = STEPS[step]
        owner, _, attribute = name.rpartition(".")
        holder = importlib.import_module(module)
        holder = getattr(holder, owner) if owner else holder
        setattr(holder, attribute, _delayed(getattr(holder, attribute), float(seconds), is_after=is_after))


def _delayed(action: Callable[..., Any], seconds: float, *, is_after: bool) -> Callable[..., Any]:
    @functools.wraps(action)
    def act(*args: Any, **options: Any) -> Any:
        is_progress = getattr(options.get("job"), "state", "") == "running"  # of which there are hundreds
        pause = 0.0 if is_progress else seconds
        time.sleep(0.0 if is_after else pause)
        result = action(*args, **options)
        time.sleep(pause if is_after else 0.0)
        return result

    return act
