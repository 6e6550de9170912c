"""Saved in whatever way, a map is told of, and told no more often than it must be."""

import os
import sys
import threading
import time
from itertools import cycle, islice, pairwise
from pathlib import Path

import pytest

from tests.helpers.saving import SAVES, Save, by_rename, in_place, keeping_the_time
from tests.helpers.turned_watch import TurnedWatch
from tests.helpers.watch_reader import BY_EVENTS, BY_LOOKING, NEVER, Reader
from tilebake.serve.watching.snapshot import Changes
from tilebake.serve.watching.watch import Places, Timing, watch

# watchdog warns of folders that are made while it looks for them; pytest would make its thread die of it
pytestmark = pytest.mark.filterwarnings("ignore:Callback with id:RuntimeWarning")
MANY = 2000
SAVES_SHORT, SAVES_LONG = 3, 100


@pytest.mark.parametrize("save", SAVES, ids=lambda save: save.__name__)
def test_every_way_to_save_is_seen(save: Save, reader: Reader, maps: Path) -> None:
    for text in ("other", "longer than before", "short"):
        save(maps / "forest.json", text)
        reader.wait_until(lambda text=text: reader.held == {maps / "forest.json": text})


@pytest.mark.skipif(sys.platform == "win32", reason="polling sees neither a ctime nor a name there")
@pytest.mark.parametrize("saves", [SAVES_SHORT, pytest.param(SAVES_LONG, marks=pytest.mark.long)])
@pytest.mark.parametrize("save", SAVES, ids=lambda save: save.__name__)
def test_a_save_that_keeps_size_and_time_is_seen(save: Save, saves: int, reader: Reader, maps: Path) -> None:
    for text in islice(cycle(("FIRST", "third")), saves):
        keeping_the_time(save)(maps / "forest.json", text)
        reader.wait_until(lambda text=text: reader.held == {maps / "forest.json": text})


def test_a_save_with_the_same_content_is_reported(reader: Reader, maps: Path) -> None:
    by_rename(maps / "forest.json", "first")
    reader.wait_until(lambda: reader.told[-1] == Changes(changed=frozenset({maps / "forest.json"})))


def test_a_change_before_reading_is_reported_even_if_it_goes_back(maps: Path) -> None:
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


def test_saving_without_a_pause_ends_with_the_last_save(maps: Path) -> None:
    timing = Timing(quiet=NEVER, longest=0.2, reconcile=NEVER)
    with Reader(lambda: Places((maps,)), timing) as reader:
        for index in range(100):
            by_rename(maps / "forest.json", str(index))
            time.sleep(0.01)
        reader.wait_for(maps)


@pytest.mark.parametrize("events", [True, False], ids=["events", "polling"])
@pytest.mark.parametrize("save", [by_rename, in_place])
def test_500_saves_in_10_seconds_are_reported_6_times_at_most(save: Save, events: bool, maps: Path) -> None:
    watch = TurnedWatch(maps, Timing(events=events))
    began, file = watch.clock.now, maps / "forest.json"
    for index in range(500):
        save(file, str(index))
        watch.hints.give(file)
        watch.go_on(0.02)
    ended = watch.clock.now
    watch.go_on(10.0)
    times = [when - began for when, _ in watch.told[1:]]
    assert len(times) <= 6
    assert all(later - earlier >= 0.3 for earlier, later in pairwise(times))
    assert watch.told[-1][0] - ended <= (0.4 if events else 4.4)
    assert watch.held == {file: "499"}


@pytest.mark.parametrize("events", [True, False], ids=["events", "polling"])
def test_save_is_reported_once_it_has_been_quiet(events: bool, maps: Path) -> None:
    watch = TurnedWatch(maps, Timing(events=events))
    file = maps / "forest.json"
    for text in ("half", "half of i", "half of it"):
        file.write_text(text, encoding="utf-8")
        watch.hints.give(file)
        watch.go_on(0.2)
    watch.go_on(5.0)
    assert [news for _, news in watch.told[1:]] == [Changes(changed=frozenset({file}))]
    assert watch.held == {file: "half of it"}


def test_nothing_is_looked_at_more_often_than_it_must_be(maps: Path) -> None:
    watch = TurnedWatch(maps, Timing())
    watch.go_on(30.5)
    assert watch.looks == 11
    assert len(watch.told) == 1
