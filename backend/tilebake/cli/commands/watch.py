"""Declare `tilebake watch`: paint every map that is saved, for as long as it runs."""

from pathlib import Path

import click

from tilebake.cli.help_sections import SectionCommand
from tilebake.cli.options import (
    Choices,
    WholeNumber,
    choices,
    fast_option,
    json_option,
    project_argument,
    store_option,
)
from tilebake.cli.setting_options import SETTINGS


@click.command("watch", cls=SectionCommand, short_help="Paint every map as soon as it is saved.")
@project_argument
@click.option("--parent-pid", metavar="PID", type=WholeNumber(1), help="Stop when this process ends.")
@store_option
@fast_option
@json_option
@choices(*SETTINGS)
def command(
    *,
    project: Path | None,
    choices: Choices,
    parent_pid: int | None,
    store: str | None,
    fast: bool,
    as_json: bool,
) -> int:
    """Paint what is stale in a project, then every map as soon as it is saved.

    PROJECT is any folder of the project. The default is the current folder.

    A map with an error is reported and keeps its old texture. Only one watch can run in a project: a second
    one says which process holds it, and exits with 75. Press Ctrl-C to stop after the current step.
    """
    from tilebake.cli.run.watch import run_watch

    return run_watch(project or Path.cwd(), choices, parent_pid, store=store, is_fast=fast, as_json=as_json)
