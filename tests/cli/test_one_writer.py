"""A bake and a watch of one project: one writes, the other is told who, and what needs no lock takes none."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.helpers.game import Game, game_in, until, view
from tests.helpers.quick_bake import run_quickly
from tilebake.level.project import Project
from tilebake.serve.backend import Backend
from tilebake.serve.files.project_lock import WriterLocks, holder, only_writer

BUSY = 75


@pytest.fixture
def game(tmp_path: Path) -> Game:
    game = game_in(tmp_path)
    game.save("forest", 1)
    game.save("lake", 2)
    return game


def test_a_bake_beside_another_writer_names_it_once_and_leaves(
    game: Game, capsys: pytest.CaptureFixture[str]
) -> None:
    with only_writer(Project(game.root)):
        assert run_quickly("bake", str(game.root), "--json") == BUSY
        told = capsys.readouterr()
        assert told.err.count("another tilebake is at work in this project: process") == 1
        assert [json.loads(line)["status"] for line in told.out.splitlines()] == ["failed", "failed"]
        assert "2 stopped in" in told.err
        assert "failed in" not in told.err
    assert not game.png("forest").exists()
    assert run_quickly("bake", str(game.root)) == 0
    assert holder(Project(game.root)) is None


def test_what_writes_nothing_into_the_project_needs_no_lock(game: Game, tmp_path: Path) -> None:
    assert run_quickly("bake", str(game.root)) == 0
    with only_writer(Project(game.root)):
        assert run_quickly("bake", str(game.root)) == 0, "there is nothing to publish"
        assert run_quickly("bake", str(game.root), "--check") == 0
        assert run_quickly("bake", str(game.root), "--seed", "5", "--out", str(tmp_path / "try")) == 0
        assert run_quickly("clean", str(game.root), "--dry-run") == 0
        assert run_quickly("clean", str(game.root)) == BUSY
        inside = str(game.root / "try")
        assert run_quickly("bake", str(game.root), "--seed", "5", "--out", inside) == BUSY


def test_a_bake_goes_on_where_no_lock_can_be_taken(
    game: Game, private_cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (private_cache / "state").write_bytes(b"")
    assert run_quickly("bake", str(game.root)) == 0
    assert capsys.readouterr().err.count("other writers are not kept out") == 1


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root gives files away")
def test_a_bake_goes_on_without_a_cache_that_is_another_users(
    game: Game, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "anothers/textures").mkdir(parents=True)
    os.chown(tmp_path / "anothers/textures", 12345, 12345)
    monkeypatch.setenv("TILEBAKE_CACHE", str(tmp_path / "anothers"))
    assert run_quickly("bake", str(game.root)) == 0
    told = capsys.readouterr().err
    assert told.count("nothing is kept in the cache") == 1
    assert "belongs to another user, and is not believed" in told
    assert not any((tmp_path / "anothers/textures").iterdir())


@pytest.mark.parametrize("name", ["x.webp", "x.JPG"])
def test_a_kind_of_picture_that_is_not_written_is_refused_before_anything(
    name: str, game: Game, tmp_path: Path
) -> None:
    assert run_quickly("bake", str(game.path("forest")), "--out", str(tmp_path / name)) == 2
    assert not (tmp_path / name).exists()


def test_a_missing_map_folder_is_told_and_the_others_are_painted(
    game: Game, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (game.root / "tilebake.toml").write_text('maps = ["levels", "levels_wip"]\n', encoding="utf-8")
    monkeypatch.chdir(game.root)
    assert run_quickly("bake") == 1
    told = capsys.readouterr().err
    assert "levels_wip: there is no such map folder" in told
    assert "2 baked, 1 failed" in told
    assert game.is_painted("forest", "lake")


def test_escapes_in_file_names_reach_no_terminal(game: Game, capsys: pytest.CaptureFixture[str]) -> None:
    evil = game.root / "levels/a\x1b]0;title\x07\nerror: forged\u202e.json"
    evil.write_bytes(game.path("forest").read_bytes())
    assert run_quickly("bake", str(game.root)) == 1
    lines = capsys.readouterr().err.splitlines()
    assert all(line.isprintable() for line in lines)
    assert not any(line.startswith("error: forged") for line in lines)


def test_a_watch_passes_over_an_inner_project_of_another_and_says_so(game: Game) -> None:
    inner = game.root / "levels/inner"
    inner.mkdir()
    (inner / "tilebake.toml").write_text('maps = ["."]\n', encoding="utf-8")
    game.save("inner/pond", 3)
    with (
        WriterLocks("watch") as locks,
        only_writer(Project(inner), "the editor's"),
        Backend(replace(game.setup(), hold=locks.hold)) as backend,
    ):
        until(lambda: game.is_painted("forest", "lake"))
        until(lambda: view(backend, "inner/pond").state == "failed")
        diagnostic = view(backend, "inner/pond").diagnostic
        assert diagnostic is not None
        assert "another tilebake is at work in this project: process" in diagnostic.what
        assert "the editor's" in diagnostic.what
    assert not game.png("inner/pond").exists()
