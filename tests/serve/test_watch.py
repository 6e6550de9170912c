"""The watch on real files with the real watchdog: however a map is saved, what is there has been read."""

import math
import os
import queue
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tilebake.serve.notices import Mode
from tilebake.serve.snapshot import Changes
from tilebake.serve.watch import Places, Timing, interval, watch

# watchdog warns of folders that are made while it looks for them; pytest would make its thread die of it
pytestmark = pytest.mark.filterwarnings("ignore:Callback with id:RuntimeWarning")

DEADLINE = 60.0  # seconds; far more than any machine needs
NEVER = 3600.0
BY_EVENTS = Timing(quiet=0.05, longest=0.5, reconcile=NEVER)
BY_LOOKING = Timing(quiet=0.05, longest=0.5, reconcile=0.1, latest=0.1, events=False)
BOTH = Timing(quiet=0.05, longest=0.5, reconcile=0.1, seldom=0.1)
MANY = 2000
POSIX_LINKS = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")

Save = Callable[[Path, str], None]


class Reader:
    """Reads every file it is told of, in a thread of its own, as the backend does."""

    def __init__(self, places: Callable[[], Places], timing: Timing) -> None:
        self.held: dict[Path, str] = {}
        self.told: list[Changes] = []
        self.modes: list[Mode] = []
        self._news: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read_all, args=(places, timing))

    def __enter__(self) -> "Reader":
        self._thread.start()
        self.wait_until(lambda: bool(self.told))
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(DEADLINE)
        assert not self._thread.is_alive()

    def wait_until(self, happened: Callable[[], bool]) -> None:
        deadline = time.monotonic() + DEADLINE
        while not happened():
            self._news.get(timeout=max(0.0, deadline - time.monotonic()))

    def wait_for(self, folder: Path) -> None:
        """Until what was read is what stands in the folder."""
        self.wait_until(lambda: self.held == contents(folder))

    def _read_all(self, places: Callable[[], Places], timing: Timing) -> None:
        for changes in watch(places, self._stop, timing=timing, on_mode=self.modes.append):
            for path in changes.removed:
                self.held.pop(path)
            for path in changes.added | changes.changed:
                self.held[path] = read(path)
            self.told.append(changes)
            self._news.put(None)


