"""Mistakes on the command line: a wrong use exits with 2, an error with 1, each in one message."""

from collections.abc import Sequence

import pytest

from tilebake.cli import run_command_line


@pytest.mark.usefixtures("maps")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nonsense"], "No such command"),
        (["bake", "maps", "--steps", "0"], "--steps"),
        (["bake", "maps", "--mask-sigma", "nan"], "--mask-sigma"),
        (["bake", "maps", "--scheduler", "fastest"], "euler"),
        (["bake", "maps", "--pixels-per-tile", "1000000"], "--pixels-per-tile"),
        (["bake", "maps", "--shard", "3/2"], "I/N"),
        (["bake", "maps", "--seed", "-1"], "--seed"),
        (["bake", "maps", "--check", "--force"], "--force"),
        (["bake", "maps", "--out", "one.png"], "name a folder"),
        (["cache", "prune", "--max-size", "little"], "500MB"),
        (["generate", "grass", "--width", "100"], "multiple of 8"),
        (["tune", "maps/forest.json", "--mask-sigma", "3,soft"], "--mask-sigma"),
        (["tune", "maps/forest.json", "--steps", ",".join(map(str, range(1, 99)))], "98 bakes"),
        (["show", "masks", "maps/forest.json", "--out", "masks.jpg"], ".png"),
        (["show", "attention", "maps/forest.json"], "--words"),
        (["edit", "--replace", "grass", "snow"], "--prompt"),
        (["edit", "maps/forest.json"], "say what to change"),
        (["edit", "maps/forest.json", "--replace", "a", "b", "--refine", "c"], "use one"),
        (["edit", "maps/forest.json", "--reweight", "mossy"], "WORD=WEIGHT"),
        (["edit", "--prompt", "grass", "--replace", "grass", "snow", "--save"], "need a map"),
        (["edit", "maps/forest.json", "--replace", "a", "b", "--forget"], "removes an edit"),
        (["edit", "maps/forest.json", "--forget", "--save"], "removes an edit"),
        (["edit", "maps/forest.json", "--replace", "a", "b", "--average"], "--threshold"),
        (["show", "attention", "maps/forest.json", "--words", "grass", "--during", "5-2"], "FIRST-LAST"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else None,
)
def test_a_wrong_use_exits_with_2(
    arguments: Sequence[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(arguments) == 2
    assert told in capsys.readouterr().err


@pytest.mark.usefixtures("maps")
@pytest.mark.parametrize(
    "arguments",
    [
        ["bake", "nowhere"],
        ["bake", "maps", "--model", "nowhere"],
        ["bake", "maps", "--lora", "nowhere.safetensors=0.5"],
        ["show", "masks", "nowhere.json"],
        ["show", "prompts", "maps/forest.json", "--model", "nowhere"],
        ["show", "attention", "maps/forest.json", "--words", "a", "--terrain", "gras"],
        ["edit", "maps/forest.json", "--terrain", "gras", "--replace", "mossy", "dry"],
        ["edit", "maps/forest.json", "--replace", "moss", "dry"],
        ["edit", "maps/forest.json", "--refine", "mossy water"],
        ["edit", "maps/forest.json", "--reweight", "mossy=7"],
        ["tune", "maps/forest.json", "--model", "nowhere"],
        ["generate", "grass", "--model", "nowhere"],
        ["models", "info", "nowhere"],
        ["models", "fetch", "no hub id"],
    ],
    ids=lambda arguments: " ".join(arguments)[:40],
)
def test_an_error_is_printed_in_one_message(
    arguments: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(arguments) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("error: ")
