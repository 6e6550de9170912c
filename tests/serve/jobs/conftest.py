"""A queue on a journal, and the queue of the next host."""

from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path

import pytest

from tests.helpers.job_orders import Clock
from tilebake.serve.jobs.event_log import Events
from tilebake.serve.jobs.journal import Journal
from tilebake.serve.jobs.queue import Jobs


@pytest.fixture
def events() -> Events:
    return Events()


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
def jobs(journal: Journal, events: Events, clock: Clock) -> Jobs:
    return Jobs(journal, events, clock=clock, wall=clock)


@pytest.fixture
def restarted(path: Path) -> Generator[Callable[[], Jobs]]:
    """The queue of a new host, after the old one was killed."""
    journals: list[Journal] = []

    def restart() -> Jobs:
        journals.append(Journal(path))
        return Jobs(journals[-1], Events())

    yield restart
    for each in journals:
        each.close()
