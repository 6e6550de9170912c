"""Torch's threads sleep while they wait, unless the user has said how they wait."""

import os
import subprocess
import sys

import pytest

from tilebake.paint import ASLEEP, sleep_when_idle

VARIABLES = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME", "KMP_LIBRARY")

SHOW = (
    "import os; print(*(os.environ.get(name, '-') for name in {names}), 'torch' in __import__('sys').modules)"
)


def environment_after(statement: str) -> list[str]:
    """What a fresh process has in its environment after a statement."""
    clean = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    script = f"import os, sys\n{statement}\n" + SHOW.format(names=VARIABLES)
    done = subprocess.run(
        [sys.executable, "-c", script], env=clean, capture_output=True, encoding="utf-8", check=True
    )
    return done.stdout.split()


def test_threads_are_told_to_sleep_before_torch_is_imported() -> None:
    assert environment_after("import tilebake.paint") == ["PASSIVE", "-", "0", "-", "False"]


def test_the_python_interface_tells_threads_to_sleep_before_it_imports_torch() -> None:
    without_torch = """
sys.modules["torch"] = None
import tilebake
try:
    tilebake.load_painter
except ImportError:
    pass
else:
    sys.exit("it did without torch")
"""
    assert environment_after(without_torch)[:4] == ["PASSIVE", "-", "0", "-"]


@pytest.mark.parametrize("name", VARIABLES)
def test_threads_wait_as_the_user_has_said(name: str) -> None:
    environment = {name: "ACTIVE"}
    sleep_when_idle(environment)
    assert environment == {name: "ACTIVE"}


def test_an_environment_that_says_nothing_gets_both_runtimes_variables() -> None:
    environment = {"PATH": "/bin"}
    sleep_when_idle(environment)
    assert environment == {"PATH": "/bin", **ASLEEP}
