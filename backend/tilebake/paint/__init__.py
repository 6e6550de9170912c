"""Paint a map. Torch is imported in this package alone, so here its threads are told to sleep, not to spin.

Between two operations, OpenMP's threads wait for each other by turning in a loop: quickest to go on, as long
as nobody else wants the processor. Beside busy programs, whoever spins takes the time of the thread that
it waits for, and a bake took three times as long as with threads that sleep.
"""

import gc
import os
from collections.abc import Generator, MutableMapping
from contextlib import contextmanager
from typing import Final

ASLEEP: Final = {
    "OMP_WAIT_POLICY": "PASSIVE",  # GNU's runtime, in torch's wheels for Linux
    "KMP_BLOCKTIME": "0",  # Intel's and LLVM's, in those for Windows and macOS
}
"""What makes threads sleep at once, whichever runtime torch came with."""

_SAY_HOW_TO_WAIT: Final = (*ASLEEP, "GOMP_SPINCOUNT", "KMP_LIBRARY")


def sleep_when_idle(environment: MutableMapping[str, str]) -> None:
    """Set what makes waiting threads sleep, unless the user has said how they wait.

    The runtime reads the process's environment when torch is imported; after that, nothing changes.
    """
    if not any(name in environment for name in _SAY_HOW_TO_WAIT):
        environment.update(ASLEEP)


@contextmanager
def importing_libraries() -> Generator[None]:
    """Import in this block without looking for garbage, and never look among what was there by its end.

    For processes that do nothing but paint: what a host holds, it may want to give back. Python looks
    whenever some hundred objects more are there, now and then among all, and torch and diffusers make
    750,000, which stay: a seventh of the time until a model was loaded went into that.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


sleep_when_idle(os.environ)
