"""docs/tiled.md and docs/ldtk.md: the files that they show are read, and their commands do what they say."""

import shlex
import tomllib
from pathlib import Path
from typing import Final

import pytest

from benchmarks.docs_pages.editor_pages import Page, blocks, save_game
from tests.test_readme import parse
from tilebake.cli import run_command_line
from tilebake.cli.run.bake import STALE
from tilebake.level.project import find_project
from tilebake.level.tilemap import read_map
from tilebake.serve.bake.discover import find_maps

PAGES: Final[tuple[Page, ...]] = ("tiled", "ldtk")


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_are_commands(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_game(tmp_path, page)
    monkeypatch.chdir(tmp_path)
    lines = [shlex.split(line) for block in blocks(page, "sh") for line in block.splitlines()]
    assert len(lines) >= 4
    for program, *words in lines:
        assert program == "tilebake"
        parse(words)
    named = [Path(word) for words in lines for word in words if word.startswith("maps/")]
    assert named
    assert all(find_maps([path]) for path in named)


@pytest.mark.parametrize("page", PAGES)
def test_the_files_of_a_page_are_maps_to_be_painted(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    save_game(tmp_path, page)
    monkeypatch.chdir(tmp_path)
    assert run_command_line(["bake", "--check"]) == STALE
    shown = capsys.readouterr()
    names = {"tiled": ["island.tmx"], "ldtk": ["coast.ldtk#East", "coast.ldtk#West"]}[page]
    assert all(name in shown.out + shown.err for name in names)


@pytest.mark.parametrize("page", PAGES)
def test_the_table_of_a_page_is_one(page: Page, tmp_path: Path) -> None:
    save_game(tmp_path, page)
    first, second, *_ = blocks(page, "toml")
    (tmp_path / "tilebake.toml").write_text(first + second, encoding="utf-8")
    assert tomllib.loads(second).keys() == {page}
    project = find_project(tmp_path)
    assert project.tables[page].layers
    (found, *_) = find_maps([tmp_path / "maps"])
    assert read_map(found.path, project).tiles
