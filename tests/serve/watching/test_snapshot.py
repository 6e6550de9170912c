"""Looking at folders: which files count, what tells their versions apart, and how two looks differ."""

import os
import sys
import threading
from pathlib import Path

import pytest

from tilebake.level.map_names import may_be_map
from tilebake.serve.bake.discover import find_maps
from tilebake.serve.watching.snapshot import Changes, changes, snapshot


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text('{"tilebake": 1}', encoding="utf-8")


def found(folder: Path) -> set[str]:
    return {Path(path).relative_to(folder).as_posix() for path in snapshot([folder], []).seen}


def test_what_could_be_a_map_is_found(tmp_path: Path) -> None:
    write(tmp_path, "a.json", "B.JSON", "deep/er/c.json", ".d.json")
    write(tmp_path, "a.bake.json", "a.png", ".json", "notes.txt", ".godot/cache.json", "old/kept/e.json")
    write(tmp_path, "old/.gdignore")
    assert found(tmp_path) == {"a.json", "B.JSON", "deep/er/c.json"}


def test_snapshot_holds_what_a_bake_finds(tmp_path: Path) -> None:
    write(tmp_path, ".gdignore", "a.json", "b.bake.json", "c/d.JSON", ".e/f.json", "g/.h.json", "i/j.png")
    assert found(tmp_path) == {each.relative.as_posix() for each in find_maps([tmp_path])}


def test_single_files_count_whatever_their_names(tmp_path: Path) -> None:
    write(tmp_path, "tilebake.toml")
    files = [tmp_path / "tilebake.toml", tmp_path / "missing.toml", tmp_path]
    assert set(snapshot([], files).seen) == {str(tmp_path / "tilebake.toml")}


@pytest.mark.parametrize("name", ["", "none.json"])
def test_no_folder_is_no_error(name: str, tmp_path: Path) -> None:
    write(tmp_path, "none.json")
    assert not snapshot([tmp_path / name / "nowhere"], []).seen


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="this user may read everything")
def test_an_unreadable_folder_is_no_error(tmp_path: Path) -> None:
    write(tmp_path, "a.json", "locked/b.json")
    (tmp_path / "locked").chmod(0)
    try:
        assert found(tmp_path) == {"a.json"}
    finally:
        (tmp_path / "locked").chmod(0o700)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_links_to_files_are_followed_and_links_to_folders_are_not(tmp_path: Path) -> None:
    write(tmp_path, "elsewhere/target.json", "maps/own.json")
    (tmp_path / "maps" / "link.json").symlink_to(tmp_path / "elsewhere" / "target.json")
    (tmp_path / "maps" / "lost.json").symlink_to(tmp_path / "nowhere.json")
    (tmp_path / "maps" / "folder.json").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "maps" / "circle").symlink_to(tmp_path / "maps")
    looked = snapshot([tmp_path / "maps"], []).seen
    assert set(looked) == {str(tmp_path / "maps" / name) for name in ("own.json", "link.json")}
    target = tmp_path / "elsewhere" / "target.json"
    assert looked[str(tmp_path / "maps" / "link.json")] == snapshot([], [target]).seen[str(target)]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes among the files of this system")
def test_a_pipe_in_the_place_of_a_map_counts(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    assert found(tmp_path) == {"pipe.json"}


def test_a_folder_in_the_place_of_a_map_is_a_folder(tmp_path: Path) -> None:
    write(tmp_path, "map.json/inner.json")
    assert found(tmp_path) == {"map.json/inner.json"}


def test_files_that_vanish_meanwhile_are_no_error(tmp_path: Path) -> None:
    done = threading.Event()

    def come_and_go() -> None:
        while not done.is_set():
            write(tmp_path, *(f"deep/{index}/map.json" for index in range(20)))
            for index in range(20):
                (tmp_path / "deep" / str(index) / "map.json").unlink()
                (tmp_path / "deep" / str(index)).rmdir()

    thread = threading.Thread(target=come_and_go)
    thread.start()
    try:
        for _ in range(300):
            assert found(tmp_path) <= {f"deep/{index}/map.json" for index in range(20)}
    finally:
        done.set()
        thread.join()


def test_two_snapshots_differ_in_what_was_done_between_them(tmp_path: Path) -> None:
    write(tmp_path, "same.json", "changed.json", "removed.json")
    before = snapshot([tmp_path], []).seen
    (tmp_path / "changed.json").write_text("{}", encoding="utf-8")
    (tmp_path / "removed.json").unlink()
    write(tmp_path, "added.json")
    assert changes(before, snapshot([tmp_path], []).seen) == Changes(
        added=frozenset({tmp_path / "added.json"}),
        changed=frozenset({tmp_path / "changed.json"}),
        removed=frozenset({tmp_path / "removed.json"}),
    )


def test_two_snapshots_of_the_same_files_are_no_change(tmp_path: Path) -> None:
    write(tmp_path, "a.json", "b/c.json")
    nothing = changes(snapshot([tmp_path], []).seen, snapshot([tmp_path], []).seen)
    assert not nothing
    assert nothing == Changes()


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.json", True), ("A.JSON", True), ("a.bake.json", False), (".json", False), ("a.json~", False)],
)
def test_names_of_maps(name: str, expected: bool) -> None:
    assert may_be_map(name) is expected
