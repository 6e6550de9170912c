"""The backend from the editor: found or started, followed, never left behind. Real editors, real watches."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import psutil
import pytest
from editor import PATIENCE, Editor, editing, game_in, is_at_rest, map_text, save, survivors
from engine import Engine

from tilebake.serve.api.ready import announced, new_ready, ready_file
from tilebake.serve.png import png_pixels

pytestmark = pytest.mark.long  # editors, watches and whole games: minutes, and too much beside other work

MAP = "maps/map0.tilebake.json"
PICTURE = "baked/maps/map0.png"
ENDLESS = 'maps = ["maps"]\noutput = "baked"\n[settings]\npixels_per_tile = 16\nsteps = 900\n'
LONGEST_FRAME = 50.0  # ms of the main thread's own time
QUICK = ENDLESS.replace("900", "2")

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="processes are killed in another way there")


@pytest.fixture(autouse=True)
def private_runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ready files of tests are none of the user's."""
    folder = tmp_path / "runtime"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))


@pytest.fixture(scope="session")
def imported(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that the editor has imported once, as it does when it opens one first."""
    project = game_in(tmp_path_factory.mktemp("imported") / "game")
    engine.import_project(project).checked()
    return project


@pytest.fixture
def game(imported: Path, tmp_path: Path) -> Path:
    """A copy of that project in a folder with a space in its name."""
    return shutil.copytree(imported, tmp_path / "my game")


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


def until(happened: Callable[[], bool]) -> None:
    over = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < over, "waited in vain"
        time.sleep(0.05)


def begin_baking(editor: Editor) -> list[psutil.Process]:
    """Wait for a bake that will not end by itself; all processes that are at work for it."""
    editor.until_line(f"JOB {MAP} running 1")
    return editor.children()


def test_a_save_becomes_a_texture_and_nothing_is_left(engine: Engine, game: Path) -> None:
    with editing(engine, game) as editor:
        editor.until_line(f"TEXTURE {MAP} res://{PICTURE} (64.0, 32.0)")
        assert [line.split()[0] for line in editor.told("STATE ")][:4] == [
            "STARTING",
            "STARTING",
            "READY",
            "BUSY",
        ]
        first = png_pixels((game / PICTURE).read_bytes())
        seen = len(editor.lines)
        save(game, MAP, map_text(7, rows=3))
        editor.until_line(f"TEXTURE {MAP} res://{PICTURE} (64.0, 48.0)", seen)
        assert png_pixels((game / PICTURE).read_bytes()).shape != first.shape
        assert len(editor.watches()) == 1
        family = editor.children()
        token = editor.ready().token
        editor.quit()
    assert not survivors(family)
    assert is_at_rest(game)
    assert token not in editor.log


def test_a_backend_that_the_user_runs_is_used_and_stays(engine: Engine, game: Path) -> None:
    with watching(game) as watch:
        until(lambda: ready_file(game).exists())
        with editing(engine, game) as editor:
            editor.until_line(f"TEXTURE {MAP}")
            assert not editor.watches()
            editor.quit()
        assert watch.poll() is None
        with editing(engine, game) as editor:  # and when he ends it, the editor has its own
            editor.until_line("STATE READY")
            seen = len(editor.lines)
            watch.send_signal(signal.SIGTERM)
            editor.until_line("STATE READY", seen)
            assert len(editor.watches()) == 1
            editor.quit()
    assert is_at_rest(game)


@on_posix
def test_a_backend_killed_at_work_is_started_again_and_goes_on(engine: Engine, game: Path) -> None:
    (game / "tilebake.toml").write_text(ENDLESS, encoding="utf-8")
    with editing(engine, game) as editor:
        family = begin_baking(editor)
        (watch,) = editor.watches()
        watch.kill()
        editor.until_line("STATE CRASHED The backend stopped")
        save(game, "tilebake.toml", QUICK)
        editor.until_line(f"TEXTURE {MAP}")
        assert len(editor.watches()) == 1
        assert not survivors(family)
        family = editor.children()
        editor.quit()
    assert not survivors(family)
    assert is_at_rest(game)


@on_posix
@pytest.mark.parametrize("how", ["closed", "killed"])
def test_an_editor_that_ends_at_work_leaves_nothing_and_the_next_goes_on(
    how: str, engine: Engine, game: Path
) -> None:
    (game / "tilebake.toml").write_text(ENDLESS, encoding="utf-8")
    with editing(engine, game) as editor:
        family = begin_baking(editor)
        if how == "killed":
            editor.kill()
        else:
            editor.quit()
        assert not survivors(family)
    (game / "tilebake.toml").write_text(QUICK, encoding="utf-8")
    with editing(engine, game) as editor:
        editor.until_line(f"TEXTURE {MAP}")
        editor.quit()
    assert is_at_rest(game)


def test_it_can_be_switched_off_and_on(engine: Engine, game: Path) -> None:
    with editing(engine, game) as editor:
        editor.until_line(f"TEXTURE {MAP}")
        for _ in range(2):
            seen = len(editor.lines)
            family = editor.children()
            editor.order("stop")
            editor.until_line("STATE OFF", seen)
            editor.order("start")
            editor.until_line("STATE READY", seen)
            assert not survivors(family)
            assert len(editor.watches()) == 1
        editor.quit()
    assert is_at_rest(game)


def test_the_addon_can_be_disabled_and_enabled(engine: Engine, game: Path) -> None:
    """The addon's own plugin, beside the one of the tests: two coordinators share one backend."""
    with editing(engine, game) as editor:
        editor.until_line("STATE READY")
        for switch in ("on", "off", "on", "off", "on"):
            seen = len(editor.lines)
            editor.order("enable", switch)
            editor.until_line(f"ENABLED {str(switch == 'on').lower()}", seen)
        editor.until_line(f"TEXTURE {MAP}")
        assert len(editor.watches()) == 1
        family = editor.children()
        editor.quit()
    assert not survivors(family)
    assert is_at_rest(game)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the time of a thread is read from /proc")
def test_no_frame_waits_for_a_bake(engine: Engine, game: Path) -> None:
    (game / "tilebake.toml").write_text(QUICK.replace("steps = 2", "steps = 60"), encoding="utf-8")
    with editing(engine, game) as editor:
        editor.until_line(f"JOB {MAP} running 1")
        editor.order("frames")
        editor.until_line(f"TEXTURE {MAP}")
        editor.order("frames")
        editor.quit()
    _, baking, importing = (float(each) for each in editor.told("FRAMES"))
    print(f"longest frame: {baking} ms while baking, {importing} ms while the picture is imported")
    assert baking < LONGEST_FRAME


def test_without_tilebake_the_editor_works_and_says_how_to_get_it(engine: Engine, game: Path) -> None:
    with editing(engine, game, PATH="/nowhere", VIRTUAL_ENV="") as editor:
        editor.until_line("STATE NOT_INSTALLED")
        editor.quit()


def test_a_tilebake_beside_the_project_is_found(engine: Engine, game: Path) -> None:
    programs = game.parent / ".venv" / "bin"
    programs.mkdir(parents=True)
    program = programs / "tilebake"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tilebake "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    with editing(engine, game, PATH=f"/usr/bin{os.pathsep}/bin", VIRTUAL_ENV="") as editor:
        editor.until_line("STATE READY")
        assert f"STATE STARTING Asking {program} for the backend." in editor.lines
        editor.quit()


def test_a_version_that_does_not_fit_is_told(engine: Engine, game: Path) -> None:
    program = game.parent / "tilebake"
    said = '{"version": "7.0.0", "project": "/", "ready_file": "/r", "log_file": "/l"}'
    program.write_text(f"#!/bin/sh\necho '{said}'\n", encoding="utf-8")
    program.chmod(0o755)
    with editing(engine, game, PATH=f"{program.parent}{os.pathsep}/usr/bin{os.pathsep}/bin") as editor:
        editor.until_line("STATE INCOMPATIBLE tilebake 7.0.0")
        editor.quit()


class Stranger(BaseHTTPRequestHandler):
    """A server that took over the port of a backend that is gone, and answers whatever it is asked."""

    heads: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.heads.append(f"{self.path}\n{self.headers}")
        answer = b'{"proof": "%s"}' % (b"0" * 64)
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *_arguments: object) -> None:
        """Say nothing."""


def test_a_stranger_on_the_port_gets_no_token(engine: Engine, game: Path) -> None:
    server = HTTPServer(("127.0.0.1", 0), Stranger)
    Thread(target=server.serve_forever, daemon=True).start()
    ready = new_ready(game, server.server_port)
    with announced(ready, ready_file(game)), editing(engine, game) as editor:
        editor.until_line("STATE READY")
        assert editor.ready().token != ready.token
        editor.quit()
    server.shutdown()
    server.server_close()
    assert len(Stranger.heads) == 1
    assert "challenge" in Stranger.heads[0]
    assert "authorization" not in Stranger.heads[0].lower()
    assert ready.token not in Stranger.heads[0]
