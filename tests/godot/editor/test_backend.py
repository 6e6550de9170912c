"""Test that a real editor starts and follows a real backend, and leaves none behind."""

import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.godot.harness.editor import (
    COLD_START,
    PATIENCE,
    Editor,
    editing,
    is_at_rest,
    make_game,
    map_text,
    save,
)
from tests.godot.harness.engine import Engine
from tests.godot.harness.shared_editor import ENDLESS, MAP, PICTURE, QUICK, SharedEditor
from tests.helpers.game import until
from tests.helpers.processes import survivors
from tilebake.serve.api.ready import ready_file
from tilebake.serve.files.png import png_pixels

LONGEST_FRAME = 50.0  # ms of the main thread's own time

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="processes are killed in another way there")


@pytest.fixture(scope="module")
def shared(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Generator[SharedEditor]:
    """Make a project in a folder with a space in its name."""
    shared = SharedEditor(engine, tmp_path_factory.mktemp("backend") / "my game")
    yield shared
    shared.close()


@pytest.fixture
def editor(shared: SharedEditor) -> Editor:
    """Return the editor that most tests share, with its backend ready."""
    return shared.at_rest()


@contextmanager
def watching(project: Path) -> Generator[subprocess.Popen[str]]:
    """Run a `tilebake watch` as a user does in a terminal."""
    command = [sys.executable, "-m", "tilebake", "watch", str(project)]
    pipe = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=pipe, stderr=pipe, encoding="utf-8")
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def begin_baking(shared: SharedEditor, editor: Editor, rows: int) -> list[psutil.Process]:
    """Begin a bake of a map of so many rows that takes very long. Return all processes at work for it."""
    seen = len(editor.lines)
    shared.set_steps(ENDLESS)
    save(shared.project, MAP, map_text(rows, rows=rows))
    editor.until_line(f"JOB {MAP} running 3", seen, COLD_START)  # more steps than a quick bake has
    return editor.children()


def texture(rows: int) -> str:
    """Return the line that reports the picture of a map of so many rows."""
    return f"TEXTURE {MAP} res://{PICTURE} (64.0, {16 * rows}.0)"


def test_saving_a_map_updates_its_texture(shared: SharedEditor, editor: Editor) -> None:
    editor.until_line(texture(rows=2), patience=COLD_START)
    states = [line.split()[0] for line in editor.reported("STATE ")]
    assert states[:4] == ["STARTING", "STARTING", "READY", "BUSY"]
    first = png_pixels((shared.project / PICTURE).read_bytes())
    save(shared.project, MAP, map_text(7, rows=3))
    editor.until_line(texture(rows=3))
    assert png_pixels((shared.project / PICTURE).read_bytes()).shape != first.shape
    assert len(editor.running("watch")) == 1


@on_posix
def test_a_backend_killed_during_a_bake_restarts_and_finishes_it(
    shared: SharedEditor, editor: Editor
) -> None:
    family = begin_baking(shared, editor, rows=4)
    seen = len(editor.lines)
    (watch,) = editor.running("watch")
    watch.kill()
    editor.until_line("STATE CRASHED The backend stopped", seen)
    shared.set_steps(QUICK)
    editor.until_line(texture(rows=4), patience=COLD_START)
    assert len(editor.running("watch")) == 1
    assert not survivors(family, PATIENCE)


def test_an_editor_that_waits_for_its_backend_leaves_the_processors_alone(editor: Editor) -> None:
    """A threaded HTTPRequest takes most of a processor for as long as a backend holds back an answer."""
    process, wall = psutil.Process(editor.process.pid), 8.0
    before = process.cpu_times()
    time.sleep(wall)
    after = process.cpu_times()
    assert after.user + after.system - before.user - before.system < 0.2 * wall


