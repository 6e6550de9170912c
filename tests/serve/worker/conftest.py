"""What tests of the worker and its supervisor share: supervisors with a renderer that costs nothing."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.helpers.counting_baker import (
    GROWTH,
    CountingBaker,
)
from tests.helpers.following import workers
from tests.helpers.patience import PATIENCE
from tilebake.serve.bake.texture_cache import Cache
from tilebake.serve.worker.supervisor import (
    Supervisor,
    WorkerLimits,
)

QUICK = WorkerLimits(growth=GROWTH // 2, patience=0.5, silence=PATIENCE, first_pause=0.01)
IMPATIENT = replace(QUICK, silence=0.2)


@pytest.fixture
def baker(tmp_path: Path) -> CountingBaker:
    return CountingBaker(tmp_path / "log")


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


@pytest.fixture
def supervisor(baker: CountingBaker, cache: Cache) -> Generator[Supervisor]:
    """One that gives every worker the time to stop, however busy the machine is."""
    supervisor = Supervisor(baker, cache.folder, QUICK)
    yield supervisor
    supervisor.close()
    assert workers() == []


@pytest.fixture
def impatient(baker: CountingBaker, cache: Cache) -> Generator[Supervisor]:
    """One that soon gives up a worker that does not stop."""
    supervisor = Supervisor(baker, cache.folder, IMPATIENT)
    yield supervisor
    supervisor.close()
    assert workers() == []
