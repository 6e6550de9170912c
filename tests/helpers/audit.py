"""What Python is asked to open, connect and unpickle while a test does something."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

WATCHED = (
    "socket.",
    "subprocess.",
    "pickle.find_class",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "ctypes.dlopen",
)


@dataclass
class Seen:
    """What was seen while it was looked for."""

    opened: set[Path] = field(default_factory=set[Path])
    events: list[str] = field(default_factory=list[str])  # sockets, processes, classes of pickles


class _Hook:
    """One hook for the whole process, for none can be taken out again."""

    def __init__(self) -> None:
        self.seen: Seen | None = None
        self.is_installed = False

    def install(self) -> None:
        if not self.is_installed:
            self.is_installed = True
            sys.addaudithook(self)

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.seen is None:
            return
        if event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
            self.seen.opened.add(Path(os.path.abspath(os.fsdecode(arguments[0]))))  # noqa: PTH100  links stay
        elif event.startswith(WATCHED):
            self.seen.events.append(f"{event} {arguments!r:.200}")


_hook = _Hook()


@contextmanager
def audited() -> Generator[Seen]:
    """Watches for the time of the block. What native code opens by itself is not seen."""
    _hook.install()
    _hook.seen = seen = Seen()
    try:
        yield seen
    finally:
        _hook.seen = None
