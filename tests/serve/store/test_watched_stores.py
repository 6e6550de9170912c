"""A watch takes from a shared store what others painted, and gives what it paints."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.helpers.counting_baker import picture_of
from tests.helpers.game import Game, game_in, until
from tests.serve.store.conftest import Place
from tilebake.serve.backend import Backend
from tilebake.serve.bake.batch import Around
from tilebake.serve.setup import Setup
from tilebake.serve.store.open_store import open_store
from tilebake.serve.store.shared_store import Tell
from tilebake.serve.store.shared_textures import find_shared, sharing
from tilebake.texture import Texture, pixel_hash


def shared_setup(game: Game, url: str) -> Setup:
    def share(tell: Tell) -> Around:
        store = open_store(url, tell)
        return lambda baker: sharing(baker, store)

    return replace(game.setup(), share=share)


def texture_of(game: Game, name: str) -> Texture:
    request = game.request(name)
    image = picture_of(request)
    return Texture(image, request.digest(), pixel_hash(image))


@pytest.mark.parametrize("place", ["memory"], indirect=True)
def test_a_watch_paints_what_the_store_has_not_and_gives_it(tmp_path: Path, place: Place) -> None:
    game = game_in(tmp_path / "here")
    game.save("old", 1)
    game.save("new", 2)
    sharing(lambda _request, _on_step: texture_of(game, "old"), place.open())(game.request("old"), print)
    with Backend(shared_setup(game, place.url)):
        until(lambda: game.is_painted("old", "new"))
    assert game.begun() == [2]
    assert find_shared(place.open(), game.request("new")) is not None
    assert game.cache.get(game.request("old").digest()).pixel_hash == texture_of(game, "old").pixel_hash
