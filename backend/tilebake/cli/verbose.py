"""Log to stderr when --verbose asks for it, and mistakes of our own to a file in any case."""

import logging
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Final, TextIO

import click

FORMAT: Final = "%(levelname)-7s %(name)s: %(message)s"
_FILE_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_MISTAKES: Final = "mistakes.log"  # in the user's log folder, where a command keeps no log of its own
_SIZE: Final = 1 << 20  # bytes of it; then a second file is begun
WATCH_LOG: Final = "tilebake.watch"  # the logger of what a watch prints for people anyway


class StderrHandler(logging.StreamHandler[TextIO]):
    """Write to whatever sys.stderr is at the moment: a progress bar replaces it while it lives."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter(FORMAT))
        self.addFilter(lambda record: record.name != WATCH_LOG)

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        self.stream = sys.stderr
        super().emit(record)


@contextmanager
def logging_to_stderr(level: int) -> Generator[None]:
    """Log what tilebake does, from this level on, for the time of the block. The most verbose block wins."""
    logger = logging.getLogger("tilebake")
    before = logger.level, logger.propagate
    is_first = not any(isinstance(handler, StderrHandler) for handler in logger.handlers)
    handler = StderrHandler()
    if is_first:
        logger.addHandler(handler)
    logger.setLevel(level if is_first else min(level, logger.level))
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.level, logger.propagate = before


@contextmanager
def logging_mistakes() -> Generator[None]:
    """Log errors to a file in the user's log folder for the time of the block. It is made by the first."""
    logger, handler = logging.getLogger("tilebake"), MistakeHandler()
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.close()


class MistakeHandler(logging.Handler):
    """Write errors to a file that is opened for the first of them."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._file: logging.FileHandler | None = None

    @property
    def baseFilename(self) -> str:  # noqa: N802  # as in logging.FileHandler
        """The file's path; empty while there is none."""
        return "" if self._file is None else self._file.baseFilename

    def emit(self, record: logging.LogRecord) -> None:
        """Write an error, unless another log has it. What cannot be logged is told all the same."""
        others = logging.getLogger("tilebake").handlers
        if any(isinstance(each, logging.FileHandler) for each in others):
            return
        with suppress(OSError, RuntimeError):  # the second: nobody has a home here
            self._file = self._file or _open_log()
            self._file.handle(record)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
        super().close()


def _open_log() -> logging.FileHandler:
    from logging.handlers import RotatingFileHandler  # both are much, for what seldom comes

    from tilebake.user_folders import log_folder

    file = log_folder() / _MISTAKES
    file.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(file, maxBytes=_SIZE, backupCount=1, encoding="utf-8", errors="replace")
    handler.setFormatter(logging.Formatter(_FILE_FORMAT))
    return handler


def _log_to_stderr(context: click.Context, _parameter: click.Parameter, count: int) -> None:
    if count:
        context.with_resource(logging_to_stderr(logging.INFO if count == 1 else logging.DEBUG))


VERBOSE: Final = click.Option(
    ["-v", "--verbose"],
    count=True,
    expose_value=False,
    callback=_log_to_stderr,
    help="Log what is done to stderr. -vv logs more.",
)


class VerboseCommand(click.Command):
    """A command that takes -v, before its --help."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the command's parameters, -v among them."""
        *own, help_option = super().get_params(ctx)
        return [*own, VERBOSE, help_option]
