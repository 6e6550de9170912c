"""A judge's file: what is written comes back, and what is none is told."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from tilebake.errors import ModelError
from tilebake.models.reference import EMBEDDED, ModelSource, resolve
from tilebake.paint.judge.network import Judge
from tilebake.paint.judge.reading import JUDGE, judge_file, read_judge
from training.judge.train import save_judge

TWO = {"terrains": '["sand", "snow"]', "nouns": '{"beach": "sand"}'}


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """The file of an untrained judge of two terrains."""
    file = tmp_path / JUDGE
    save_judge(Judge(("sand", "snow"), {"beach": "sand"}), file, {"steps": "0"})
    return file


def test_a_saved_judge_comes_back_in_half_precision(tmp_path: Path) -> None:
    judge = Judge(("sand", "snow"), {"beach": "sand"}, ("snow",))
    save_judge(judge, tmp_path / JUDGE, {"steps": "0"})
    read = read_judge(tmp_path / JUDGE)
    assert (read.names, read.nouns, read.common) == (judge.names, judge.nouns, ("snow",))
    for name, value in read.state_dict().items():
        torch.testing.assert_close(value, judge.state_dict()[name].half().float(), rtol=0, atol=0)


def test_all_that_a_judge_knows_is_common_where_its_file_does_not_say(tmp_path: Path) -> None:
    weights = Judge(("sand", "snow"), {}).state_dict()
    save_file(weights, tmp_path / JUDGE, metadata=TWO)
    assert read_judge(tmp_path / JUDGE).common == ("sand", "snow")


def test_reading_draws_no_random_number(two: Path) -> None:
    before = torch.get_rng_state()
    read_judge(two)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    "words",
    [
        {"terrains": TWO["terrains"]},
        {**TWO, "terrains": "sand, snow"},
        {**TWO, "terrains": '["sand", "snow", "ice"]'},
        {**TWO, "terrains": "[1, 2]", "nouns": "{}"},
        {**TWO, "nouns": '{"beach": "shore"}'},
        {**TWO, "nouns": '{"beach": ["sand"]}'},
        {**TWO, "nouns": "[1]"},
        {**TWO, "nouns": '[[1, "sand"]]'},
        {**TWO, "common": '["ice"]'},
        {**TWO, "common": "[[1]]"},
    ],
    ids=json.dumps,
)
def test_words_of_a_judge_that_are_malformed_are_refused(two: Path, words: dict[str, str]) -> None:
    save_file(load_file(two), two, metadata=words)
    with pytest.raises(
        ModelError, match="no judge of terrains; fetch or copy it anew, or remove it"
    ) as caught:
        read_judge(two)
    assert str(two) in str(caught.value)


def test_weights_of_another_model_are_refused(two: Path) -> None:
    save_file({"verdict.weight": torch.zeros(2, 128)}, two, metadata=TWO)
    with pytest.raises(ModelError, match="no judge of terrains"):
        read_judge(two)


def test_a_truncated_judge_is_refused(two: Path) -> None:
    two.write_bytes(two.read_bytes()[:-10])
    with pytest.raises(ModelError, match="file not fully covered"):
        read_judge(two)


def test_a_judge_lies_in_a_models_folder(two: Path, tiny_sdxl_folder: Path, tmp_path: Path) -> None:
    assert judge_file(resolve("embedded")) == EMBEDDED / JUDGE
    folder = shutil.copytree(tiny_sdxl_folder, tmp_path / "model")
    assert judge_file(resolve(str(folder))) is None
    shutil.copy(two, folder)
    assert judge_file(resolve(str(folder))) == folder / JUDGE


def test_a_single_file_has_none(two: Path) -> None:
    assert judge_file(ModelSource("a", "file", two.with_name("model.safetensors"))) is None
