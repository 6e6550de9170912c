"""Which files are maps."""

import os
import sys
from pathlib import Path

import pytest

from tilebake.errors import MapError
from tilebake.serve.bake.discover import find_maps

needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")


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


def test_what_tilebake_wrote_is_passed_over_among_files_that_are_named(tmp_path: Path) -> None:
    names = ("a.json", "a.bake.json", "b.tmx", "b.painted.tmx")
    write(tmp_path, *names)
    assert found(*(tmp_path / name for name in names)) == ["a.json", "b.tmx"]
    assert found(tmp_path / "a.bake.json") == ["a.bake.json"], (
        "whoever names it alone is told that it is no map"
    )


def test_a_map_that_two_paths_lead_to_is_found_once(tmp_path: Path) -> None:
    write(tmp_path, "a.json", "b.json")
    assert found(tmp_path / "b.json", tmp_path) == ["b.json", "a.json"]


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MapError, match="no such file"):
        find_maps([tmp_path / "nowhere"])


def test_a_folder_without_maps_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MapError, match="no map in this folder"):
        find_maps([tmp_path])


@pytest.mark.parametrize(
    "text",
    [
        '{"words": ["tilebake"]}',
        '{"scripts": {"tilebake": "tilebake bake"}}',
        '{"name": "\\"tilebake\\": 1"}',
        '["tilebake"]',
        '[{"tilebake": 1}]',
        '{"words": ["tilebake",]} // not quite JSON',
    ],
)
def test_a_file_that_merely_names_tilebake_is_no_map(text: str, tmp_path: Path) -> None:
    write(tmp_path, "map.json")
    write(tmp_path, "foreign.json", text=text)
    assert found(tmp_path) == ["map.json"]


@pytest.mark.parametrize(
    "text",
    [
        '{"rows": ["g"], "tilebake": 1}',
        '{"rows": ["g", "tilebake": 1}',
        '{"rows": "g"], "tilebake" : 1}',
        '{"tilebake": "one"}',
        '\ufeff{"tilebake": 1',
        '{"a": ' + "[" * 200 + '"tilebake": 1',
    ],
)
def test_a_map_is_known_by_its_key_even_where_it_is_broken(text: str, tmp_path: Path) -> None:
    write(tmp_path, "map.json", text=text)
    assert found(tmp_path) == ["map.json"]


@needs_links
def test_locks_and_drafts_of_editors_are_passed_over_and_links_to_nothing_are_told(tmp_path: Path) -> None:
    write(tmp_path, "map.json", ".draft.json", "._map.json", "linked/inner.json", "shelf/.keep")
    (tmp_path / ".#map.json").symlink_to("kim@box.4711:1697969899")
    (tmp_path / "gone.json").symlink_to("nowhere")
    (tmp_path / "shelf/more").symlink_to(tmp_path / "linked")
    (tmp_path / "one.json").symlink_to(tmp_path / "linked/inner.json")
    notes: list[str] = []
    maps = find_maps([tmp_path], on_note=notes.append)
    assert [each.relative.as_posix() for each in maps] == ["map.json", "one.json", "linked/inner.json"]
    assert sorted(notes) == [
        f"{tmp_path / 'gone.json'} is a link to nothing",
        f"{tmp_path / 'shelf/more'} is a link to a folder, which is not followed",
    ]


@needs_links
def test_a_folder_with_nothing_but_links_says_that_they_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path, "real/a.json")
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps/shared").symlink_to(tmp_path / "real")
    with pytest.raises(MapError, match=r"no map in this folder; .* links are not followed"):
        find_maps([tmp_path / "maps"])


def test_one_path_without_maps_stops_no_other(tmp_path: Path) -> None:
    write(tmp_path, "maps/a.json", "empty/notes.txt")
    errors: list[MapError] = []
    maps = find_maps([tmp_path / "nowhere", tmp_path / "empty", tmp_path / "maps"], errors.append)
    assert [each.relative.as_posix() for each in maps] == ["a.json"]
    assert [error.what for error in errors] == ["no such file or folder", "no map in this folder"]


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="this user may read everything")
def test_a_folder_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    write(tmp_path, "a.json", "closed/b.json")
    (tmp_path / "closed").chmod(0)
    errors: list[MapError] = []
    try:
        assert [each.relative.as_posix() for each in find_maps([tmp_path], errors.append)] == ["a.json"]
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert "cannot be read: Permission denied" in str(errors[0])


@pytest.mark.parametrize(
    ("text", "is_noted"),
    [
        ('{"tilebak": 1, "terrains": {}, "rows": ["g"]}', True),
        ("{'tilebake': 1, 'terrains': {}, 'rows': ['g']}", True),
        ('{"terrains": 3, "name": "no map"}', False),
        ("{}", False),
    ],
)
def test_what_was_meant_as_a_map_is_noted(tmp_path: Path, text: str, is_noted: bool) -> None:
    (tmp_path / "odd.json").write_text(text, encoding="utf-8")
    (tmp_path / "map.json").write_text('{"tilebake": 1}', encoding="utf-8")
    notes: list[str] = []
    assert [each.path.name for each in find_maps([tmp_path], None, notes.append)] == ["map.json"]
    assert [note for note in notes if "looks like a map" in note] == notes
    assert len(notes) == is_noted
