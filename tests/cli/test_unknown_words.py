"""Words that the embedded model was not taught are told wherever a map is looked at, and change nothing."""

import json
import shutil
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from tests.helpers import ROOT
from tests.helpers.game import Game, game_in
from tests.helpers.quick_bake import run_quickly
from tilebake.cli import engine, run_command_line
from tilebake.errors import Diagnostic, ModelError
from tilebake.level.project import find_project
from tilebake.level.terrain import LoraRef
from tilebake.models.reference import EMBEDDED
from tilebake.serve.bake.plan import BakeOptions, Planner
from tilebake.serve.doctor import examine
from tilebake.serve.owners.ownership import read_record
from tilebake.serve.project_maps import ProjectMaps, view_of

FJORD = {
    "tilebake": 1,
    "base_prompt": "top-down fantasy game map, hand painted",
    "terrains": {"bay": "a (clear:1.2) fjord", "shore": "golden sand"},
    "legend": {"b": "bay", "s": "shore", "r": "reef"},
    "rows": ["bsr"],
}
TOLD = [
    "terrain 'bay': \"fjord\" is unknown to the embedded model; nearest that it knows: lake, water, river",
    "terrain 'reef': \"Riff\" is unknown to the embedded model; "
    "nearest that it knows: coral reef, coral, corals",
]


@pytest.fixture
def game(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Game:
    monkeypatch.chdir(tmp_path)
    game = game_in(tmp_path)
    (game.root / "levels" / "bay.json").write_text(json.dumps(FJORD), encoding="utf-8")
    with (game.root / "tilebake.toml").open("a", encoding="utf-8") as project:
        project.write('\n[terrains]\nreef = "Riff"\nunused = "xyzzy"\n')
    return game


def refuse_to_load(*_: object) -> None:
    raise ModelError("no model is loaded in this test")


def notes_of(game: Game, options: BakeOptions | None = None) -> tuple[Diagnostic, ...]:
    path = game.root / "levels" / "bay.json"
    return Planner(options or BakeOptions()).plan(path, Path("bay.json")).request.tilemap.notes


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "maps").glob("*.json")))
def test_maps_to_begin_with_hold_known_words_alone(name: str) -> None:
    planned = Planner(BakeOptions()).plan(ROOT / "maps" / name, Path(name))
    assert planned.request.tilemap.notes == ()


def test_an_unknown_word_is_noted_where_it_stands(game: Game) -> None:
    bay, reef = notes_of(game)
    assert str(bay).endswith(f"bay.json:1:95: $.terrains.bay: {TOLD[0]}")
    assert str(reef).endswith(f"tilebake.toml:4:1: terrains.reef: {TOLD[1]}")


@pytest.mark.usefixtures("game")
def test_check_tells_unknown_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["bake", "--check", "--json"]) == 3
    told = capsys.readouterr()
    assert [note for note in TOLD if note in told.err] == TOLD
    (bay,) = (line for line in map(json.loads, told.out.splitlines()) if line["map"].endswith("bay.json"))
    assert [note.partition(": terrain ")[2] for note in bay["notes"]] == [
        each.removeprefix("terrain ") for each in TOLD
    ]


def test_the_record_of_a_bake_holds_the_notes(game: Game) -> None:
    assert run_quickly("bake", "game/levels/bay.json") == 0
    record = read_record(Planner(BakeOptions()).plan(game.path("bay"), Path("bay.json")).png)
    assert record is not None
    assert record["notes"] == TOLD
    assert str(game.root) not in json.dumps(record)
    assert run_quickly("bake", "--check", "game/levels/bay.json") == 0


