"""Draw the dashboard of a watch: counts, running bakes, the queue, errors and the last messages."""

from collections import Counter, deque
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from tilebake.cli.terminal.event_lines import ERROR, EventLines, progress_text
from tilebake.cli.terminal.status_source import StatusSource
from tilebake.errors import shown
from tilebake.serve.jobs.status import Event, JobView, MapView

SHOWN: Final = 5  # waiting jobs, errors and messages, of each
BAR_WIDTH: Final = 28  # columns
STYLES: Final = {
    "baking": "bold cyan",
    "waiting": "cyan",
    "stale": "yellow",
    "failed": "red",
    "up to date": "green",
}


@contextmanager
def show_dashboard(source: StatusSource, event_lines: EventLines, title: str) -> Generator["Dashboard"]:
    """Show a dashboard on stderr for the time of the block."""
    live = Live(
        console=Console(stderr=True),
        auto_refresh=False,
        transient=True,
        redirect_stdout=False,  # results belong to stdout
    )
    with live:
        yield Dashboard(live, source, event_lines, title)


class Dashboard:
    """Draw the whole status again whenever something happens."""

    def __init__(self, live: Live, source: StatusSource, event_lines: EventLines, title: str) -> None:
        self._live = live
        self._source = source
        self._event_lines = event_lines
        self._title = title
        self._messages: deque[str] = deque(maxlen=SHOWN)

    def show(self, events: Sequence[Event], lines: Sequence[str]) -> None:
        """Draw the status after these events; lines that are no errors are the last messages."""
        self._messages.extend(line for line in lines if not line.startswith(ERROR))
        if events:
            maps, jobs = self._source.maps(), self._source.jobs()
            view = DashboardView(self._title, maps, jobs, self._event_lines.errors, tuple(self._messages))
            self._live.update(view.render(), refresh=True)


@dataclass(frozen=True)
class DashboardView:
    """Hold the status at one moment."""

    title: str
    maps: tuple[MapView, ...]
    jobs: tuple[JobView, ...]  # that run or wait, in their order
    errors: tuple[str, ...]  # the latest last
    messages: tuple[str, ...]

    def render(self) -> RenderableType:
        """Return it for rich to print."""
        blank = Text()
        running = [job for job in self.jobs if job.state == "running"]
        waiting = [Text(f"  {shown(job.map_id)}") for job in self.jobs if job.state == "waiting"]
        parts: list[RenderableType] = [Text(shown(self.title), style="bold"), self._counts()]
        parts += [each for job in running for each in (blank, _job_row(job))]
        parts += [blank, Text("Next"), *_first_few(waiting)] if waiting else []
        errors = [Text(f"  {shown(error)}", style="red") for error in reversed(self.errors)]
        parts += [blank, Text("Errors", style="red"), *_first_few(errors)] if errors else []
        parts += [blank, *(Text(line, style="dim") for line in self.messages)] if self.messages else []
        return Group(*parts)

    def _counts(self) -> RenderableType:
        counts = Counter(each.state for each in self.maps)
        parts = [Text(f"{counts[state]} {state}", style=STYLES[state]) for state in STYLES if counts[state]]
        return Text(", ").join(parts) if parts else Text("no maps yet", style="dim")


def _job_row(job: JobView) -> RenderableType:
    row = Table.grid(padding=(0, 1))
    bar = ProgressBar(total=max(job.steps, 1), completed=job.step, width=BAR_WIDTH)
    row.add_row(Text(shown(job.map_id), style="bold"), bar, Text(progress_text(job)))
    return row


def _first_few(lines: Sequence[RenderableType]) -> list[RenderableType]:
    """Return the first few lines, and how many more there are."""
    more = len(lines) - SHOWN
    return [*lines[:SHOWN], *([Text(f"  and {more} more", style="dim")] if more > 0 else [])]
