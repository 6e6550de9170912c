"""`tilebake watch`: every save becomes a picture, for as long as it runs."""

import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from tilebake.cli.help_sections import SectionCommand
from tilebake.cli.options import Choices, choices, json_option, project_argument
from tilebake.cli.setting_options import SETTINGS

if TYPE_CHECKING:
    from tilebake.cli.dashboard import View
    from tilebake.cli.event_lines import Telling
    from tilebake.cli.interrupt import Interruption
    from tilebake.serve.backend import Backend, Setup
    from tilebake.serve.jobs.status import Event

FAILED: Final = 1
TICK: Final = 0.2  # seconds between two looks at whether to leave


@click.command("watch", cls=SectionCommand, short_help="Paint every map that is saved.")
@project_argument
@click.option("--parent-pid", metavar="PID", type=click.IntRange(1), help="End when this process ends.")
@json_option
@choices(*SETTINGS)
def command(*, project: Path | None, choices: Choices, parent_pid: int | None, as_json: bool) -> int:
    """Paint what is stale in a project, and then every map as soon as it is saved.

    PROJECT is a folder of the project; without it, the current one. A map with a mistake is told, and keeps
    its old picture. One watch at a time works in a project; a second one says who does, and exits with 75.
    """
    from tilebake.cli.parent_process import gone
    from tilebake.level.project import project_root

    is_over = gone(parent_pid)  # before anything takes time, in which another process could get its pid
    root = project_root(project or Path.cwd())
    try:
        _watch(_setup(root, choices), is_over, as_json=as_json)
    except BrokenPipeError:  # who read our events is gone, and wants no more of them
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python would try again at its end
        return FAILED
    return 0


def _setup(root: Path, choices: Choices) -> "Setup":
    from tilebake.cli.engine import PainterFor
    from tilebake.level.project import project_key
    from tilebake.serve.backend import Setup
    from tilebake.serve.bake.texture_cache import user_cache
    from tilebake.user_folders import state_folder

    return Setup(
        root=root,
        options=choices.order(),
        make_painter=PainterFor(choices.machine),
        cache=user_cache(),
        journal=state_folder() / "jobs" / f"{project_key(root)}.sqlite",
    )


def _watch(setup: "Setup", is_over: Callable[[], bool], *, as_json: bool) -> None:
    """Until somebody or something ends it. Raises CancelledError where that is a signal."""
    from tilebake.cli.dashboard import view
    from tilebake.cli.event_lines import Telling
    from tilebake.cli.interrupt import interruptible
    from tilebake.cli.logfile import log_file, logging_to
    from tilebake.level.project import Project
    from tilebake.serve.api.ready import ready_file
    from tilebake.serve.api.server import serving
    from tilebake.serve.backend import Backend
    from tilebake.serve.files.project_lock import only_writer

    root = setup.root
    with ExitStack() as running:
        running.enter_context(only_writer(Project(root)))
        interruption = running.enter_context(interruptible())
        try:
            running.enter_context(logging_to(log_file(root)))
        except OSError as error:
            click.echo(f"note: no log is kept: {error}", err=True)
        backend = running.enter_context(Backend(setup))
        running.enter_context(serving(backend, root, ready_file(root)))
        telling = Telling()
        shown = running.enter_context(view(backend, telling, title=f"tilebake watch {root}", as_json=as_json))
        _follow(backend, telling, shown, interruption, is_over)


def _follow(
    backend: "Backend",
    telling: "Telling",
    shown: "View",
    interruption: "Interruption",
    is_over: Callable[[], bool],
) -> None:
    """Show and log what happens, until it is time to leave."""
    from tilebake.cli.logfile import log

    number = 0
    while not backend.is_leaving and not is_over():
        interruption.check()
        events = backend.events(number, TICK)
        if not events:
            continue
        told = events if events[0].number == number + 1 else (*events, *_all_maps(backend))
        number = events[-1].number
        lines = [line for event in told for line in telling.lines(event)]
        for line in lines:
            log.info("%s", line)
        shown.tell(events, lines)


def _all_maps(backend: "Backend") -> "list[Event]":
    """How every map stands: more has happened at once than is kept."""
    from tilebake.serve.jobs.status import Event

    return [Event(0, map=view) for view in backend.maps()]
