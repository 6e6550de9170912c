"""Every format of model files is painted right or refused by name, on the tiny SDXL."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from benchmarks.formats.case import Model, judge, weights_of
from benchmarks.formats.run import cases, figures, judge_all, outcome_line
from tilebake.paint.model.load import Components


@pytest.fixture
def model(tiny_sdxl_folder: Path, tiny_components: Components) -> Model:
    return Model(tiny_sdxl_folder, tiny_components, weights_of(tiny_components))


def test_every_file_is_right_or_refused_by_name(model: Model, tmp_path: Path) -> None:
    chosen = [each for each in cases(model) if each.kind != "model" or each.schedule or each.refused]
    outcomes = judge_all(chosen, model, tmp_path)  # other checkpoints have tests of their own
    told = "\n".join(map(outcome_line, outcomes))
    assert all(figure.is_met is not False for figure in figures(outcomes)), told
    assert len({each.name for each in outcomes}) == len(outcomes)


def test_a_weight_that_is_off_is_found(model: Model, tmp_path: Path) -> None:
    case = next(cases(model))
    (name, weight) = next(iter(case.changed.items()))
    wrong = replace(case, changed={name: weight + 2e-5 * torch.ones_like(weight)})
    assert judge(wrong, model, tmp_path / "wrong").verdict == "WRONG"
    refused = next(each for each in cases(model) if each.refused)
    assert judge(replace(refused, refused="other words"), model, tmp_path / "other").verdict == "WRONG"
