"""A queue on a journal, and the queue of the next host."""

from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path

import pytest

from tests.helpers.clock import Clock
from tilebake.serve.jobs.event_log import EventLog
from tilebake.serve.jobs.journal import Journal
from tilebake.serve.jobs.queue import JobQueue


@pytest.fixture
def events() -> EventLog:
    return EventLog()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "jobs.sqlite"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(path: Path) -> Generator[Journal]:
    with closing(Journal(path)) as journal:
        yield journal


@pytest.fixture
def jobs(journal: Journal, events: EventLog, clock: Clock) -> JobQueue:
    return JobQueue(journal, events, clock=clock, wall=clock)


@pytest.fixture
def restarted(path: Path) -> Generator[Callable[[], JobQueue]]:
    """The queue of a new host, after the old one was killed."""
    journals: list[Journal] = []

    def restart() -> JobQueue:
        journals.append(Journal(path))
        return JobQueue(journals[-1], EventLog())

    yield restart
    for each in journals:
        each.close()
