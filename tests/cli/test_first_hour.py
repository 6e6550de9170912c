"""What a newcomer types wrong in the first hour, and what is told."""

import json
from pathlib import Path

import pytest

from tilebake.cli import run_command_line


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["bke"], "No such command 'bke'. Did you mean 'bake'?"),
        (["tun", "maps"], "Did you mean 'tune'?"),
        (["generate", "moss", "--width", "wide"], "'wide' is not a valid whole number"),
        (["tune", "maps/forest.json", "--keep", "x"], "'x' is not a valid whole number"),
        (["bake", "--tile-size", "32"], '"tile_size" is no option, but a key of map files'),
        (["bake", "--sede", "3"], "Did you mean one of: '--scheduler', '--seed'"),
        (["generate", "moss", "--wrap", "--width", "300"], "300 is not a multiple of 8"),
    ],
)
def test_wrong_words_are_told_with_the_right_ones(
    arguments: list[str], told: str, maps: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert maps.is_dir()
    assert run_command_line(arguments) == 2
    assert told in " ".join(capsys.readouterr().err.split())


def test_what_is_short_for_a_download_is_no_model(maps: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert maps.is_dir()
    assert run_command_line(["bake", "maps/forest.json", "--model", "sdxl"]) == 1
    told = capsys.readouterr().err
    assert "that is short for stabilityai/stable-diffusion-xl-base-1.0" in told


def test_a_map_without_a_tile_is_noted(maps: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (maps / "forest.json").write_text(
        '{"tilebake": 1, "terrains": {"grass": "grass"}, "legend": {"g": "grass"}, "rows": ["..."]}',
        encoding="utf-8",
    )
    assert run_command_line(["bake", "--check", "maps/forest.json"]) == 3
    note = "the map has no tile and no base prompt, so that nothing says what is painted"
    place = Path("maps", "forest.json")
    assert f"note: {place}:1:83: $.rows: {note}" in capsys.readouterr().err
    (maps.parent / "tilebake.toml").write_text('base_prompt = "a lawn"', encoding="utf-8")
    assert run_command_line(["bake", "--check", "maps/forest.json"]) == 3
    assert "no tile, so that the base prompt is painted everywhere" in capsys.readouterr().err


def test_files_are_named_as_one_would_type_them_here(maps: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (maps / "forest.json").write_text('{"tilebake": 2}', encoding="utf-8")
    assert run_command_line(["bake", "--check"]) == 1
    assert f"error: {Path('maps', 'forest.json')}:1:14: " in capsys.readouterr().err
    assert run_command_line(["show", "masks", str(maps / "forest.json")]) == 1
    assert f"error: {Path('maps', 'forest.json')}:1:14: " in capsys.readouterr().err


def test_a_picture_in_a_maps_place_is_called_one(maps: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (maps / "forest.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(20))
    assert run_command_line(["show", "masks", "maps/forest.png"]) == 1
    assert "is a PNG picture, not a text" in capsys.readouterr().err


def test_without_a_project_it_is_said_which_maps_are_meant(
    maps: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(["bake", "--check"]) == 3
    note = "there is no tilebake.toml here or above, so every map below"
    assert note in capsys.readouterr().err
    (maps.parent / "tilebake.toml").touch()
    assert run_command_line(["bake", "--check"]) == 3
    assert note not in capsys.readouterr().err


def test_paths_in_json_are_all_as_one_would_type_them_here(
    maps: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (maps / "broken.json").write_text('{"tilebake": 2}', encoding="utf-8")
    for arguments in (["bake", "--check", "--json"], ["bake", "--check", "--json", str(maps)]):
        run_command_line(arguments)
        results = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert {Path(each["map"]).as_posix() for each in results} == {
            "maps/broken.json",
            "maps/forest.json",
            "maps/river.json",
        }
        assert {Path(each["texture"]).as_posix() for each in results if "texture" in each} == {
            "maps/forest.png",
            "maps/river.png",
        }
