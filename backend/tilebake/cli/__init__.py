"""Parse the command line, run one command, and return an exit code.

commands/ declares the commands: each module is imported when its command is asked for, and imports nothing
heavy, so that --help is quick. run/ has what they do: imported once a command line is parsed. torch is
imported once there is something to paint.

Exit codes: 0 done, 1 a bake failed, 2 usage, 3 stale (`bake --check`), 75 another is at work in the project,
130 and 143 interrupted. Of several that fit, an error counts first, then 75, then 3.
"""

import importlib
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import click

from tilebake.cli.interrupt import CancelledError
from tilebake.cli.terminal.printing import fill_standard_streams, flush_output, say, spell
from tilebake.cli.verbose import VerboseCommand, logging_mistakes
from tilebake.errors import BusyError, TilebakeError
from tilebake.version import __version__

COMMANDS: Final = (
    "init",
    "bake",
    "watch",
    "clean",
    "generate",
    "tileset",
    "edit",
    "show",
    "tune",
    "view",
    "models",
    "cache",
    "doctor",
    "where",
    "schema",
)
FAILED: Final = 1
BUSY: Final = 75  # EX_TEMPFAIL of sysexits.h: try again later
INTERRUPTED: Final = 128  # plus the signal's number, as shells have it


class LazyGroup(VerboseCommand, click.Group):
    """Import each command by name when it is looked up."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        command: click.Command = importlib.import_module(f"tilebake.cli.commands.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand:  # which knows of no commands that are imported when they are asked for
            raise click.NoSuchCommand(args[0], possibilities=COMMANDS, ctx=ctx) from None


@click.group("tilebake", cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(prog)s %(version)s")
def tilebake() -> None:
    """Paint game levels from tilemaps: one coherent picture, each terrain where its tiles are."""


def run_command_line(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code. An error that its user can fix is one message."""
    try:
        with logging_mistakes():
            code: object = _run(arguments)
    except click.ClickException as error:
        with suppress(OSError, ValueError):  # a console that is full or closed
            _name_map_key(error).show()
        return error.exit_code
    except TilebakeError as error:
        say(f"error: {spell(error.diagnostic)}")
        return BUSY if isinstance(error, BusyError) else FAILED
    except CancelledError as cancelled:
        return INTERRUPTED + cancelled.signal
    except click.Abort:
        return INTERRUPTED + signal.SIGINT
    return code if isinstance(code, int) else 0


def _name_map_key(error: click.ClickException) -> click.ClickException:
    """Return the error for an option that is none: where it is a key of map files, that counts for more."""
    if not isinstance(error, click.NoSuchOption):
        return error
    from tilebake.level.map.mapfile import MapFile  # pydantic: seldom needed

    key = error.option_name.lstrip("-").replace("-", "_")
    if key not in MapFile.model_fields:
        return error
    message = f'"{key}" is no option, but a key of map files. `tilebake schema` has them all.'
    return click.NoSuchOption(error.option_name, message, ctx=error.ctx)


def _run(arguments: Sequence[str]) -> object:
    """Run one command line. A mistake of tilebake's own is logged, and raised as a TilebakeError."""
    try:
        return tilebake.main(list(arguments), prog_name="tilebake", standalone_mode=False)
    except (click.ClickException, click.Abort):
        raise
    except Exception as error:
        from tilebake.serve.bulkhead import as_error  # seldom needed

        raise as_error(error) from error


def main() -> None:
    """Run the command line of this process.

    Python starts each further process, such as the worker, with the current folder first in its path for
    imports. That is a project, and a file of its own called `torch.py` would be run: opening it runs no code.
    """
    os.environ["PYTHONSAFEPATH"] = "1"
    fill_standard_streams()
    code = run_command_line(sys.argv[1:])
    flush_output()
    sys.exit(code)