@pytest.mark.parametrize("times", [1, pytest.param(5, marks=pytest.mark.long)])
def test_the_backend_can_be_stopped_and_started(times: int, shared: SharedEditor, editor: Editor) -> None:
    for _ in range(times):
        family = editor.children()
        editor.switch_off()
        assert not survivors(family, PATIENCE)
        assert is_at_rest(shared.project)
        seen = len(editor.lines)
        editor.command("start")
        editor.until_line("STATE READY", seen)
        assert len(editor.running("watch")) == 1


def test_a_backend_started_while_the_last_one_ends_is_the_only_one(editor: Editor) -> None:
    family = editor.children()
    seen = editor.switch_off()
    editor.command("start")
    editor.until_line("STATE READY", seen)
    assert not survivors(family, PATIENCE)
    assert len(editor.running("watch")) == 1


def test_the_addon_disabled_and_enabled_shares_the_running_backend(editor: Editor) -> None:
    """Enable the addon's own plugin beside that of the tests: two coordinators share one backend."""
    backend = editor.running("watch")
    try:
        for switch in ("on", "off", "on", "off", "on"):
            enable(editor, switch)
        editor.until(lambda: not editor.running("where"), "finding the backend")
    finally:
        enable(editor, "off")
    assert len(backend) == 1
    assert editor.running("watch") == backend


def enable(editor: Editor, switch: str) -> None:
    seen = len(editor.lines)
    editor.command("enable", switch)
    editor.until_line(f"ENABLED {str(switch == 'on').lower()}", seen)


def test_a_backend_that_the_user_runs_is_used_and_not_ended(shared: SharedEditor, editor: Editor) -> None:
    seen = editor.switch_off()
    until(lambda: is_at_rest(shared.project))
    with watching(shared.project) as watch:
        until(lambda: ready_file(shared.project).exists())
        editor.command("start")
        editor.until_line(f"TEXTURE {MAP}", seen, COLD_START)
        assert not editor.running("watch")
        seen = editor.switch_off()
        assert watch.poll() is None
        editor.command("start")
        editor.until_line("STATE READY", seen)
        seen = len(editor.lines)
        watch.send_signal(signal.SIGTERM)  # when the user ends it, the editor starts its own
        editor.until_line("STATE STARTING The backend is starting.", seen)
        editor.until_line("STATE READY", seen)
        assert len(editor.running("watch")) == 1


@on_posix
@pytest.mark.parametrize(("how", "rows"), [("closed", 5), ("killed", 6)])
def test_an_editor_that_ends_during_a_bake_leaves_no_process_and_the_next_finishes_the_bake(
    how: str, rows: int, shared: SharedEditor, editor: Editor
) -> None:
    family = begin_baking(shared, editor, rows)
    if how == "killed":
        editor.kill()
    else:
        editor.quit()
    assert not survivors(family, PATIENCE)
    assert is_at_rest(shared.project)
    shared.set_steps(QUICK)
    shared.open().until_line(texture(rows), patience=COLD_START)


def test_an_editor_that_ends_leaves_no_process_and_no_token_in_its_log(
    shared: SharedEditor, editor: Editor
) -> None:
    family = editor.children()
    token = editor.ready().token
    editor.quit()
    assert not survivors(family, PATIENCE)
    assert is_at_rest(shared.project)
    assert token not in editor.log


@pytest.mark.long  # a duration is asserted
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the time of a thread is read from /proc")
def test_no_frame_waits_for_a_bake(engine: Engine, tmp_path: Path) -> None:
    game = make_game(engine, tmp_path / "game", toml=QUICK.replace("steps = 2", "steps = 60"))
    with editing(engine, game) as editor:
        editor.until_line(f"JOB {MAP} running 1", patience=COLD_START)
        editor.command("frames")
        editor.until_line(f"TEXTURE {MAP}", patience=COLD_START)
        editor.command("frames")
        editor.quit()
    _, baking, importing = (float(each) for each in editor.reported("FRAMES"))
    print(f"longest frame: {baking} ms while baking, {importing} ms while the picture is imported")
    assert baking < LONGEST_FRAME