def test_a_note_is_told_once_in_a_command(game: Game, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(game.path("bay"))
    assert run_quickly("tune", path, "--seed", "1,2", "--keep", "2") == 0
    told = capsys.readouterr().err
    assert [told.count(note) for note in TOLD] == [1, 1]


@pytest.mark.usefixtures("game")
def test_tune_tells_unknown_words_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(engine, "load_pipeline", refuse_to_load)
    assert run_command_line(["tune", "game/levels/bay.json", "--seed", "1,2,3"]) == 1
    told = capsys.readouterr().err
    assert [told.count(note) for note in TOLD] == [1, 1]
    assert told.index("note: ") < told.index("[1/3]")


def test_edit_tells_unknown_words_of_the_map_and_of_the_edit(
    game: Game, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    edit = {"terrains": {"shore": "quicksand"}}
    game.path("bay").write_text(json.dumps({**FJORD, "edit": edit}), encoding="utf-8")
    monkeypatch.setattr("tilebake.cli.run.paint_edit.load_pipeline", refuse_to_load)
    swap = ["--terrain", "shore", "--replace", "golden sand", "hardwood floor"]
    assert run_command_line(["edit", "game/levels/bay.json", *swap]) == 1
    told = capsys.readouterr().err
    assert [told.count(note) for note in TOLD] == [1, 1]
    assert "note: edit of terrain 'shore': \"hardwood floor\" is unknown to the embedded model" in told
    assert "quicksand" not in told


def test_an_edit_that_only_weighs_tells_nothing_twice(
    game: Game, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert game.root.is_dir()
    monkeypatch.setattr("tilebake.cli.run.paint_edit.load_pipeline", refuse_to_load)
    assert run_command_line(["edit", "game/levels/bay.json", "--reweight", "fjord=2"]) == 1
    assert capsys.readouterr().err.count('"fjord" is unknown') == 1


def test_an_edit_tells_no_word_again_that_the_map_has(
    game: Game, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert game.root.is_dir()
    monkeypatch.setattr("tilebake.cli.run.paint_edit.load_pipeline", refuse_to_load)
    swap = ["--terrain", "bay", "--replace", "clear", "murky"]
    assert run_command_line(["edit", "game/levels/bay.json", *swap]) == 1
    assert capsys.readouterr().err.count('"fjord" is unknown') == 1


def test_doctor_tells_unknown_words(game: Game) -> None:
    notes = [finding for finding in examine(game.root) if finding.subject == "note"]
    assert len(notes) == len(TOLD)
    assert not any(note.hint for note in notes), "a note is no problem"
    assert all(told.partition(";")[0] in note.found for note, told in zip(notes, TOLD, strict=True))


def test_the_page_of_all_maps_tells_unknown_words(game: Game) -> None:
    assert run_command_line(["view", str(game.root), "--no-open"]) == 0
    page = unescape((game.root / "tilebake.html").read_text(encoding="utf-8"))
    assert [note for note in TOLD if note in page] == TOLD


def test_editors_are_told_unknown_words(game: Game) -> None:
    known = ProjectMaps(game.root, BakeOptions()).read(game.root / "levels" / "bay.json")
    assert known is not None
    view = view_of(known, None)
    assert [(note.what, note.hint) for note in view.notes] == [
        tuple(told.replace("; ", "\n").split("\n")) for told in TOLD
    ]


def test_negative_prompts_that_darken_the_picture_are_noted(game: Game) -> None:
    path = game.root / "levels" / "bay.json"
    terrains = {"bay": {"prompt": "lake", "negative_prompt": "ice, text"}, "shore": "sand"}
    path.write_text(json.dumps({**FJORD, "terrains": terrains, "rows": ["bs"], "negative_prompt": "snow"}))
    assert [note.what for note in notes_of(game)] == [
        'negative prompt: "snow" darkens what the embedded model paints',
        "negative prompt of terrain 'bay': \"ice\" darkens what the embedded model paints",
    ]


def test_words_of_an_edit_are_noted_where_they_stand(game: Game) -> None:
    edit = {"terrains": {"bay": "a frozen tea-plantation", "shore": "rough sand"}}
    terrains = {"bay": "clear lake", "shore": "golden sand"}
    path = game.root / "levels" / "bay.json"
    path.write_text(json.dumps({**FJORD, "terrains": terrains, "rows": ["bs"], "edit": edit}))
    (note,) = notes_of(game)
    assert str(note.where).endswith("$.edit.terrains.bay")
    assert note.what == "edit of terrain 'bay': \"tea plantation\" is unknown to the embedded model"


def test_a_note_changes_no_pixel(game: Game) -> None:
    planned = Planner(BakeOptions()).plan(game.root / "levels" / "bay.json", Path("bay.json"))
    request = planned.request
    without = replace(request, tilemap=replace(request.tilemap, notes=()))
    assert without.digest() == planned.digest


def test_nothing_is_told_of_a_model_that_does_not_say_what_it_knows(game: Game) -> None:
    model = game.root / "own model"
    shutil.copytree(EMBEDDED, model, ignore=shutil.ignore_patterns("words.json"))
    assert notes_of(game, BakeOptions(model=str(model))) == ()
    shutil.copy(EMBEDDED / "words.json", model)
    assert f'is unknown to the model "{model}"' in notes_of(game, BakeOptions(model=str(model)))[0].what


def test_nothing_is_told_where_a_lora_may_have_taught_more(game: Game) -> None:
    path = game.root / "levels" / "bay.json"
    planner = Planner(BakeOptions(loras=(LoraRef("mine.safetensors"),)))
    assert planner.read_map(path, find_project(path)).notes == ()


def test_info_lists_what_the_model_knows(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["models", "info", "embedded"]) == 0
    printed = capsys.readouterr().out
    assert "water         water, river, lake, pond, stream" in printed
    assert "moss-covered" in printed
    assert run_command_line(["models", "info", "embedded", "--json"]) == 0
    words = json.loads(capsys.readouterr().out)["words"]
    assert words["terrains"]["water"]["nouns"][0] == "water"
    assert words["synonyms"]["fjord"] == "lake"


def test_info_says_which_adjectives_spoil_each_other(
    tmp_path: Path, tiny_sdxl_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = shutil.copytree(tiny_sdxl_folder, tmp_path / "model")
    shutil.copy(ROOT / "tests/models/words/words_of_twenty_terrains.json", model / "words.json")
    assert run_command_line(["models", "info", str(model)]) == 0
    assert "comes out as stone: dark, gloomy, shadowy with snowy" in capsys.readouterr().out
