"""The registry of map formats: a format that is listed there is found, named and read like any other."""

from pathlib import Path

import pytest

from tilebake.errors import MapError
from tilebake.level import map_formats
from tilebake.level.formats.beside import Beside
from tilebake.level.map.content import MapContent, MapLayer
from tilebake.level.map.grid import Grid
from tilebake.level.map.tile_columns import Cells
from tilebake.level.map_formats import MapFormat
from tilebake.level.map_names import map_stem, may_be_map
from tilebake.level.project import Project, output_path
from tilebake.level.source.json_positions import JsonPath
from tilebake.level.source.schema_base import TerrainEntry
from tilebake.level.tilemap import read_map
from tilebake.serve.bake.discover import find_maps


def refuse(
    what: str,
    path: JsonPath = (),
    *,
    hint: str | None = None,
    at_key: bool = False,
    character: int | None = None,
) -> MapError:
    del path, at_key, character
    return MapError(what, hint=hint)


def read_plain(data: str | bytes, path: Path | None, beside: Beside) -> MapContent:
    """Read a map of one row, whose terrains are named by single letters."""
    del path, beside
    row = (data if isinstance(data, str) else data.decode()).split("\n")[1]
    cells = {(x, 0): letter for x, letter in enumerate(row)}
    layer = MapLayer(Cells.of(cells), (), dict.fromkeys(row, ()))
    terrains = {"g": TerrainEntry(prompt="lush grass")}
    return MapContent(Grid("square", (64, 64)), [layer], refuse, terrains=terrains, seed=3)


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists a second format, of files that end in .plain and begin with "plain map"."""
    listed = (*map_formats.FORMATS, MapFormat(".plain", b"plain map", read_plain))
    monkeypatch.setattr(map_formats, "FORMATS", listed)


@pytest.mark.usefixtures("plain")
def test_a_map_of_a_listed_format_is_found_named_and_read(tmp_path: Path) -> None:
    path = tmp_path / "shore.plain"
    path.write_text("plain map\ngg", encoding="utf-8")
    (tmp_path / "letter.plain").write_text("dear reader", encoding="utf-8")
    assert [found.path for found in find_maps([tmp_path])] == [path]
    assert may_be_map("shore.plain")
    assert map_stem(path) == "shore"
    assert output_path(Project(root=tmp_path), path) == tmp_path / "shore.png"
    tilemap = read_map(path)
    assert (tilemap.name, tilemap.seed, [tile.x for tile in tilemap.tiles]) == ("shore", 3, [0, 1])


@pytest.mark.usefixtures("plain")
def test_the_reader_of_a_listed_format_makes_the_errors_of_its_maps(tmp_path: Path) -> None:
    path = tmp_path / "shore.plain"
    path.write_text("plain map\nggw", encoding="utf-8")
    with pytest.raises(MapError, match='unknown terrain "w"'):
        read_map(path)


@pytest.mark.parametrize("name", ["shore.json", "SHORE.JSON", "shore.tilebake.json"])
def test_json_files_could_be_maps(name: str) -> None:
    assert may_be_map(name)


@pytest.mark.parametrize(
    "name",
    ["shore.plain", "shore.bake.json", "SHORE.BAKE.JSON", ".shore.json", "._shore.json", ".#shore.json"],
)
def test_hidden_files_records_and_others_are_no_maps(name: str) -> None:
    assert not may_be_map(name)


@pytest.mark.parametrize("name", [".json", "json", "shore.json.tmp", ""])
def test_other_files_are_no_maps(name: str) -> None:
    assert not may_be_map(name)


def test_a_file_of_any_other_name_is_read_as_json(tmp_path: Path) -> None:
    path = tmp_path / "shore.txt"
    path.write_text('{"tilebake": 1, "rows": ["."]}', encoding="utf-8")
    assert read_map(path).name == "shore.txt"
