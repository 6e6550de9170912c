"""The watch on real files with the real watchdog: how it begins, tells how it looks, and ends."""

import threading
from pathlib import Path

import pytest

from tests.helpers.watch_reader import BY_EVENTS, BY_LOOKING, Reader
from tilebake.serve.watching.fs_events import Mode
from tilebake.serve.watching.snapshot import Changes
from tilebake.serve.watching.watch import Places, Timing, interval, watch

# watchdog warns of folders that are made while it looks for them; pytest would make its thread die of it
pytestmark = pytest.mark.filterwarnings("ignore:Callback with id:RuntimeWarning")


def test_the_first_changes_are_all_files_there_are(maps: Path) -> None:
    (maps / "deep").mkdir()
    (maps / "deep" / "cave.json").touch()
    watching = watch(lambda: Places((maps,)), threading.Event(), timing=BY_LOOKING)
    assert next(watching) == Changes(
        added=frozenset({maps / "forest.json", maps / "deep" / "cave.json"}),
    )
    watching.close()


def test_an_empty_folder_is_reported_at_first(tmp_path: Path) -> None:
    watching = watch(lambda: Places((tmp_path / "nowhere",)), threading.Event(), timing=BY_LOOKING)
    assert next(watching) == Changes()
    watching.close()


def test_how_changes_are_noticed_is_said_once(maps: Path) -> None:
    with Reader(lambda: Places((maps,)), BY_LOOKING) as reader:
        (maps / "cave.json").touch()
        reader.wait_for(maps)
        assert [mode.kind for mode in reader.modes] == ["polling"]
    with Reader(lambda: Places((maps,)), BY_EVENTS) as reader:
        assert [mode.kind for mode in reader.modes] == ["events"]


@pytest.mark.parametrize("timing", [BY_EVENTS, BY_LOOKING], ids=["events", "looking"])
def test_watch_ends_when_it_is_stopped_and_leaves_no_thread(maps: Path, timing: Timing) -> None:
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
        (0.3, "events", 20.0),
        (9.0, "events", 60.0),
        (0.001, "polling", 3.0),
        (0.4, "polling", 4.0),
    ],
)
def test_costly_polls_are_made_less_often(cost: float, kind: str, expected: float) -> None:
    mode = Mode("events") if kind == "events" else Mode("polling", "a reason")
    assert interval(cost, Timing(), mode) == pytest.approx(expected)
