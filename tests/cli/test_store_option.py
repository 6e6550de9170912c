"""`--store`: what one machine painted, the next takes, and a broken store ends no bake."""

import json
from pathlib import Path

import pytest

from tests.helpers.quick_bake import quick_texture, run_quickly
from tilebake.request import BakeRequest
from tilebake.texture import Texture


def refuse(request: BakeRequest) -> Texture:
    raise AssertionError(f"painted {request.digest()} anew")


@pytest.fixture
def other_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of its own for what follows."""
    monkeypatch.setenv("TILEBAKE_CACHE", str(tmp_path / "other cache"))


def test_what_one_machine_painted_the_next_takes(
    maps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store = (tmp_path / "store").as_uri()
    assert run_quickly("bake", "maps", "--store", store) == 0
    first = {path.name: path.read_bytes() for path in maps.glob("*.png")}
    for path in maps.glob("*.png"):
        path.unlink()
    monkeypatch.setenv("TILEBAKE_CACHE", str(tmp_path / "other cache"))
    capsys.readouterr()
    assert run_quickly("bake", "maps", "--store", store, "--json", make=refuse) == 0
    told = capsys.readouterr()
    assert [json.loads(line)["cached"] for line in told.out.splitlines()] == [True, True]
    assert told.err.count("from the store") == 2
    assert {path.name: path.read_bytes() for path in maps.glob("*.png")} == first
    assert run_quickly("bake", "maps", "--out", "again", "--json", make=refuse) == 0, "it is in the cache now"


@pytest.mark.usefixtures("maps")
def test_the_environment_may_name_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILEBAKE_STORE", str(tmp_path / "store"))
    assert run_quickly("bake", "maps/forest.json", "--no-cache") == 0
    assert run_quickly("bake", "maps/forest.json", "--no-cache", "--out", "b.png", make=refuse) == 0


@pytest.mark.usefixtures("maps")
def test_all_is_painted_anew_where_that_is_asked_for(tmp_path: Path) -> None:
    painted: list[BakeRequest] = []

    def count(request: BakeRequest) -> Texture:
        painted.append(request)
        return quick_texture(request)

    for _ in range(2):
        assert (
            run_quickly("bake", "maps/forest.json", "--store", str(tmp_path / "s"), "--force", make=count)
            == 0
        )
    assert len(painted) == 2


@pytest.mark.usefixtures("maps")
def test_a_broken_store_is_told_once_and_ends_no_bake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "store").write_bytes(b"")
    assert run_quickly("bake", "maps", "--store", "store") == 0
    told = capsys.readouterr()
    assert told.err.count("the store store cannot be written to") == 1
    assert len(told.out.splitlines()) == 2


@pytest.mark.usefixtures("maps")
def test_a_store_of_no_known_kind_is_refused_before_anything_is_painted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for command in (("bake", "maps"), ("watch", ".")):
        assert run_quickly(*command, "--store", "nothing://here", make=refuse) == 1
        assert "is no store that is known" in capsys.readouterr().err


def test_no_project_names_a_store(maps: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tilebake.toml").write_text('store = "s3://bucket"\n', encoding="utf-8")
    assert run_quickly("bake", str(maps)) == 1
    assert "store" in capsys.readouterr().err
