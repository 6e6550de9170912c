"""What maps share, such as the project file and LoRAs: a change makes stale whom it concerns alone."""

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.helpers.game import Game, game_in, until, view


@pytest.fixture
def game(tmp_path: Path) -> Game:
    return game_in(tmp_path)


def safetensors(value: int) -> bytes:
    header = json.dumps({"lora": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]}}).encode()
    return len(header).to_bytes(8, "little") + header + bytes([value])


def test_what_maps_share_makes_stale_whom_it_concerns(game: Game) -> None:
    toml = game.root / "tilebake.toml"
    game.save("forest", 1)
    game.save("river", 2, terrains={}, legend={"g": "water"})
    shared = 'maps = ["levels"]\n[terrains]\nwater = "{}"\n'
    toml.write_text(shared.format("water"), encoding="utf-8")
    game.keep_in_cache("forest", "river")
    with game.watched() as backend:
        until(lambda: game.is_painted("forest", "river"))
        toml.write_text("maps = [", encoding="utf-8")
        until(lambda: {each.state for each in backend.maps()} == {"failed"})
        toml.write_text(shared.format("deep water"), encoding="utf-8")
        until(lambda: game.is_painted("river") and view(backend, "river").state == "up to date")
        until(lambda: view(backend, "forest").state == "up to date")
    assert game.begun() == [2]


def test_other_folders_in_the_project_file_are_followed(game: Game) -> None:
    game.save("forest", 1)
    game.keep_in_cache("forest")
    with game.watched() as backend:
        until(lambda: view(backend, "forest").state == "up to date")
        (game.root / "more").mkdir()
        (game.root / "tilebake.toml").write_text('maps = ["more"]\n', encoding="utf-8")
        game.path("forest").rename(game.root / "more" / "forest.json")
        until(
            lambda: [(each.id, each.state) for each in backend.maps()] == [("more/forest.json", "up to date")]
        )
    assert game.begun() == []


def test_a_lora_that_comes_and_changes_makes_its_maps_stale(game: Game) -> None:
    game.save("forest", 1, loras=["style.safetensors"])
    game.save("river", 2)
    game.keep_in_cache("river")
    lora = game.root / "style.safetensors"
    with game.watched() as backend:
        assert view(backend, "forest").state == "failed"
        for value in (1, 2):
            lora.write_bytes(safetensors(value))
            until(lambda value=value: game.begun() == [1] * value and game.is_painted("forest"))
        until(lambda: view(backend, "river").state == "up to date")


def test_the_art_of_a_map_is_followed(game: Game) -> None:
    art = game.root / "levels" / "tiles.png"
    game.save("river", 2)
    game.keep_in_cache("river")
    Image.new("RGB", (16, 8), (10, 20, 30)).save(art)
    game.save("forest", 1, art="tiles.png", settings={"init_strength": 0.5})
    with game.watched() as backend:
        until(lambda: game.is_painted("forest", "river"))
        Image.new("RGB", (16, 8), (90, 20, 30)).save(art)
        until(lambda: game.begun() == [1, 1] and game.is_painted("forest"))
        art.unlink()
        until(lambda: view(backend, "forest").state == "failed")
        Image.new("RGB", (16, 8), (90, 20, 30)).save(art)
        until(lambda: view(backend, "forest").state == "up to date")
    assert game.begun() == [1, 1]


def test_two_maps_never_share_a_picture(game: Game) -> None:
    game.save("forest", 1)
    game.keep_in_cache("forest")
    twin = game.path("forest").with_name("Forest.json")
    if twin.exists():
        pytest.skip("upper and lower case are one here")
    twin.write_bytes(game.path("forest").read_bytes())
    with game.watched() as backend:
        until(
            lambda: {view(backend, name).state for name in ("forest", "Forest")} == {"failed", "up to date"}
        )
        (winner,) = (each for each in backend.maps() if each.state == "up to date")
        (game.root / winner.id).unlink()
        until(lambda: [each.state for each in backend.maps()] == ["up to date"])
