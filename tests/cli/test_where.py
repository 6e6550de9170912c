"""Test `tilebake where`, by which an editor finds the backend."""

import json
from pathlib import Path

import pytest

from tests.helpers.game import Game, game_in
from tilebake import __version__
from tilebake.cli import run_command_line
from tilebake.cli.logfile import log_file
from tilebake.serve.api.ready import ready_file
from tilebake.user_folders import cache_folder, state_folder


@pytest.fixture
def game(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Game:
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    return game_in(tmp_path)


def test_where_finds_the_project_from_any_of_its_folders(
    game: Game, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in (game.root, game.root / "levels"):
        assert run_command_line(["where", str(folder), "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == {
            "version": __version__,
            "project": str(game.root),
            "ready_file": str(ready_file(game.root)),
            "log_file": str(log_file(game.root)),
            "cache_folder": str(cache_folder()),
            "state_folder": str(state_folder()),
        }


def test_where_prints_a_table_for_people(
    game: Game, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(game.root)
    assert run_command_line(["where"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [
        "version",
        "project",
        "ready_file",
        "log_file",
        "cache_folder",
        "state_folder",
    ]
    assert lines[1].split()[1] == str(game.root)
