"""`tilebake edit`: what it leaves behind, beside the picture and in the map."""

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.conftest import MAP
from tilebake.cli import run_command_line
from tilebake.serve.bake.publish import record_path


def objects(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_an_edit_has_its_record_beside_it(maps: Path, tiny: list[str]) -> None:
    assert run_command_line(["edit", "maps/forest.json", "--replace", "grass", "snow", *tiny]) == 0
    record = json.loads((maps / "forest.edit.bake.json").read_text(encoding="utf-8"))
    assert record["edit"]["terrains"]["grass"]["prompt"] == "lush (mossy:1.4) snow"
    assert record["edit"]["terrains"]["grass"]["align"] == "replace"


def test_a_saved_edit_is_repeated_by_later_bakes(
    maps: Path, tiny: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    file = maps / "forest.json"
    source = '{ "tilebake": 1,' + file.read_text(encoding="utf-8").removeprefix('{"tilebake": 1,') + "\n"
    file.write_text(source, encoding="utf-8")
    weights = ["--reweight", "snow=2", "--no-echo", "--threshold", "0.3", "--local-blend", "snow"]
    options = ["--terrain", "grass", "--replace", "grass", "snow", *weights]
    assert run_command_line(["edit", str(file), *options, "--save", *tiny]) == 0
    saved = file.read_text(encoding="utf-8")
    assert saved.startswith(source.rstrip().removesuffix("}"))
    assert "repeat this edit" in capsys.readouterr().err

    assert run_command_line(["bake", str(file), "--json", *tiny]) == 0
    (baked,) = objects(capsys.readouterr().out)
    assert baked["cached"] is True, "it was painted already"
    assert (maps / "forest.png").read_bytes() == (maps / "forest.edit.png").read_bytes()
    assert run_command_line(["bake", str(file), "--out", "anew.png", "--force", *tiny]) == 0
    assert (maps.parent / "anew.png").read_bytes() == (maps / "forest.png").read_bytes()
    assert json.loads(record_path(maps / "forest.png").read_text(encoding="utf-8"))["edit"]

    assert run_command_line(["edit", str(file), "--reweight", "grass=-1", "--save", *tiny]) == 0
    assert "this edit replaces the one that" in capsys.readouterr().err
    edit = json.loads(file.read_text(encoding="utf-8"))["edit"]
    assert edit["terrains"]["grass"] == {
        "align": "refine",
        "cross_replace_steps": 0.8,
        "reweight": {"grass": -1},
    }
    assert run_command_line(["edit", str(file), "--forget"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(file)
    assert file.read_text(encoding="utf-8") == source
    assert run_command_line(["edit", str(file), "--forget"]) == 0
    assert "holds no edit" in capsys.readouterr().err


def test_a_fast_edit_is_the_preview_of_what_a_saved_one_bakes(maps: Path, tiny: list[str]) -> None:
    content = json.loads((maps / "forest.json").read_text(encoding="utf-8"))
    settings = {"settings": {"pixels_per_tile": 16, "steps": 10}}
    (maps / "forest.json").write_text(json.dumps({**content, **settings}), encoding="utf-8")
    edit = ["edit", "maps/forest.json", "--replace", "grass", "snow", *tiny]
    assert run_command_line([*edit, "--fast", "--save", "--out", "fast.png"]) == 0
    assert run_command_line([*edit, "--out", "whole.png"]) == 0
    for out, way in {"preview": ["--fast"], "full": []}.items():
        assert run_command_line(["bake", "maps/forest.json", "--out", f"{out}.png", *way, *tiny]) == 0
    fast, whole, preview, full = (
        (maps.parent / f"{name}.png").read_bytes() for name in ("fast", "whole", "preview", "full")
    )
    assert fast == preview != full == whole


def test_a_fast_edit_of_a_plain_prompt_is_as_large(maps: Path, tiny: list[str]) -> None:
    edit = ["edit", "--prompt", "grass", "--replace", "grass", "snow", "--width", "64", "--height", "72"]
    for out, way in {"fast": ["--fast"], "whole": []}.items():
        assert run_command_line([*edit, *way, "--out", f"{out}.png", *tiny]) == 0
    for name in ("fast", "whole"):
        with Image.open(maps.parent / f"{name}.png") as image:
            assert image.size == (64, 72)


def test_an_edit_of_art_keeps_the_picture_around_it(
    maps: Path, tiny: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    edit = ["edit", "maps/forest.json", "--source", "art", "--replace", "grass", "snow", *tiny]
    assert run_command_line(edit) == 1
    assert "there is no picture to edit" in capsys.readouterr().err
    assert run_command_line(["edit", "--prompt", "grass", *edit[2:]]) == 2

    content = json.loads((maps / "forest.json").read_text(encoding="utf-8"))
    assert run_command_line(["bake", "maps/forest.json", "--out", "art", *tiny]) == 0
    (maps.parent / "art/forest.png").rename(maps / "art.png")
    (maps / "forest.json").write_text(json.dumps({**content, "art": "art.png"}), encoding="utf-8")
    assert run_command_line([*edit, "--save"]) == 0
    assert '"art" changes nothing' not in capsys.readouterr().err
    assert run_command_line(["bake", "maps/forest.json", *tiny]) == 0
    assert (maps / "forest.png").read_bytes() == (maps / "forest.edit.png").read_bytes()


def test_a_plain_prompts_edit_takes_a_negative_prompt_and_tells_what_is_read_as_words(
    maps: Path, tiny: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    out = maps.parent / "edited.png"
    command = ["edit", "--prompt", "lush grass BREAK", "--width", "64", "--height", "64", "--out", str(out)]
    command += ["--replace", "lush", "blurry", *tiny]
    assert run_command_line(command) == 0
    told = capsys.readouterr().err
    assert "'BREAK' at character 12 is read as plain words" in told
    plain = out.read_bytes()
    assert run_command_line([*command, "--negative", "blurry photo"]) == 0
    assert out.read_bytes() != plain
    assert run_command_line(["edit", "maps/forest.json", "--negative", "x", "--reweight", "grass=2"]) == 2
    assert "a map says itself" in capsys.readouterr().err


def test_an_edit_that_cannot_be_saved_fails_before_it_is_painted(
    maps: Path, tiny: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (maps.parent / "tilebake.toml").write_text('style = "hand painted"\n', encoding="utf-8")
    options = ["--base", "--replace", "hand painted", "pixel art", "--save"]
    before = (maps / "forest.json").read_bytes()
    assert run_command_line(["edit", "maps/forest.json", *options, *tiny]) == 1
    told = capsys.readouterr()
    assert "the edit changes 'hand painted', the style" in told.err
    assert "denoise" not in told.out
    assert not (maps / "forest.edit.png").exists()
    assert (maps / "forest.json").read_bytes() == before


def test_attention_is_that_of_the_maps_own_prompts_and_says_so(
    maps: Path, tiny: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    edited = MAP | {"edit": {"terrains": {"grass": "snow"}}}
    (maps / "forest.json").write_text(json.dumps(edited), encoding="utf-8")
    assert run_command_line(["show", "attention", "maps/forest.json", "--words", "grass", *tiny]) == 0
    assert "without the edit" in capsys.readouterr().err


def test_show_prompts_lists_those_that_an_edit_paints_under(
    maps: Path, tiny: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    file = maps / "forest.json"
    edit = {"base_prompt": "a winter map", "terrains": {"grass": "deep (white:1.2) snow"}}
    file.write_text(
        json.dumps(json.loads(file.read_text(encoding="utf-8")) | {"edit": edit}), encoding="utf-8"
    )
    assert run_command_line(["show", "prompts", str(file), "--json", *tiny]) == 0
    texts = {each["prompt"]: each["text"] for each in objects(capsys.readouterr().out)}
    assert texts["(base) (edited)"] == "a winter map"
    assert texts["grass (edited)"] == "deep white snow"
    assert "water (edited)" not in texts


def test_several_weights_are_painted_beside_one_source_and_shown_on_a_sheet(
    maps: Path, tiny: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--terrain", "grass", "--steps", "4", *tiny]
    assert run_command_line(["edit", "maps/forest.json", "--reweight", "mossy=0,1,3", *options]) == 0
    places = ["forest.edit-1.png", "forest.edit-2.png", "forest.edit-3.png", "forest.edit-sheet.png"]
    assert capsys.readouterr().out.split() == [str(Path("maps", name)) for name in places]
    assert run_command_line(["edit", "maps/forest.json", "--reweight", "mossy=3", *options]) == 0
    for kind in ("png", "bake.json"):
        one, third = (maps / f"forest.{name}.{kind}" for name in ("edit", "edit-3"))
        assert one.exists()
        assert third.exists()
    assert (maps / "forest.edit.png").read_bytes() == (maps / "forest.edit-3.png").read_bytes()
    assert (maps / "forest.edit-1.png").read_bytes() != (maps / "forest.edit-3.png").read_bytes()
    record = json.loads((maps / "forest.edit-1.bake.json").read_text(encoding="utf-8"))
    assert record["edit"]["terrains"]["grass"]["reweight"] == {"mossy": 0}


def test_steps_of_words_and_where_to_blend_are_taken_and_kept_in_the_record(
    maps: Path, tiny: list[str]
) -> None:
    words = ["--refine", "wet mossy cobblestone path", "--cross-replace-word", "wet=0.5:1"]
    blend = ["--local-blend", "mossy", "--local-blend-subtract", "wet"]
    shares = ["--local-blend-threshold", "0", "--local-blend-start", "0.5"]
    options = ["--terrain", "grass", "--steps", "2", *tiny]
    assert run_command_line(["edit", "maps/forest.json", *words, *blend, *shares, *options]) == 0
    record = json.loads((maps / "forest.edit.bake.json").read_text(encoding="utf-8"))
    assert record["edit"]["terrains"]["grass"]["cross_replace_words"] == {"wet": [0.5, 1]}
    said = {"words": ["mossy"], "subtract": ["wet"], "threshold": 0, "start": 0.5}
    assert record["edit"]["local_blend"] == said


def test_a_plain_prompts_edits_by_two_words_make_every_combination(maps: Path, tiny: list[str]) -> None:
    out, sheet = maps / "stone.png", maps / "all.png"
    size = ["--width", "64", "--height", "64", "--steps", "3", "--out", str(out), "--sheet", str(sheet)]
    words = ["--reweight", "mossy=0,2", "--reweight", "stone=1,3"]
    assert run_command_line(["edit", "--prompt", "mossy stone", *words, *size, *tiny]) == 0
    pictures = [(maps / f"stone-{number}.png").read_bytes() for number in range(1, 5)]
    assert len({*pictures}) == 4
    assert sheet.exists()
    assert not out.exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--reweight", "grass=1,2", "--save"], "--save keeps one edit"),
        (["--reweight", "grass=1,,2"], "is not WORD=WEIGHT"),
        (["--cross-replace-word", "grass"], "is not WORD=SHARE or WORD=FROM:TO"),
        (["--cross-replace-word", "grass=0.1:0.2:0.3"], "is not WORD=SHARE or WORD=FROM:TO"),
        (["--local-blend", "grass,,stone"], "is not WORD,..."),
        (["--reweight", "grass=2", "--local-blend-start", "0"], "need --local-blend"),
        (["--reweight", "grass=" + ",".join(map(str, range(65)))], "at most 64"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    options: list[str], told: str, maps: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(["edit", str(maps / "forest.json"), *options]) == 2
    assert told in capsys.readouterr().err
