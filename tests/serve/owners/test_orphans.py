"""Pictures whose maps are gone: found by their records, and removed only if they are what was baked."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.helpers.game import Game, game_in
from tilebake.cli import run_command_line
from tilebake.level.project import find_project
from tilebake.serve.bake.publish import publish
from tilebake.serve.owners.orphans import find_orphans, remove_orphan
from tilebake.serve.owners.ownership import record_path, report_path
from tilebake.texture import PlacementReport, Texture, pixel_hash


@pytest.fixture
def game(tmp_path: Path) -> Game:
    """A game with two painted maps, lake and pond."""
    game = game_in(tmp_path)
    for seed, name in enumerate(("lake", "pond")):
        game.save(name, seed)
        game.publish(name)
    return game


def orphans(game: Game) -> list[str]:
    return [
        each.png.name for each in find_orphans(find_project(game.root), [].append) if each.why_kept is None
    ]


def test_a_picture_is_an_orphan_once_its_map_is_gone_and_not_before(game: Game) -> None:
    assert orphans(game) == []
    game.path("lake").rename(game.path("sea"))
    assert orphans(game) == ["lake.png"]
    (orphan,) = find_orphans(find_project(game.root), [].append)
    remove_orphan(orphan, game.root)
    assert not game.png("lake").exists()
    assert not record_path(game.png("lake")).exists()
    assert game.png("pond").exists()
    assert orphans(game) == []


def test_a_map_and_its_picture_that_were_moved_together_are_no_orphan(game: Game) -> None:
    (game.root / "levels").rename(game.root / "worlds")
    (game.root / "tilebake.toml").write_text('maps = ["worlds"]\n', encoding="utf-8")
    assert orphans(game) == []


def test_a_picture_that_was_painted_over_stays_and_is_told(
    game: Game, capsys: pytest.CaptureFixture[str]
) -> None:
    game.path("lake").unlink()
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(game.png("lake"))
    assert orphans(game) == []
    assert run_command_line(["clean", str(game.root)]) == 0
    assert "is not the one that was baked, so it stays" in capsys.readouterr().err
    assert game.png("lake").exists()


def test_a_report_goes_with_its_picture_unless_somebody_changed_it(game: Game) -> None:
    planned = game.plan("lake")
    image = np.zeros((8, 8, 3), np.uint8)
    texture = Texture(image, planned.digest, pixel_hash(image))
    publish(replace(texture, report=PlacementReport((), image)), planned.request, planned.png, planned.root)
    game.path("lake").unlink()
    (orphan,) = find_orphans(find_project(game.root), [].append)
    assert report_path(game.png("lake")) in orphan.files
    report_path(game.png("lake")).write_bytes(b"notes of mine")
    (orphan,) = find_orphans(find_project(game.root), [].append)
    assert report_path(game.png("lake")) not in orphan.files


def test_what_tilebake_did_not_make_is_no_orphan(game: Game) -> None:
    levels = game.root / "levels"
    (levels / "mine.png").write_bytes(b"a painting")
    (levels / "mine.bake.json").write_text('{"tilebake": 1}', encoding="utf-8")
    (levels / "plan.bake.json").write_bytes(b"{")
    variant = game.plan("lake")
    image = np.ones((8, 8, 3), np.uint8)
    publish(Texture(image, "x", pixel_hash(image)), variant.request, levels / "variant.png", game.root)
    assert orphans(game) == [], "the variant's map is there"


def test_a_project_within_is_not_cleaned_from_without(game: Game) -> None:
    inner = game.root / "levels/inner"
    inner.mkdir()
    (inner / "tilebake.toml").write_text('maps = ["."]\n', encoding="utf-8")
    (inner / "a.json").write_bytes(game.path("lake").read_bytes())
    planned = game.plan("inner/a")
    publish(Texture(np.ones((8, 8, 3), np.uint8), "x", "y"), planned.request, planned.png, planned.root)
    (inner / "a.json").unlink()
    assert orphans(game) == []


def test_nothing_seems_gone_while_a_folder_of_maps_is(game: Game) -> None:
    (game.root / "tilebake.toml").write_text('maps = ["levels", "more"]\noutput = "out"', encoding="utf-8")
    (game.root / "more").mkdir()
    (game.root / "more/a.json").write_bytes(game.path("lake").read_bytes())
    planned = game.plan("../more/a")
    publish(Texture(np.ones((8, 8, 3), np.uint8), "x", "y"), planned.request, planned.png, planned.root)
    (game.root / "more").rename(game.root / "away")
    assert orphans(game) == []


def test_clean_lists_what_it_removes_and_bake_check_names_it(
    game: Game, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(game.root)
    game.path("lake").unlink()
    assert run_command_line(["bake", "--check"]) == 0
    assert "the map of levels/lake.png is gone; `tilebake clean`" in capsys.readouterr().err
    assert run_command_line(["clean", "--dry-run"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert listed == ["levels/lake.png", "levels/lake.bake.json"]
    assert game.png("lake").exists()
    assert run_command_line(["clean"]) == 0
    assert capsys.readouterr().out.splitlines() == listed
    assert not game.png("lake").exists()
    assert sorted(path.name for path in (game.root / "levels").iterdir()) == [
        "pond.bake.json",
        "pond.json",
        "pond.png",
    ]
