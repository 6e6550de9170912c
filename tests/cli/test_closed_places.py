"""A folder that takes no pictures is told before a model is loaded, by every command that paints for it."""

import json
import logging.handlers
import os
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.cli.conftest import MAP
from tests.helpers.quick_bake import run_quickly
from tests.helpers.rights import give_to_nobody, is_root, without_rights
from tilebake.cli import engine
from tilebake.cli.run import edit, paint_edit, show_model

NEEDED = (logging.handlers, edit, paint_edit, show_model)  # imported while there are rights to

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes"),
    pytest.mark.skipif(is_root() and not hasattr(os, "setresuid"), reason="root writes everywhere here"),
]


@pytest.fixture
def project(monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    """A project with two maps and a folder without the right to write, where everybody may go."""

    def refuse_to_load(*_: object) -> None:
        raise AssertionError("a model was loaded")

    monkeypatch.setattr(engine, "load_pipeline", refuse_to_load)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        for place in ("maps/open", "maps/closed"):
            (folder / place).mkdir(parents=True)
            (folder / place / "lake.json").write_text(json.dumps(MAP), encoding="utf-8")
        (folder / "tilebake.toml").write_text('maps = ["maps"]\n', encoding="utf-8")
        monkeypatch.setenv("TILEBAKE_CACHE", str(folder / "cache"))
        monkeypatch.setenv("TILEBAKE_STATE", str(folder / "state"))
        monkeypatch.chdir(folder)
        assert run_quickly("bake", "maps/open") == 0  # all libraries are there before rights are given up
        (folder / "maps/open/lake.png").unlink()
        give_to_nobody(folder)
        (folder / "maps/closed").chmod(0o555)
        yield folder
        (folder / "maps/closed").chmod(0o755)


LAKE, OPEN = "maps/closed/lake.json", "maps/open/lake.json"
EDIT = ("--reweight", "mossy=2")


@pytest.mark.parametrize(
    "command",
    [
        ["tune", OPEN, "--seed", "1,2", "--out", "maps/closed"],
        ["tune", OPEN, "--seed", "1,2", "--out", "maps/closed/a/b/sheet.png"],
        ["generate", "moss", "--out", "maps/closed/moss.png"],
        ["edit", OPEN, *EDIT, "--out", "maps/closed/lake.png"],
        ["edit", OPEN, *EDIT, "--sheet", "maps/closed/sheet.png"],
        ["edit", LAKE, *EDIT, "--save"],
        ["edit", "--prompt", "mossy stone", *EDIT, "--out", "maps/closed"],
        ["show", "attention", OPEN, "--words", "grass", "--out", "maps/closed"],
        ["show", "attention", OPEN, "--words", "grass", "--npz", "maps/closed/seen.npz"],
        ["tune", OPEN, "--out", "maps/open/lake.json/sheet.png"],
    ],
    ids=lambda command: " ".join(command),
)
@pytest.mark.usefixtures("project")
def test_a_command_tells_that_its_folder_takes_nothing(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with without_rights():
        assert run_quickly(*command) == 1
    told = capsys.readouterr().err
    assert "error: " in told
    assert "the folder cannot be written to; make it writable" in told or "in each other's place" in told


def test_bake_tells_it_before_the_first_map_is_painted_and_paints_the_others(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with without_rights():
        assert run_quickly("bake") == 1
    told = capsys.readouterr().err
    assert told.index("maps/closed/lake.png: the folder cannot be written to") < told.index("baked")
    assert "1 baked, 1 failed" in told
    assert (project / "maps/open/lake.png").exists()


def test_bake_tells_a_read_only_picture_before_it_is_painted(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "maps/open/lake.png").write_bytes(b"old")
    (project / "maps/open/lake.png").chmod(0o444)
    with without_rights():
        assert run_quickly("bake", "maps/open") == 1
    told = capsys.readouterr().err
    assert "lake.png: is read-only; check it out" in told
    assert "[1/1]" not in told
