"""Folders, links and pipes that come, go and change places are followed."""

import os
import shutil
import sys
import threading
from pathlib import Path

import pytest

from tests.helpers.saving import by_rename
from tests.helpers.watch_reader import BOTH, BY_EVENTS, BY_LOOKING, Reader
from tilebake.serve.watching.snapshot import Changes
from tilebake.serve.watching.watch import Places, watch

# watchdog warns of folders that are made while it looks for them; pytest would make its thread die of it
pytestmark = pytest.mark.filterwarnings("ignore:Callback with id:RuntimeWarning")
POSIX_LINKS = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")


def test_maps_that_are_made_renamed_and_removed_are_reported(reader: Reader, maps: Path) -> None:
    (maps / "cave.json").write_text("cave", encoding="utf-8")
    reader.wait_for(maps)
    (maps / "cave.json").rename(maps / "hole.json")
    reader.wait_for(maps)
    (maps / "hole.json").unlink()
    reader.wait_for(maps)


def test_maps_in_new_nested_folders_are_reported(reader: Reader, maps: Path) -> None:
    for depth in ("a", "a/b/c/d", "e/f"):
        (maps / depth).mkdir(parents=True, exist_ok=True)
        (maps / depth / "new.json").write_text(depth, encoding="utf-8")
    reader.wait_for(maps)
    (maps / "a").rename(maps / "moved")
    reader.wait_for(maps)


@pytest.mark.parametrize("above", [0, 1], ids=["maps", "project"])
def test_a_folder_that_goes_and_comes_back_is_watched_as_before(
    above: int, reader: Reader, maps: Path
) -> None:
    for text in ("one", "two"):
        shutil.rmtree((maps, *maps.parents)[above])
        reader.wait_until(lambda: not reader.held)
        maps.mkdir(parents=True)
        (maps / "forest.json").write_text("again", encoding="utf-8")
        reader.wait_for(maps)
        (maps / "forest.json").write_text(text, encoding="utf-8")
        reader.wait_for(maps)


def test_a_folder_that_is_replaced_at_once_is_watched_as_before(reader: Reader, maps: Path) -> None:
    maps.rename(maps.with_name("old"))
    maps.mkdir()
    (maps / "forest.json").write_text("replaced", encoding="utf-8")
    reader.wait_for(maps)
    (maps / "forest.json").write_text("and saved", encoding="utf-8")
    reader.wait_for(maps)


def test_a_map_that_becomes_a_folder_is_gone(reader: Reader, maps: Path) -> None:
    (maps / "forest.json").unlink()
    (maps / "forest.json").mkdir()
    reader.wait_until(lambda: not reader.held)
    (maps / "forest.json").rmdir()
    (maps / "forest.json").write_text("a file again", encoding="utf-8")
    reader.wait_for(maps)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes among the files of this system")
def test_a_map_that_becomes_a_pipe_is_reported_and_holds_nothing_up(maps: Path) -> None:
    watching = watch(lambda: Places((maps,)), threading.Event(), timing=BY_LOOKING)
    next(watching)
    (maps / "forest.json").unlink()
    os.mkfifo(maps / "forest.json")
    assert next(watching) == Changes(changed=frozenset({maps / "forest.json"}))
    (maps / "cave.json").touch()
    assert next(watching) == Changes(added=frozenset({maps / "cave.json"}))
    watching.close()


@POSIX_LINKS
def test_a_link_is_what_it_points_to(looking_reader: Reader, maps: Path) -> None:
    target = maps.parent / "target"
    target.write_text("one", encoding="utf-8")
    (maps / "link.json").symlink_to(target)
    looking_reader.wait_for(maps)
    target.write_text("two, seen through the link", encoding="utf-8")
    looking_reader.wait_for(maps)
    target.unlink()
    looking_reader.wait_until(lambda: maps / "link.json" not in looking_reader.held)


@POSIX_LINKS
def test_a_link_to_the_folder_may_be_turned_elsewhere(maps: Path) -> None:
    link, other = maps.with_name("link"), maps.with_name("other")
    other.mkdir()
    (other / "cave.json").write_text("cave", encoding="utf-8")
    link.symlink_to(maps)
    with Reader(lambda: Places((link,)), BY_EVENTS) as reader:
        link.unlink()
        link.symlink_to(other)
        reader.wait_until(lambda: reader.held == {link / "cave.json": "cave"})
        (other / "cave.json").write_text("a hole", encoding="utf-8")
        reader.wait_until(lambda: reader.held == {link / "cave.json": "a hole"})


def test_a_file_with_two_names_is_seen_by_both(looking_reader: Reader, maps: Path) -> None:
    os.link(maps / "forest.json", maps / "wood.json")
    looking_reader.wait_for(maps)
    (maps / "wood.json").write_text("under the other name", encoding="utf-8")
    looking_reader.wait_for(maps)


def test_godots_mark_hides_a_folder_while_it_is_there(reader: Reader, maps: Path) -> None:
    (maps / "old").mkdir()
    (maps / "old" / "cave.json").write_text("cave", encoding="utf-8")
    reader.wait_for(maps)
    (maps / "old" / ".gdignore").touch()
    reader.wait_until(lambda: set(reader.held) == {maps / "forest.json"})
    (maps / "old" / ".gdignore").unlink()
    reader.wait_for(maps)


def test_a_project_that_names_other_folders_is_followed(maps: Path) -> None:
    settings, other = maps.parent / "tilebake.toml", maps.parent / "levels"
    other.mkdir()
    (other / "cave.json").write_text("cave", encoding="utf-8")
    settings.write_text("maps", encoding="utf-8")

    def places() -> Places:
        return Places((maps.parent / settings.read_text(encoding="utf-8"),), (settings,))

    with Reader(places, BOTH) as reader:
        assert set(reader.held) == {settings, maps / "forest.json"}
        by_rename(settings, "levels")
        reader.wait_until(lambda: reader.held == {settings: "levels", other / "cave.json": "cave"})
        (other / "cave.json").write_text("a hole", encoding="utf-8")
        reader.wait_until(lambda: reader.held[other / "cave.json"] == "a hole")
