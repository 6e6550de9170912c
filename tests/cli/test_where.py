"""`tilebake where`: an editor finds the backend by it, and it is quick."""

import json
from pathlib import Path

import pytest

from tests.helpers.game import Game, game_in
from tilebake import __version__
from tilebake.cli import run
from tilebake.cli.logfile import log_file
from tilebake.serve.api.ready import ready_file


@pytest.fixture
def game(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Game:
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    return game_in(tmp_path)


def test_a_project_is_found_from_any_of_its_folders(game: Game, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in (game.root, game.root / "levels"):
        assert run(["where", str(folder), "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == {
            "version": __version__,
            "project": str(game.root),
            "ready_file": str(ready_file(game.root)),
            "log_file": str(log_file(game.root)),
        }


def test_people_get_a_table(
    game: Game, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(game.root)
    assert run(["where"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["version", "project", "ready_file", "log_file"]
    assert lines[1].split()[1] == str(game.root)
