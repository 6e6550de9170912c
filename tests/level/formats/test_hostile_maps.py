"""Whatever another editor's file holds, it gives a TileMap or a MapError, and nothing outside is read."""

import os
import random
from pathlib import Path

import pytest

from tests.helpers.audit import audited
from tests.helpers.hostile_maps import Hostile, documents, hostile_maps
from tests.helpers.tiled_files import PROJECT, save, tmx, tsx
from tilebake.errors import MapError
from tilebake.level.formats.inflate import DamagedDataError, inflate
from tilebake.level.project import Project, find_project
from tilebake.level.tilemap import parse_map, read_map

LEAST = 300
MUTATIONS = int(os.environ.get("TILEBAKE_MUTATIONS", "300"))
LEVEL = "#A"


@pytest.fixture
def game(tmp_path: Path) -> Path:
    game = tmp_path / "game"
    (game / "folder").mkdir(parents=True)
    save(tmp_path, "secret.tsx", tsx())
    save(game, "tilebake.toml", PROJECT)
    save(game, "ground.tsx", tsx())
    save(game, "empty.tsx", "")
    save(game, "map.tmx", tmx(["g"]))
    (game / "picture.tsx").write_bytes(b"\x89PNG\r\n")
    (game / "link.tsx").symlink_to(tmp_path / "secret.tsx")
    (game / "loop.tsx").symlink_to(game / "loop.tsx")
    return game


def read(game: Path, project: Project, name: str, content: str | bytes) -> None:
    """Read a map of this content. Raises MapError."""
    path = game / name
    path.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
    read_map(path.with_name(f"{name}{LEVEL}") if name.endswith(".ldtk") else path, project)


def refusal(game: Path, project: Project, hostile: Hostile) -> MapError:
    """The error of a file that deserves one."""
    try:
        read(game, project, hostile.name, hostile.content)
    except MapError as error:
        return error
    pytest.fail(f"{hostile.name} was read: {hostile.why}")


def test_every_hostile_file_is_refused_and_nothing_outside_is_read(game: Path) -> None:
    project = find_project(game)
    for name, text in documents():  # which also loads whatever is loaded at first use
        read(game, project, name, text)
    with pytest.raises(MapError, match="Windows-1252"):
        read(game, project, "a.tmx", b"<map \xe9/>")
    count = 0
    with audited() as seen:
        for each in hostile_maps():
            error = refusal(game, project, each)
            assert error.where.file is not None, each.why
            assert error.hint, each.why
            count += 1
    assert count >= LEAST
    assert {path for path in seen.opened if not path.is_relative_to(game)} == set()
    assert (game.parent / "secret.tsx") not in {
        path.resolve() for path in seen.opened if path.name != "loop.tsx"
    }
    assert seen.events == []


def test_a_damaged_byte_gives_a_map_or_a_map_error(game: Path) -> None:
    project, chance = find_project(game), random.Random(7)
    all_documents = [*documents()]
    refused = 0
    for _ in range(MUTATIONS):
        name, text = chance.choice(all_documents)
        data = bytearray(text, "utf-8")
        for _ in range(chance.choice((1, 1, 2, 8))):
            at = chance.randrange(len(data))
            match chance.randrange(3):
                case 0:
                    data[at] = chance.randrange(256)
                case 1:
                    del data[at : at + chance.randrange(1, 9)]
                case _:
                    data[at:at] = data[chance.randrange(len(data)) :][: chance.randrange(1, 40)]
        try:
            read(game, project, name, bytes(data))
        except MapError:
            refused += 1
    assert refused > MUTATIONS // 4


def test_no_more_is_unpacked_than_a_layer_has() -> None:
    with pytest.raises(DamagedDataError, match="should have 8 bytes and has more"):
        inflate(bytes(9), "", 8)
    with pytest.raises(DamagedDataError, match="should have 8 bytes and has 4"):
        inflate(bytes(4), "", 8)


@pytest.mark.parametrize("name", ["a.tmx", "a.tmj", "a.ldtk"])
def test_an_empty_file_of_another_editor_is_to_be_saved_there_anew(name: str) -> None:
    with pytest.raises(MapError, match="save it anew in its editor"):
        parse_map(b"", path=Path(name))
