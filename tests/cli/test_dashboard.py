"""Test what a watch shows: lines that say each thing once, the dashboard, and the log file."""

import io
import logging
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from tilebake.cli import logfile
from tilebake.cli.logfile import log, log_file, logging_to
from tilebake.cli.terminal.dashboard import SHOWN, DashboardView
from tilebake.cli.terminal.event_lines import EventLines
from tilebake.cli.terminal.progress import LINE_INTERVAL
from tilebake.errors import Diagnostic, Location
from tilebake.serve.jobs.status import Event, JobView, MapState, MapView

JOB = JobView(1, "levels/forest.json", "digest", "waiting", steps=20)
ERROR = Diagnostic("not JSON", Location.parse("levels/forest.json:3:7"), "add a comma")


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def of_map(state: MapState, diagnostic: Diagnostic | None = None, name: str = "forest") -> Event:
    return Event(1, map=MapView(f"levels/{name}.json", state, diagnostic=diagnostic))


def lines_of(event_lines: EventLines, *events: Event) -> list[str]:
    return [line for event in events for line in event_lines.lines(event)]


def test_event_lines_say_when_a_bake_begins_and_ends() -> None:
    clock = Clock()
    event_lines = EventLines(clock)
    running = replace(JOB, state="running")
    assert lines_of(event_lines, Event(1, job=JOB)) == []
    assert lines_of(event_lines, Event(2, job=running)) == ["levels/forest.json: painting"]
    assert lines_of(event_lines, Event(3, job=replace(running, step=1))) == []
    clock.now += LINE_INTERVAL
    half = replace(running, step=10, seconds_left=31.4)
    assert lines_of(event_lines, Event(4, job=half), Event(5, job=half)) == [
        "levels/forest.json: step 10/20, 31 s left"
    ]
    done = replace(JOB, state="done", degraded=("decoded in tiles",))
    assert lines_of(event_lines, Event(6, job=done), Event(7, notice="a notice")) == [
        "levels/forest.json: painted in 30.0 s; decoded in tiles",
        "a notice",
    ]


def test_event_lines_name_the_picture_of_a_painted_map() -> None:
    event_lines = EventLines(Clock())
    view = MapView("levels/forest.json", "baking", texture="textures/forest.png")
    done = replace(JOB, state="done")
    assert lines_of(
        event_lines, Event(1, map=view), Event(2, job=replace(JOB, state="running")), Event(3, job=done)
    ) == ["levels/forest.json: painting", "levels/forest.json: painted in 0.0 s as textures/forest.png"]


def test_event_lines_say_a_note_once_wherever_its_line_moves() -> None:
    note = replace(ERROR, what='"lagoon" is unknown')
    moved = replace(note, where=replace(note.where, line=9))
    other = replace(note, what='"reef" is unknown')
    event_lines = EventLines()
    events = [
        Event(1, map=MapView("levels/forest.json", "stale", notes=notes))
        for notes in ((note,), (moved,), (moved, other))
    ]
    assert lines_of(event_lines, *events) == [f"note: {note}", f"note: {other}"]


def test_event_lines_say_an_error_once_and_again_when_it_changes() -> None:
    event_lines = EventLines()
    failed = of_map("failed", ERROR)
    assert lines_of(event_lines, failed, failed) == ["error: levels/forest.json:3:7: not JSON; add a comma"]
    assert lines_of(event_lines, of_map("waiting"), of_map("baking"), failed) == []
    assert lines_of(event_lines, of_map("failed", replace(ERROR, where=Location()))) == [
        "error: levels/forest.json: not JSON; add a comma"
    ]
    assert len(event_lines.errors) == 1
    assert lines_of(event_lines, of_map("up to date")) == []
    assert event_lines.errors == ()
    assert len(lines_of(event_lines, failed)) == 1


def test_event_lines_name_files_as_one_would_type_them_here() -> None:
    far = replace(ERROR, where=Location(Path.cwd() / "levels/forest.json", 3, 7))
    view = MapView("levels/lake.json", "up to date", notes=(replace(far, what="no such word"),))
    assert lines_of(EventLines(), of_map("failed", far), Event(2, map=view)) == [
        "error: levels/forest.json:3:7: not JSON; add a comma",
        "note: levels/forest.json:3:7: no such word; add a comma",
    ]


def test_event_lines_say_an_error_of_many_maps_once() -> None:
    event_lines = EventLines()
    events = [of_map("failed", ERROR, name=str(number)) for number in range(300)]
    assert len(lines_of(event_lines, *events)) == 1
    assert len(event_lines.errors) == 1
    assert lines_of(event_lines, *(of_map("gone", name=str(number)) for number in range(300))) == []
    assert event_lines.errors == ()


def rendered(view: DashboardView) -> str:
    screen = io.StringIO()
    Console(file=screen, width=80, force_terminal=True, color_system=None).print(view.render())
    return screen.getvalue()


def test_dashboard_shows_counts_jobs_errors_and_messages() -> None:
    waits: list[MapState] = ["waiting"] * 7
    states: list[MapState] = ["baking", *waits, "failed", "up to date", "up to date"]
    maps = tuple(MapView(f"{number}.json", state) for number, state in enumerate(states))
    running = replace(JOB, state="running", step=5, seconds_left=12.0)
    waiting = tuple(replace(JOB, id=number, map_id=f"[{number}].json") for number in range(2, 9))
    text = rendered(DashboardView("a title", maps, (running, *waiting), ("an error",), ("a notice",)))
    for part in ("a title", "1 baking, 7 waiting, 1 failed, 2 up to date", "step 5/20, 12 s left"):
        assert part in text
    for part in ("[2].json", "an error", "a notice", f"and {7 - SHOWN} more"):
        assert part in text
    assert "[8].json" not in text


def test_dashboard_of_a_project_without_maps_says_so() -> None:
    assert rendered(DashboardView("a title", (), (), (), ())).split() == ["a", "title", "no", "maps", "yet"]


def test_log_file_keeps_messages_and_stops_growing(tmp_path: Path) -> None:
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
