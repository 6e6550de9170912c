"""The backend from the editor: started, followed, never left behind. A real editor, a real watch."""

import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.godot.harness.desk import ENDLESS, MAP, PICTURE, QUICK, Desk
from tests.godot.harness.editor import PATIENCE, Editor, editing, game_in, is_at_rest, map_text, save
from tests.godot.harness.engine import Engine
from tests.helpers.game import until
from tests.helpers.processes import survivors
from tilebake.serve.api.ready import ready_file
from tilebake.serve.files.png import png_pixels

LONGEST_FRAME = 50.0  # ms of the main thread's own time

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="processes are killed in another way there")


@pytest.fixture(scope="module")
def desk(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Generator[Desk]:
    """A project in a folder with a space in its name."""
    desk = Desk(engine, tmp_path_factory.mktemp("backend") / "my game")
    yield desk
    desk.close()


@pytest.fixture
def editor(desk: Desk) -> Editor:
    """The editor that most tests share, with its backend ready."""
    return desk.at_rest()


@contextmanager
def watching(project: Path) -> Generator[subprocess.Popen[str]]:
    """A `tilebake watch` that the user runs himself."""
    command = [sys.executable, "-m", "tilebake", "watch", str(project)]
    pipe = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=pipe, stderr=pipe, encoding="utf-8")
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def begin_baking(desk: Desk, editor: Editor, rows: int) -> list[psutil.Process]:
    """Begin a bake that will not end by itself, of a map of so many rows; all processes at work for it."""
    seen = len(editor.lines)
    desk.paints(ENDLESS)
    save(desk.project, MAP, map_text(rows, rows=rows))
    editor.until_line(f"JOB {MAP} running 3", seen)  # more steps than a quick bake has
    return editor.children()


def texture(rows: int) -> str:
    """What is told when the picture of a map of so many rows can be shown."""
    return f"TEXTURE {MAP} res://{PICTURE} (64.0, {16 * rows}.0)"


def test_a_save_becomes_a_texture(desk: Desk, editor: Editor) -> None:
    editor.until_line(texture(rows=2))
    states = [line.split()[0] for line in editor.told("STATE ")]
    assert states[:4] == ["STARTING", "STARTING", "READY", "BUSY"]
    first = png_pixels((desk.project / PICTURE).read_bytes())
    save(desk.project, MAP, map_text(7, rows=3))
    editor.until_line(texture(rows=3))
    assert png_pixels((desk.project / PICTURE).read_bytes()).shape != first.shape
    assert len(editor.running("watch")) == 1


@on_posix
def test_a_backend_killed_at_work_is_started_again_and_goes_on(desk: Desk, editor: Editor) -> None:
    family = begin_baking(desk, editor, rows=4)
    seen = len(editor.lines)
    (watch,) = editor.running("watch")
    watch.kill()
    editor.until_line("STATE CRASHED The backend stopped", seen)
    desk.paints(QUICK)
    editor.until_line(texture(rows=4))
    assert len(editor.running("watch")) == 1
    assert not survivors(family, PATIENCE)


@pytest.mark.parametrize("times", [1, pytest.param(5, marks=pytest.mark.long)])
def test_it_can_be_switched_off_and_on(times: int, desk: Desk, editor: Editor) -> None:
    for _ in range(times):
        family = editor.children()
        editor.switch_off()
        assert not survivors(family, PATIENCE)
        assert is_at_rest(desk.project)
        seen = len(editor.lines)
        editor.order("start")
        editor.until_line("STATE READY", seen)
        assert len(editor.running("watch")) == 1


def test_switched_on_at_once_it_has_one_backend(editor: Editor) -> None:
    """While the last one is still leaving."""
    family = editor.children()
    seen = editor.switch_off()
    editor.order("start")
    editor.until_line("STATE READY", seen)
    assert not survivors(family, PATIENCE)
    assert len(editor.running("watch")) == 1


def test_the_addon_can_be_disabled_and_enabled(editor: Editor) -> None:
    """The addon's own plugin, beside the one of the tests: two coordinators share one backend."""
    backend = editor.running("watch")
    try:
        for switch in ("on", "off", "on", "off", "on"):
            enable(editor, switch)
        editor.until(lambda: not editor.running("where"), "the addon to have found the backend")
    finally:
        enable(editor, "off")
    assert len(backend) == 1
    assert editor.running("watch") == backend


def enable(editor: Editor, switch: str) -> None:
    seen = len(editor.lines)
    editor.order("enable", switch)
    editor.until_line(f"ENABLED {str(switch == 'on').lower()}", seen)


def test_a_backend_that_the_user_runs_is_used_and_stays(desk: Desk, editor: Editor) -> None:
    seen = editor.switch_off()
    until(lambda: is_at_rest(desk.project))
    with watching(desk.project) as watch:
        until(lambda: ready_file(desk.project).exists())
        editor.order("start")
        editor.until_line(f"TEXTURE {MAP}", seen)
        assert not editor.running("watch")
        seen = editor.switch_off()
        assert watch.poll() is None
        editor.order("start")
        editor.until_line("STATE READY", seen)
        seen = len(editor.lines)
        watch.send_signal(signal.SIGTERM)  # and when he ends it, the editor has its own
        editor.until_line("STATE STARTING The backend is starting.", seen)
        editor.until_line("STATE READY", seen)
        assert len(editor.running("watch")) == 1


@on_posix
@pytest.mark.parametrize(("how", "rows"), [("closed", 5), ("killed", 6)])
def test_an_editor_that_ends_at_work_leaves_nothing_and_the_next_goes_on(
    how: str, rows: int, desk: Desk, editor: Editor
) -> None:
    family = begin_baking(desk, editor, rows)
    if how == "killed":
        editor.kill()
    else:
        editor.quit()
    assert not survivors(family, PATIENCE)
    assert is_at_rest(desk.project)
    desk.paints(QUICK)
    desk.open().until_line(texture(rows))


def test_an_editor_that_ends_at_rest_leaves_nothing_and_told_no_token(desk: Desk, editor: Editor) -> None:
    family = editor.children()
    token = editor.ready().token
    editor.quit()
    assert not survivors(family, PATIENCE)
    assert is_at_rest(desk.project)
    assert token not in editor.log


@pytest.mark.long  # a duration is asserted
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the time of a thread is read from /proc")
def test_no_frame_waits_for_a_bake(engine: Engine, tmp_path: Path) -> None:
    game = game_in(engine, tmp_path / "game", toml=QUICK.replace("steps = 2", "steps = 60"))
    with editing(engine, game) as editor:
        editor.until_line(f"JOB {MAP} running 1")
        editor.order("frames")
        editor.until_line(f"TEXTURE {MAP}")
        editor.order("frames")
        editor.quit()
    _, baking, importing = (float(each) for each in editor.told("FRAMES"))
    print(f"longest frame: {baking} ms while baking, {importing} ms while the picture is imported")
    assert baking < LONGEST_FRAME
