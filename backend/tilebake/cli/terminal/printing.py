"""Print, in one place: results for the next program on stdout, words for people on stderr.

A console may be full, closed or gone. Then words for people are lost, and nothing else; a result that cannot
be written is an error. Paths are harmless where a terminal shows them.
"""

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final, TextIO

import click

from tilebake.errors import Diagnostic, TilebakeError, shown

_TOLD: Final = "tilebake.notes"  # of a command's context: the notes that it has told


class OutputError(TilebakeError):
    """Signal that a result cannot be printed."""


def say(text: str) -> None:
    """Tell people something on stderr, if there is one that takes it."""
    with suppress(OSError, ValueError):  # the second: it is closed
        _echo(text, err=True)


def say_loading(model: str) -> None:
    """Tell people that a model is loaded now, which may take a minute: torch is imported, too."""
    say(f"loading the model {shown(model)} ...")


def tell_note(text: str) -> None:
    """Tell people what is worth knowing and stops nothing: once in a command, however often it comes up."""
    context = click.get_current_context(silent=True)
    told: set[str] = set() if context is None else context.meta.setdefault(_TOLD, set[str]())
    if text not in told:
        told.add(text)
        say(f"note: {shown(text)}")


def print_notes(notes: Iterable[Diagnostic]) -> None:
    """Tell what the author of a map should know of it."""
    for note in notes:
        tell_note(spell(note))


def spell(diagnostic: Diagnostic) -> str:
    """Write a diagnostic on one line, with its file as one would type it here."""
    where = diagnostic.where
    file = None if where.file is None else Path(near(where.file))
    return str(replace(diagnostic, where=replace(where, file=file)))


def print_result(text: str | bytes) -> None:
    """Print a result on stdout. Raises OutputError."""
    try:
        if sys.stdout is None:  # pyright: ignore[reportUnnecessaryComparison]  # so where it was closed before
            raise OSError("stdout is closed")
        _echo(text)
    except (OSError, ValueError) as error:
        hint = "free some space, or send it where somebody reads it"
        raise OutputError(f"the output cannot be written: {error}", hint=hint) from error


def fill_standard_streams() -> None:
    """Open what is closed of stdin, stdout and stderr, or the next file would take its place."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            with suppress(OSError):
                os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    if sys.stderr is None:  # pyright: ignore[reportUnnecessaryComparison]  # so where it was closed
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # as long as the process


def flush_output() -> None:
    """Write what is left. What cannot be written is dropped, or Python would complain of it at its end."""
    streams: tuple[TextIO | None, ...] = (sys.stdout, sys.stderr)
    for stream in filter(None, streams):
        try:
            stream.flush()
        except (OSError, ValueError):
            _drop(stream)


def _drop(stream: TextIO) -> None:
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def near(path: Path) -> str:
    """Return a path as one would type it here: relative to the current folder if it lies below that."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_absolute() and path.is_relative_to(here) else path)


def print_path(path: Path) -> None:
    """Print a path that is a command's result. Raises OutputError."""
    is_terminal = sys.stdout is not None and sys.stdout.isatty()  # pyright: ignore[reportUnnecessaryComparison]
    print_result(shown(path) if is_terminal else str(path))


def _echo(text: str | bytes, *, err: bool = False) -> None:
    try:
        click.echo(text, err=err)
    except UnicodeEncodeError as error:  # the name of a file, as a rule
        assert isinstance(text, str)
        click.echo(text.encode(error.encoding, "backslashreplace").decode(error.encoding), err=err)
