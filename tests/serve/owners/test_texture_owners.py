"""TextureOwners: a texture's place is one map's."""

from pathlib import Path

import pytest

from tilebake.errors import BakeError
from tilebake.serve.owners.texture_owners import TextureOwners

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


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("m000.json", "m000.report.json"),
        ("m000.json", "m000.bake.json"),
        ("m\u00e9.json", "me\u0301.json"),
        ("Mass.json", "MASS.json"),
    ],
)
def test_no_file_of_a_map_overwrites_one_of_another(first: str, second: str, tmp_path: Path) -> None:
    for one, other in ((first, second), (second, first)):
        claims = TextureOwners()
        claims.claim((tmp_path / one).with_suffix(".png"), tmp_path / one)
        with pytest.raises(BakeError, match=r"would overwrite .* of .*; rename one of the maps"):
            claims.claim((tmp_path / other).with_suffix(".png"), tmp_path / other)


def test_two_ways_to_one_output_folder_are_one_place(tmp_path: Path) -> None:
    (tmp_path / "out/a").mkdir(parents=True)
    try:
        (tmp_path / "out/b").symlink_to("a", target_is_directory=True)
    except OSError:
        pytest.skip("no links here")
    claims = TextureOwners()
    claims.claim(tmp_path / "out/a/m.png", tmp_path / "maps/a/m.json")
    with pytest.raises(BakeError, match="its texture would overwrite that of"):
        claims.claim(tmp_path / "out/b/m.png", tmp_path / "maps/b/m.json")


def test_a_map_by_another_way_is_the_same_map(tmp_path: Path) -> None:
    (tmp_path / "maps").mkdir()
    try:
        (tmp_path / "link").symlink_to("maps", target_is_directory=True)
    except OSError:
        pytest.skip("no links here")
    claims = TextureOwners()
    claims.claim(tmp_path / "maps/m.png", tmp_path / "maps/m.json")
    claims.claim(tmp_path / "maps/m.png", tmp_path / "link/m.json")
