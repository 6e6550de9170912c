"""Plain pictures are stock diffusers' over schedulers, predictions, spacings and few-step forms."""

import pytest

from benchmarks.stock import run
from benchmarks.stock.run import FORMS, PREDICTIONS, SPACINGS, compare_all, figures, grid, line
from tilebake.level.settings import SCHEDULERS
from tilebake.paint.model.load import Components

EACH = 11  # of the grid is painted here: no divisor of its sides, so that each value comes up


def test_pictures_are_stock_diffusers_over_the_grid(
    tiny_components: Components, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "SIDE", 32)
    setups = grid()[::EACH]
    assert {each.scheduler for each in setups} == {*SCHEDULERS}
    assert {each.prediction for each in setups} == {*PREDICTIONS}
    assert {each.spacing for each in setups} == {*SPACINGS}
    assert {each.form for each in setups} == {*FORMS}
    apart = compare_all(tiny_components, setups)
    told = "\n".join(line(*each) for each in apart.items())
    assert all(figure.is_met is not False for figure in figures(apart)), told
