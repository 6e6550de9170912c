"""Turn whatever the libraries raise while they load a model into an error that names the file."""

import logging
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tilebake.errors import Location, ModelError, TilebakeError
from tilebake.paint.memory import MemoryRanOutError, is_out_of_memory, release

log: Final = logging.getLogger(__name__)
_LONGEST: Final = 200  # characters of a reason


@contextmanager
def guard(where: Path, what: str, hint: str) -> Generator[None]:
    """Raise ModelError for any exception in the block, and MemoryRanOutError where memory ran out.

    A model is input: whichever of a library's assumptions it breaks, that model is at fault, and no other map
    may suffer from it. The traceback goes to the log.
    """
    ran_out = False
    try:
        yield
    except TilebakeError:
        raise
    except Exception as error:
        ran_out = is_out_of_memory(error)
        if not ran_out:
            log.info("%s %s", where, what, exc_info=True)
            raise ModelError(f"{what}: {reason_of(error)}", where=Location(where), hint=hint) from error
    if ran_out:  # outside `except`, where no traceback keeps the tensors alive
        release()
        raise MemoryRanOutError(
            f"not enough memory to load {where.name}", hint="close other programs, or use a smaller model"
        )


def reason_of(error: Exception) -> str:
    """Return what an exception says on one short line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    reason = next(iter(lines), "")
    if reason.endswith(":") and len(lines) > 1:  # torch's list of what does not fit begins in the next line
        reason = f"{reason} {lines[1]}"
    return shorten(reason or type(error).__name__)


def shorten(text: str) -> str:
    """Return a text on one short line."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."
