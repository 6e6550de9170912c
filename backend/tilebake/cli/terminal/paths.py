"""Print paths: as they are for the next program, and harmless where a terminal shows them."""

import sys
from pathlib import Path

import click

from tilebake.errors import shown


def near(path: Path) -> str:
    """Return a path as one would type it here: relative to the current folder if it lies below that."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_absolute() and path.is_relative_to(here) else path)


def print_path(path: Path) -> None:
    """Print a path that is a command's result."""
    click.echo(shown(path) if sys.stdout.isatty() else str(path))