def read(path: Path) -> str:
    """What a file holds; half a file, or none, is what the next telling mends."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return "cannot be read"


def contents(folder: Path) -> dict[Path, str]:
    return {path: read(path) for path in folder.rglob("*.json") if path.is_file()}


@pytest.fixture
def maps(tmp_path: Path) -> Path:
    """A folder with one map, inside of a project."""
    folder = tmp_path / "game" / "maps"
    folder.mkdir(parents=True)
    (folder / "forest.json").write_text("first", encoding="utf-8")
    return folder


@pytest.fixture(params=[BY_EVENTS, BY_LOOKING], ids=["events", "looking"])
def reader(maps: Path, request: pytest.FixtureRequest) -> Iterator[Reader]:
    """Two readers, one after the other: one that never looks unless told to, and one that is never told."""
    with Reader(lambda: Places((maps,)), request.param) as reader:
        yield reader


@pytest.fixture
def looking_reader(maps: Path) -> Iterator[Reader]:
    with Reader(lambda: Places((maps,)), BY_LOOKING) as reader:
        yield reader


def in_place(path: Path, text: str) -> None:
    with path.open("r+", encoding="utf-8") as file:
        file.write(text)
        file.truncate()


def truncated_and_rewritten(path: Path, text: str) -> None:
    path.write_bytes(b"")
    path.write_text(text, encoding="utf-8")


def by_rename(path: Path, text: str) -> None:
    other = path.with_name(f"{path.name}.tmp")
    other.write_text(text, encoding="utf-8")
    other.replace(path)


def by_rename_from_elsewhere(path: Path, text: str) -> None:
    other = path.parent.parent / "other"
    other.write_text(text, encoding="utf-8")
    other.replace(path)


def with_a_backup(path: Path, text: str) -> None:
    path.replace(path.with_name(f"{path.name}~"))
    path.write_text(text, encoding="utf-8")


def by_hard_link(path: Path, text: str) -> None:
    other = path.with_name("linked")
    other.write_text(text, encoding="utf-8")
    path.unlink()
    os.link(other, path)
    other.unlink()


def with_the_clock_moved_back(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(0, 10**18))


def in_the_far_future(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(0, 4 * 10**18))


def a_letter_at_a_time(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        for letter in text:
            file.write(letter)
            file.flush()


SAVES = [
    in_place,
    truncated_and_rewritten,
    by_rename,
    by_rename_from_elsewhere,
    with_a_backup,
    by_hard_link,
    with_the_clock_moved_back,
    in_the_far_future,
    a_letter_at_a_time,
]


@pytest.mark.parametrize("save", SAVES, ids=lambda save: save.__name__)
def test_every_way_to_save_is_seen(save: Save, reader: Reader, maps: Path) -> None:
    for text in ("other", "longer than before", "short"):
        save(maps / "forest.json", text)
        reader.wait_until(lambda text=text: reader.held == {maps / "forest.json": text})


def test_the_first_told_is_all_that_is_there(maps: Path) -> None:
    (maps / "deep").mkdir()
    (maps / "deep" / "cave.json").touch()
    watching = watch(lambda: Places((maps,)), threading.Event(), timing=BY_LOOKING)
    assert next(watching) == Changes(
        added=frozenset({maps / "forest.json", maps / "deep" / "cave.json"}),
    )
    watching.close()


def test_even_nothing_is_told_at_first(tmp_path: Path) -> None:
    watching = watch(lambda: Places((tmp_path / "nowhere",)), threading.Event(), timing=BY_LOOKING)
    assert next(watching) == Changes()
    watching.close()


def test_maps_that_are_made_renamed_and_removed_are_told(reader: Reader, maps: Path) -> None:
    (maps / "cave.json").write_text("cave", encoding="utf-8")
    reader.wait_for(maps)
    (maps / "cave.json").rename(maps / "hole.json")
    reader.wait_for(maps)
    (maps / "hole.json").unlink()
    reader.wait_for(maps)


def test_maps_in_new_nested_folders_are_told(reader: Reader, maps: Path) -> None:
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
def test_a_map_that_becomes_a_pipe_is_told_and_holds_nothing_up(maps: Path) -> None:
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


def test_a_save_without_a_change_is_told_to_nobody(maps: Path) -> None:
    looks: list[float] = []

    def places() -> Places:
        looks.append(time.monotonic())
        return Places((maps,))

    with Reader(places, BY_LOOKING) as reader:
        while len(looks) < 2:  # the second look comes after the map was read
            time.sleep(0.01)
        for save in (by_rename, by_rename_from_elsewhere):
            save(maps / "forest.json", "first")
        os.utime(maps / "forest.json", ns=(0, 10**18))
        (maps / "cave.json").touch()
        reader.wait_for(maps)
        assert not any(changes.changed for changes in reader.told)


def test_what_changed_before_it_was_read_is_told_even_if_it_is_the_same_again(maps: Path) -> None:
    watching = watch(lambda: Places((maps,)), threading.Event(), timing=BY_LOOKING)
    next(watching)
    by_rename(maps / "forest.json", "read at this time, perhaps")
    by_rename(maps / "forest.json", "first")
    assert next(watching) == Changes(changed=frozenset({maps / "forest.json"}))
    watching.close()


def test_a_save_within_the_same_tick_of_the_clock_is_seen(maps: Path) -> None:
    file = maps / "forest.json"
    watching = watch(lambda: Places((maps,)), threading.Event(), timing=BY_EVENTS)
    next(watching)
    status = file.stat()
    in_place(file, "FIRST")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert next(watching) == Changes(changed=frozenset({file}))
    watching.close()


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


def test_many_changes_at_once_come_out_together_without_a_single_event(maps: Path) -> None:
    files = [maps / f"{index}.json" for index in range(MANY)]
    for file in files:
        file.write_text("one", encoding="utf-8")
    looks: list[float] = []

    def places() -> Places:
        looks.append(time.monotonic())
        return Places((maps,))

    watching = watch(places, threading.Event(), timing=BY_LOOKING)
    next(watching)
    for file in files:
        file.write_text("two", encoding="utf-8")
    assert next(watching) == Changes(changed=frozenset(files))
    assert len(looks) == 3  # at first, the reconcile, and once more to be sure that all is written
    watching.close()


def test_saving_without_a_pause_tells_no_more_than_it_must(maps: Path) -> None:
    timing = Timing(quiet=NEVER, longest=0.5, reconcile=NEVER)
    with Reader(lambda: Places((maps,)), timing) as reader:
        began = time.monotonic()
        for index in range(100):
            by_rename(maps / "forest.json", str(index))
            time.sleep(0.02)
        seconds = time.monotonic() - began
        reader.wait_for(maps)
        assert len(reader.told) - 1 <= math.ceil(seconds / timing.longest) + 1


@pytest.mark.long
def test_500_saves_in_10_seconds_are_told_6_times_at_most(maps: Path) -> None:
    with Reader(lambda: Places((maps,)), Timing()) as reader:
        began = time.monotonic()
        for index in range(500):
            in_place(maps / "forest.json", str(index))
            time.sleep(max(0.0, began + (index + 1) * 0.02 - time.monotonic()))
        reader.wait_for(maps)
        assert len(reader.told) - 1 <= 6


def test_how_changes_are_noticed_is_said_once(maps: Path) -> None:
    with Reader(lambda: Places((maps,)), BY_LOOKING) as reader:
        (maps / "cave.json").touch()
        reader.wait_for(maps)
        assert [mode.kind for mode in reader.modes] == ["polling"]
    with Reader(lambda: Places((maps,)), BY_EVENTS) as reader:
        assert [mode.kind for mode in reader.modes] == ["events"]


@pytest.mark.parametrize("timing", [BY_EVENTS, BY_LOOKING], ids=["events", "looking"])
def test_it_ends_when_it_is_told_to_and_leaves_no_thread(maps: Path, timing: Timing) -> None:
    before = set(threading.enumerate())
    stop = threading.Event()
    watching = watch(lambda: Places((maps,)), stop, timing=timing)
    next(watching)
    timer = threading.Timer(0.1, stop.set)
    timer.start()
    assert not list(watching)
    timer.join()
    assert set(threading.enumerate()) <= before


@pytest.mark.parametrize(
    ("cost", "kind", "expected"),
    [
        (0.001, "events", 3.0),
        (0.4, "events", 20.0),
        (9.0, "events", 60.0),
        (0.001, "polling", 3.0),
        (0.4, "polling", 5.0),
    ],
)
def test_costly_looks_are_taken_less_often(cost: float, kind: str, expected: float) -> None:
    mode = Mode("events") if kind == "events" else Mode("polling", "a reason")
    assert interval(cost, Timing(), mode) == pytest.approx(expected)
