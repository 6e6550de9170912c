"""What works on maps in one piece alone says so of a map in windows, before a model is loaded."""

import json
from pathlib import Path

import pytest

from tilebake.cli import run_command_line

LARGE: dict[str, object] = {
    "tilebake": 1,
    "tile_size": 64,
    "terrains": {"grass": "lush grass"},
    "legend": {"g": "grass"},
    "rows": ["g" * 40] * 30,
}
EDIT = {"terrains": {"grass": {"reweight": {"lush": 2}}}}


@pytest.mark.parametrize(
    ("content", "command"),
    [
        (LARGE, ["show", "attention", "large.json", "--words", "grass"]),
        ({**LARGE, "edit": EDIT}, ["bake", "large.json"]),
        (LARGE, ["edit", "large.json", "--terrain", "grass", "--reweight", "lush=2"]),
    ],
    ids=["attention", "edit in the map", "edit"],
)
def test_it_is_refused_with_what_to_do(
    content: dict[str, object],
    command: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "large.json").write_text(json.dumps(content), encoding="utf-8")
    assert run_command_line(command) == 1
    told = capsys.readouterr().err
    assert "words are neither edited nor observed in a map that is painted in windows" in told
    assert 'set "windows" to "never"' in told
