"""TextureOwners: a texture's place is one map's."""

from pathlib import Path

import pytest

from tilebake.errors import BakeError
from tilebake.serve.bake.texture_owners import TextureOwners

FIRST, SECOND = Path("maps/forest.json"), Path("maps/Forest.json")


def test_the_first_map_owns_a_texture_path() -> None:
    claims = TextureOwners()
    for _ in range(2):
        claims.claim(Path("maps/forest.png"), FIRST)
    with pytest.raises(BakeError, match=r"overwrite that of .*forest\.json"):
        claims.claim(Path("maps/FOREST.png"), SECOND)


def test_a_place_that_is_given_back_is_free() -> None:
    claims = TextureOwners()
    claims.claim(Path("maps/forest.png"), FIRST)
    claims.release(FIRST)
    claims.release(FIRST)
    claims.claim(Path("maps/forest.png"), SECOND)


def test_a_map_has_one_place() -> None:
    claims = TextureOwners()
    claims.claim(Path("maps/forest.png"), FIRST)
    claims.claim(Path("textures/forest.png"), FIRST)
    claims.claim(Path("maps/forest.png"), SECOND)
