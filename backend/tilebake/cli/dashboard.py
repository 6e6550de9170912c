"""What `tilebake watch` shows: a calm live view on a terminal, plain lines elsewhere, events for programs."""

import sys
from collections import Counter, deque
from collections.abc import Generator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import click

from tilebake.cli.event_lines import ERROR, Telling, progress

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live

    from tilebake.serve.jobs.status import Event, JobView, MapView

SHOWN: Final = 5  # jobs that wait, errors, and lines said, of each
BAR: Final = 28  # columns
LOOKS: Final = {
    "baking": "bold cyan",
    "waiting": "cyan",
    "stale": "yellow",
    "failed": "red",
    "up to date": "green",
}


class Standing(Protocol):
    """Whom to ask how things stand."""

    def maps(self) -> "tuple[MapView, ...]":
        """Every map."""
        ...

    def jobs(self) -> "tuple[JobView, ...]":
        """The jobs that run or wait, in their order."""
        ...


class View(Protocol):
    """Shows what happens."""

    def tell(self, events: "Sequence[Event]", lines: Sequence[str], /) -> None:
        """These events happened, and this is what there is to say about them."""
        ...


@contextmanager
def view(standing: Standing, telling: Telling, *, title: str, as_json: bool) -> Generator[View]:
    """Whatever stderr can show; with `as_json`, the events on stdout besides."""
    with _screen(standing, telling, title) if sys.stderr.isatty() else nullcontext(_Lines()) as shown:
        yield _Both(_Json(), shown) if as_json else shown


@dataclass(frozen=True)
class _Both:
    first: View
    second: View

    def tell(self, events: "Sequence[Event]", lines: Sequence[str]) -> None:
        self.first.tell(events, lines)
        self.second.tell(events, lines)


class _Json:
    """One event a line on stdout, as the local API gives them."""

    def __init__(self) -> None:
        from pydantic import TypeAdapter

        from tilebake.serve.jobs.status import Event

        self._form = TypeAdapter(Event)

    def tell(self, events: "Sequence[Event]", _lines: Sequence[str]) -> None:
        for event in events:
            click.echo(self._form.dump_json(event))


class _Lines:
    """For logs and pipes."""

    def tell(self, _events: "Sequence[Event]", lines: Sequence[str]) -> None:
        for line in lines:
            click.echo(line, err=True)


class _Screen:
    """For a terminal: one picture, drawn anew when something happened."""

    def __init__(self, live: "Live", standing: Standing, telling: Telling, title: str) -> None:
        self._live = live
        self._standing = standing
        self._telling = telling
        self._title = title
        self._said: deque[str] = deque(maxlen=SHOWN)

    def tell(self, events: "Sequence[Event]", lines: Sequence[str]) -> None:
        self._said.extend(line for line in lines if not line.startswith(ERROR))
        if events:
            maps, jobs = self._standing.maps(), self._standing.jobs()
            picture = Picture(self._title, maps, jobs, self._telling.mistakes, tuple(self._said))
            self._live.update(picture.drawn(), refresh=True)


@contextmanager
def _screen(standing: Standing, telling: Telling, title: str) -> Generator[View]:
    from rich.console import Console
    from rich.live import Live

    live = Live(
        console=Console(stderr=True),
        auto_refresh=False,
        transient=True,
        redirect_stdout=False,  # results belong to stdout
    )
    with live:
        yield _Screen(live, standing, telling, title)


@dataclass(frozen=True)
class Picture:
    """How everything stands at one moment."""

    title: str
    maps: "tuple[MapView, ...]"
    jobs: "tuple[JobView, ...]"  # that run or wait, in their order
    errors: tuple[str, ...]
    said: tuple[str, ...]

    def drawn(self) -> "RenderableType":
        """As rich prints it."""
        from rich.console import Group
        from rich.text import Text

        blank = Text()
        running = [job for job in self.jobs if job.state == "running"]
        waiting = [Text(f"  {job.map_id}") for job in self.jobs if job.state == "waiting"]
        parts: list[RenderableType] = [Text(self.title, style="bold"), self._counts()]
        parts += [each for job in running for each in (blank, _running(job))]
        parts += [blank, Text("Next"), *_first(waiting)] if waiting else []
        errors = [Text(f"  {error}", style="red") for error in reversed(self.errors)]
        parts += [blank, Text("Errors", style="red"), *_first(errors)] if errors else []
        parts += [blank, *(Text(line, style="dim") for line in self.said)] if self.said else []
        return Group(*parts)

    def _counts(self) -> "RenderableType":
        from rich.text import Text

        counts = Counter(each.state for each in self.maps)
        parts = [Text(f"{counts[state]} {state}", style=LOOKS[state]) for state in LOOKS if counts[state]]
        return Text(", ").join(parts) if parts else Text("no maps yet", style="dim")


def _running(job: "JobView") -> "RenderableType":
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    row = Table.grid(padding=(0, 1))
    bar = ProgressBar(total=max(job.steps, 1), completed=job.step, width=BAR)
    row.add_row(Text(job.map_id, style="bold"), bar, Text(progress(job)))
    return row


def _first(lines: "Sequence[RenderableType]") -> "list[RenderableType]":
    """The first few, and how many more there are."""
    from rich.text import Text

    more = len(lines) - SHOWN
    return [*lines[:SHOWN], *([Text(f"  and {more} more", style="dim")] if more > 0 else [])]
