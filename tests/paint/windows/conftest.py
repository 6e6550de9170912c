"""Take the decoder statistics of the models that tests share once, not for every picture."""

import pytest
from diffusers import AutoencoderKL

from tilebake.paint import pipeline
from tilebake.paint.windows.frozen_norms import FrozenStatistics
from tilebake.paint.windows.swatch import swatch_statistics

SHARED = ("tiny_components", "embedded_components")


@pytest.fixture(scope="session")
def statistics() -> dict[str, FrozenStatistics]:
    """The statistics that were taken so far, by the fixture of their model."""
    return {}


@pytest.fixture(autouse=True)
def statistics_are_taken_once(
    request: pytest.FixtureRequest, statistics: dict[str, FrozenStatistics], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipeline takes them once, and tests make one for each picture. Other models' are taken anew."""
    names = [name for name in SHARED if name in request.fixturenames]
    shared = {request.getfixturevalue(name).vae: name for name in names}

    def take(vae: AutoencoderKL) -> FrozenStatistics:
        name = shared.get(vae)
        if name is None:
            return swatch_statistics(vae)
        if name not in statistics:
            statistics[name] = swatch_statistics(vae)
        return statistics[name]

    monkeypatch.setattr(pipeline, "swatch_statistics", take)
