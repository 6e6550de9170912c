"""A folder or file that may not be read is one error, by every command, and all beside it goes on."""

import json
import logging.handlers
import os
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.helpers.quick_bake import run_quickly
from tests.helpers.rights import closed, give_to_nobody, is_root, without_rights

MAP = {
    "tilebake": 1,
    "tile_size": 8,
    "terrains": {"grass": "grass"},
    "legend": {"g": "grass"},
    "rows": ["gg"],
    "settings": {"pixels_per_tile": 8, "steps": 1},
}
ALL = ["maps/a/a.json", "maps/b/b.json", "maps/c/c.json"]

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes"),
    pytest.mark.skipif(is_root() and not hasattr(os, "setresuid"), reason="root reads all here"),
]
assert logging.handlers


@pytest.fixture
def project(monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    """Three maps in folders of their own, painted, where everybody may go, unlike pytest's folders."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        root = folder / "game"
        for each in ALL:
            (root / each).parent.mkdir(parents=True)
            (root / each).write_text(json.dumps(MAP), encoding="utf-8")
        (root / "tilebake.toml").write_text('maps = ["maps"]\noutput = "textures"\n', encoding="utf-8")
        monkeypatch.setenv("TILEBAKE_CACHE", str(folder / "cache"))
        monkeypatch.setenv("TILEBAKE_STATE", str(folder / "state"))
        monkeypatch.chdir(root)
        assert run_quickly("bake") == run_quickly("bake", "--check") == run_quickly("clean") == 0
        assert run_quickly("show", "masks", ALL[0]) == 0  # all libraries are there before rights are given up
        give_to_nobody(folder)
        yield root


@pytest.mark.parametrize("command", [["bake", "--check"], ["bake", "--force"], ["bake", "--force", *ALL]])
@pytest.mark.parametrize("place", ["maps/b", "maps/b/b.json", "textures/maps/b"])
def test_one_map_is_an_error_and_the_others_go_on(
    place: str, command: list[str], project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    with closed([project / place]), without_rights():
        assert run_quickly(*command) == 1
    told = capsys.readouterr().err
    (error,) = (line for line in told.splitlines() if line.startswith("error: "))
    assert str(Path("maps") / "b") in error
    assert "Permission denied" in error
    assert "2 up to date, 1 failed" in told or "2 baked, 1 failed" in told


@pytest.mark.parametrize("place", ["maps/b", "textures/maps/b", "textures", "maps"])
def test_clean_tells_what_it_cannot_read_and_removes_what_it_can_prove_to_be_left(
    place: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "maps/a/a.json").unlink()
    capsys.readouterr()
    with closed([project / place]), without_rights():
        assert run_quickly("clean") == 1
    told = capsys.readouterr().err
    (error,) = (line for line in told.splitlines() if line.startswith("error: "))
    assert str(project / place) in error
    assert "Permission denied" in error
    is_searched = place == "textures/maps/b"  # else a map that cannot be seen would seem to be gone
    assert (project / "textures/maps/a/a.png").exists() is not is_searched
    assert (project / "textures/maps/b/b.png").exists()


@pytest.mark.parametrize(
    "command",
    [["show", "masks", "maps/b/b.json"], ["edit", "maps/b/b.json", "--forget"], ["tune", "maps/b/b.json"]],
    ids=lambda command: command[0],
)
@pytest.mark.parametrize("place", ["maps/b", "maps/b/b.json"])
def test_a_map_that_may_not_be_read_is_an_error_and_no_wrong_use(
    place: str, command: list[str], project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    with closed([project / place]), without_rights():
        assert run_quickly(*command) == 1
    told = capsys.readouterr().err
    assert told.startswith("error: ")
    assert "Permission denied" in told
    assert "b.json" in told
