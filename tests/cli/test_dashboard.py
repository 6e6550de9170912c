"""What a watch shows: lines that say each thing once, a calm picture of the whole, and a log that ends."""

import io
import logging
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from tilebake.cli import logfile
from tilebake.cli.dashboard import SHOWN, Picture
from tilebake.cli.event_lines import QUIET, Telling
from tilebake.cli.logfile import log, log_file, logging_to
from tilebake.errors import Diagnostic, Location
from tilebake.serve.jobs.status import Event, JobView, MapState, MapView

JOB = JobView(1, "levels/forest.json", "digest", "waiting", steps=20)
MISTAKE = Diagnostic("not JSON", Location.parse("levels/forest.json:3:7"), "add a comma")


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def of_map(state: MapState, mistake: Diagnostic | None = None, name: str = "forest") -> Event:
    return Event(1, map=MapView(f"levels/{name}.json", state, diagnostic=mistake))


def said(telling: Telling, *events: Event) -> list[str]:
    return [line for event in events for line in telling.lines(event)]


def test_a_bake_is_told_when_it_begins_and_when_it_ends() -> None:
    clock = Clock()
    telling = Telling(clock)
    running = replace(JOB, state="running")
    assert said(telling, Event(1, job=JOB)) == []
    assert said(telling, Event(2, job=running)) == ["levels/forest.json: painting"]
    assert said(telling, Event(3, job=replace(running, step=1))) == []
    clock.now += QUIET
    half = replace(running, step=10, seconds_left=31.4)
    assert said(telling, Event(4, job=half), Event(5, job=half)) == [
        "levels/forest.json: step 10/20, 31 s left"
    ]
    done = replace(JOB, state="done", degraded=("decoded in tiles",))
    assert said(telling, Event(6, job=done), Event(7, notice="a notice")) == [
        "levels/forest.json: painted in 30.0 s; decoded in tiles",
        "a notice",
    ]


def test_a_mistake_is_told_once_and_again_when_it_changes() -> None:
    telling = Telling()
    failed = of_map("failed", MISTAKE)
    assert said(telling, failed, failed) == ["error: levels/forest.json:3:7: not JSON; add a comma"]
    assert said(telling, of_map("waiting"), of_map("baking"), failed) == []
    assert said(telling, of_map("failed", replace(MISTAKE, where=""))) == [
        "error: levels/forest.json: not JSON; add a comma"
    ]
    assert len(telling.mistakes) == 1
    assert said(telling, of_map("up to date")) == []
    assert telling.mistakes == ()
    assert len(said(telling, failed)) == 1


def test_what_many_maps_have_in_common_is_told_once() -> None:
    telling = Telling()
    events = [of_map("failed", MISTAKE, name=str(number)) for number in range(300)]
    assert len(said(telling, *events)) == 1
    assert len(telling.mistakes) == 1
    assert said(telling, *(of_map("gone", name=str(number)) for number in range(300))) == []
    assert telling.mistakes == ()


def drawn(picture: Picture) -> str:
    screen = io.StringIO()
    Console(file=screen, width=80, force_terminal=True, color_system=None).print(picture.drawn())
    return screen.getvalue()


def test_the_picture_shows_what_there_is() -> None:
    waits: list[MapState] = ["waiting"] * 7
    states: list[MapState] = ["baking", *waits, "failed", "up to date", "up to date"]
    maps = tuple(MapView(f"{number}.json", state) for number, state in enumerate(states))
    running = replace(JOB, state="running", step=5, seconds_left=12.0)
    waiting = tuple(replace(JOB, id=number, map_id=f"[{number}].json") for number in range(2, 9))
    text = drawn(Picture("a title", maps, (running, *waiting), ("an error",), ("a notice",)))
    for part in ("a title", "1 baking, 7 waiting, 1 failed, 2 up to date", "step 5/20, 12 s left"):
        assert part in text
    for part in ("[2].json", "an error", "a notice", f"and {7 - SHOWN} more"):
        assert part in text
    assert "[8].json" not in text


def test_a_project_without_maps_is_no_error() -> None:
    assert drawn(Picture("a title", (), (), (), ())).split() == ["a", "title", "no", "maps", "yet"]


def test_the_log_says_what_was_said_and_stops_growing(tmp_path: Path) -> None:
    file = log_file(tmp_path)
    with logging_to(file):
        log.info("%s", "levels/forest.json: painted")
        logging.getLogger("uvicorn.error").info("started")
        for _ in range(6 * logfile.SIZE // 1000):
            log.info("%s", "x" * 1000)
    files = list(file.parent.glob(f"{file.name}*"))
    assert len(files) == 1 + logfile.OLD
    assert all(each.stat().st_size <= logfile.SIZE for each in files)
    assert not logging.getLogger("uvicorn").level
    with logging_to(file):
        log.info("again \udcff")
    assert "again" in file.read_text(encoding="utf-8")
