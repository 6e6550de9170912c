"""Show the events of a watch: a dashboard on a terminal, plain lines elsewhere, JSON for programs."""

import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol

from pydantic import TypeAdapter

from tilebake.cli.terminal.event_lines import EventLines
from tilebake.cli.terminal.printing import print_result, say
from tilebake.cli.terminal.status_source import StatusSource
from tilebake.serve.jobs.status import Event
from tilebake.serve.valid_text import json_bytes

EVENT_JSON: Final = TypeAdapter(Event)


class EventDisplay(Protocol):
    """Show what happens."""

    def show(self, events: Sequence[Event], lines: Sequence[str], /) -> None:
        """Show these events, and the lines that there are to say about them."""
        ...


@contextmanager
def show_events(
    source: StatusSource, event_lines: EventLines, *, title: str, as_json: bool
) -> Generator[EventDisplay]:
    """Show events as stderr can; with `as_json`, print them on stdout too."""
    if not sys.stderr.isatty():
        yield _Json(_Lines()) if as_json else _Lines()
        return
    from tilebake.cli.terminal.dashboard import show_dashboard  # rich: only on a terminal

    with show_dashboard(source, event_lines, title) as dashboard:
        yield _Json(dashboard) if as_json else dashboard


@dataclass(frozen=True)
class _Json:
    """Print one event a line on stdout, as the local API gives them, and pass them on."""

    display: EventDisplay

    def show(self, events: Sequence[Event], lines: Sequence[str]) -> None:
        try:
            for event in events:
                print_result(json_bytes(EVENT_JSON, event))
        finally:
            self.display.show(events, lines)


class _Lines:
    """Print lines on stderr, for logs and pipes."""

    def show(self, _events: Sequence[Event], lines: Sequence[str]) -> None:
        for line in lines:
            say(line)
