"""Keep the log of a watch in the user's log folder. It never grows for long."""

import logging
import os
import platform
from collections.abc import Generator
from contextlib import contextmanager
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from tilebake.cli.verbose import WATCH_LOG
from tilebake.level.project import project_key
from tilebake.private_folder import private_folder
from tilebake.user_folders import log_folder
from tilebake.version import __version__

SIZE: Final = 1 << 20  # bytes of one file
OLD: Final = 3  # older files that are kept
ROOTS: Final = ("tilebake", "uvicorn")  # the loggers whose messages are kept
FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"

log: Final = logging.getLogger(WATCH_LOG)


def log_file(root: Path) -> Path:
    """Return where the log of the project at `root` is."""
    return log_folder() / f"{root.name}-{project_key(root)}.log"


@contextmanager
def logging_to(file: Path) -> Generator[None]:
    """Keep a log there for the time of the block. Raises OSError where there can be none."""
    private_folder(file.parent)
    handler = _FileHandler(file, maxBytes=SIZE, backupCount=OLD, encoding="utf-8", errors="replace")
    handler.setFormatter(logging.Formatter(FORMAT))
    loggers = [logging.getLogger(name) for name in ROOTS]
    before = [(logger.level, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(min(logger.level or logging.INFO, logging.INFO))  # --verbose may ask for more
        logger.propagate = False  # the terminal is not its place
    try:
        log.info("tilebake %s, Python %s, process %s", __version__, platform.python_version(), os.getpid())
        yield
    finally:
        for logger, (level, propagate) in zip(loggers, before, strict=True):
            logger.removeHandler(handler)
            logger.setLevel(level)
            logger.propagate = propagate
        handler.close()


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class _FileHandler(RotatingFileHandler):
    def _open(self) -> TextIOWrapper:
        """Open the log so that nobody else can read it."""
        opened = open(  # noqa: SIM115
            self.baseFilename, self.mode, encoding=self.encoding, errors=self.errors, opener=_open_private
        )
        assert isinstance(opened, TextIOWrapper)
        return opened

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Drop what cannot be logged: a full disk must not fill the terminal with tracebacks."""
