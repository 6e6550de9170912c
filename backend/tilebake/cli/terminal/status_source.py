"""Define what a dashboard asks of a backend."""

from typing import Protocol

from tilebake.serve.jobs.status import JobView, MapView


class StatusSource(Protocol):
    """Give the status of all maps and jobs."""

    def maps(self) -> tuple[MapView, ...]:
        """Return every map."""
        ...

    def jobs(self) -> tuple[JobView, ...]:
        """Return the jobs that run or wait, in their order."""
        ...
