"""Log to stderr when --verbose asks for it."""

import logging
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final, TextIO

import click

FORMAT: Final = "%(levelname)-7s %(name)s: %(message)s"
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
