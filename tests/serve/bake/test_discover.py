"""Which files are maps."""

import os
from pathlib import Path

import pytest

from tilebake.errors import MapError
from tilebake.serve.bake.discover import find_maps, shard


def write(folder: Path, *names: str, text: str = '{"tilebake": 1}') -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def found(*paths: Path) -> list[str]:
    return [each.relative.as_posix() for each in find_maps(paths)]


def test_a_folder_gives_its_maps_in_a_stable_order(tmp_path: Path) -> None:
    write(tmp_path, "b.json", "a.json", "deep/er/c.json", "D.JSON")
    assert found(tmp_path) == ["D.JSON", "a.json", "b.json", "deep/er/c.json"]


def test_a_folder_passes_over_what_is_no_map(tmp_path: Path) -> None:
    write(tmp_path, "map.json", "map.bake.json", "notes.txt", ".godot/cache.json", "old/kept.json")
    write(tmp_path, "old/.gdignore", text="")
    write(tmp_path, "package.json", text='{"name": "game"}')
    assert found(tmp_path) == ["map.json"]


@pytest.mark.parametrize("content", [b"", b'{"tilebake": 1, "rows": [', '{"tilebake": 1}'.encode("utf-16")])
def test_a_broken_map_is_no_reason_to_pass_it_over(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_bytes(content)
    assert found(tmp_path) == ["broken.json"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_a_pipe_is_found_without_waiting_for_its_other_end(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    assert found(tmp_path) == ["pipe.json"]


def test_a_file_that_is_named_is_taken_as_it_is(tmp_path: Path) -> None:
    write(tmp_path, "level.map", text="no map")
    assert found(tmp_path / "level.map") == ["level.map"]


def test_a_map_that_two_paths_lead_to_is_found_once(tmp_path: Path) -> None:
    write(tmp_path, "a.json", "b.json")
    assert found(tmp_path / "b.json", tmp_path) == ["b.json", "a.json"]


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MapError, match="no such file"):
        find_maps([tmp_path / "nowhere"])


def test_a_folder_without_maps_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MapError, match="no map in this folder"):
        find_maps([tmp_path])


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_shards_divide_the_maps_among_them(count: int, tmp_path: Path) -> None:
    write(tmp_path, *(f"{letter}.json" for letter in "abcdefg"))
    maps = find_maps([tmp_path])
    shards = [shard(maps, index, count) for index in range(1, count + 1)]
    assert sorted(each for part in shards for each in part) == sorted(maps)
    assert max(map(len, shards)) - min(map(len, shards)) <= 1
