"""Phrases that hold a known noun are found, and sorted by how many of their tiles come out right."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from tests.helpers import ROOT
from tilebake import write_png
from tilebake.paint.judge.reading import read_judge
from training.text.synonyms.measure import Phrase, kind, main, phrases_with_nouns, right_tiles

MODEL = ROOT / "backend" / "tilebake" / "embedded"


def test_phrases_that_hold_a_known_noun_are_measured() -> None:
    known = {"gravel": "gravel", "path": "cobblestone", "beach": "sand", "gravel track": "gravel"}
    found = {each.text: each for each in phrases_with_nouns(known)}
    assert found["gravel beach"] == Phrase("gravel beach", "gravel", frozenset({"gravel", "sand"}))
    assert found["island beach"].held == {"sand"}
    assert "gravel track" not in found, "the model was taught it"
    assert "shore" not in found, "it holds no noun"


@pytest.mark.parametrize(
    ("held", "right", "found"),
    [
        ({"sand"}, 9, ""),
        ({"sand"}, 3, ""),
        ({"sand"}, 2, "ASTRAY"),
        ({"sand", "gravel"}, 6, ""),
        ({"sand", "gravel"}, 7, "PAINTED"),
        ({"gravel"}, 7, "PAINTED"),
        ({"gravel"}, 0, ""),  # is told anyway
    ],
)
def test_few_right_tiles_are_astray_and_most_are_painted(held: set[str], right: int, found: str) -> None:
    assert kind(Phrase("any", "sand", frozenset(held)), right) == found


def test_pictures_that_are_there_are_judged(tmp_path: Path) -> None:
    file = tmp_path / "gravel beach.png"
    write_png(file, np.full((192, 192, 3), (240, 214, 150), np.uint8))
    judge = read_judge(MODEL / "judge.safetensors")
    right = [right_tiles(judge, Phrase("gravel beach", name, frozenset()), file) for name in judge.names]
    assert sum(right) == 9
    told = CliRunner().invoke(main, ["gravel beach", "--model", str(MODEL), "--pictures", str(tmp_path)])
    is_painted = right[judge.names.index("gravel")] >= 7
    assert told.output == f"PAINTED: {'gravel beach' * is_painted}\nASTRAY: \n"
