"""Pictures in pages on the command line: baked, checked, looked at, and cleaned up."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.page_painter import map_of, paint, with_sand
from tests.helpers.paged_picture import LEVEL, files, join
from tests.helpers.quick_bake import run_quickly
from tilebake.cli.view.pictures import picture_in
from tilebake.serve.owners.ownership import read_record
from tilebake.serve.pages.manifest import pages_folder, read_manifest


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A map whose picture has six pages, painted."""
    monkeypatch.setenv("TILEBAKE_CACHE", str(tmp_path / "cache"))
    (tmp_path / "game").mkdir()
    monkeypatch.chdir(tmp_path / "game")
    (tmp_path / "game" / "tilebake.toml").write_text('maps = ["."]\n', encoding="utf-8")
    file = tmp_path / "game" / "world.json"
    file.write_text(json.dumps(LEVEL), encoding="utf-8")
    assert run("bake") == 0
    return file


def run(*arguments: str) -> int:
    return run_quickly(*arguments, make=paint)


def change(file: Path, content: dict[str, Any]) -> None:
    file.write_text(json.dumps(content), encoding="utf-8")


def test_what_is_baked_is_told_with_its_pages(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run("bake", "--force") == 0
    shown = capsys.readouterr()
    assert "world.json: 768 x 512 in 6 pages, 0 of them new, in" in shown.err
    assert "the pixels are the same" in shown.err
    assert shown.out == "world.bake.json\n"
    assert run("bake", "--check") == 0
    change(world, with_sand(LEVEL, 4, 4))
    capsys.readouterr()
    assert run("bake", "--json") == 0
    told = next(
        each for each in map(json.loads, capsys.readouterr().out.splitlines()) if each["status"] == "baked"
    )
    assert told["size"] == [768, 512]
    assert (told["pages_written"], len(told["pages"])) == (1, 6)
    assert all(Path(page).is_file() for page in told["pages"])


def test_the_reason_of_other_pages_is_told(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("bake", "--check", "--page-size", "1024") == 3
    assert "it is in pages, and page_size 1024 asks for one file" in capsys.readouterr().err
    assert run("bake", "--page-size", "1024") == 0
    assert not pages_folder(world).exists()
    assert world.with_suffix(".png").exists()
    assert run("bake", "--check") == 3
    assert "it is one file, and page_size 256 asks for 6 pages" in capsys.readouterr().err


def test_a_page_of_all_maps_shows_pages_as_one_picture(world: Path) -> None:
    png = world.with_suffix(".png")
    change(world, with_sand(LEVEL, 4, 4))
    assert run("bake") == 0
    manifest = read_manifest(read_record(png))
    assert manifest is not None
    shown = picture_in(png, 96, manifest)
    assert shown is not None
    assert (shown.width, shown.height) == (768, 512)
    assert run("view", "--no-open") == 0
    page = world.with_name("tilebake.html").read_text(encoding="utf-8")
    assert page.count('width="768" height="512"') == 2  # now, and before
    assert "before the last change" in page
    (pages_folder(png) / manifest.files[0].file).unlink()
    assert picture_in(png, 96, manifest) is None


def test_pages_of_a_map_that_is_gone_are_cleaned_up(world: Path) -> None:
    world.unlink()
    note = pages_folder(world) / "notes.txt"
    note.write_text("mine", encoding="utf-8")
    assert run("clean") == 0
    assert {path.name for path in world.parent.iterdir()} == {"tilebake.toml", "world.pages"}
    assert files(world) == {"notes.txt", ".gdignore"}


def test_a_page_that_a_user_painted_over_is_not_cleaned_up(
    world: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world.unlink()
    page = next(pages_folder(world).glob("*.png"))
    page.write_bytes(b"mine")
    assert run("clean") == 0
    assert "is not the one that was baked, so it stays" in capsys.readouterr().err
    assert page.read_bytes() == b"mine"
    assert len(files(world)) == 7


def test_a_map_that_becomes_small_is_one_file_again(world: Path) -> None:
    change(world, map_of(16, 16))
    assert run("bake") == 0
    assert not pages_folder(world).exists()
    change(world, LEVEL)
    assert run("bake") == 0
    assert not world.with_suffix(".png").exists()
    assert np.ptp(join(world)[..., 2]) == 0
