"""Test which tilebake the editor uses, and that no other server gets the token. One editor for all tests."""

import os
import sys
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from tests.godot.harness.editor import COLD_START, PATIENCE, Editor, editing, make_game
from tests.godot.harness.engine import Engine
from tests.helpers.processes import survivors
from tilebake.serve.api.ready import announce, new_ready, ready_file

SYSTEM = f"/usr/bin{os.pathsep}/bin"


@pytest.fixture(scope="module")
def editor(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Generator[Editor]:
    """Run an editor of a project without maps, on a machine without tilebake."""
    game = make_game(engine, tmp_path_factory.mktemp("lookup") / "my game", maps=0)
    with editing(engine, game, PATH="/nowhere", VIRTUAL_ENV="") as editor:
        yield editor
        editor.quit()


def look_up(editor: Editor, path: str) -> int:
    """Have the editor look for tilebake with this PATH. Return how many lines its log had before."""
    seen = editor.switch_off()
    editor.command("environment", "PATH", path)
    editor.command("start")
    return seen


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_an_editor_without_tilebake_reports_not_installed(editor: Editor) -> None:
    editor.until_line("STATE NOT_INSTALLED", patience=COLD_START)
    seen = look_up(editor, "/nowhere")
    editor.until_line("STATE NOT_INSTALLED", seen)


def test_another_version_of_tilebake_is_reported_as_incompatible(editor: Editor, tmp_path: Path) -> None:
    answer = '{"version": "7.0.0", "project": "/", "ready_file": "/r", "log_file": "/l"}'
    path = program(tmp_path / "tilebake", f"echo '{answer}'")
    seen = look_up(editor, f"{path.parent}{os.pathsep}{SYSTEM}")
    editor.until_line("STATE INCOMPATIBLE tilebake 7.0.0", seen)


def test_a_tilebake_of_the_project_is_started_once_the_user_has_allowed_it(editor: Editor) -> None:
    path = program(
        editor.project.parent / ".venv/bin/tilebake",
        f'touch "$0.ran"\nexec "{sys.executable}" -P -m tilebake "$@"',
    )
    seen = look_up(editor, SYSTEM)
    editor.until_line(f"STATE NOT_ALLOWED This project brings a tilebake of its own, {path}.", seen)
    assert not path.with_name("tilebake.ran").exists()
    editor.command("allow")
    editor.until_line("STATE READY", seen)
    assert f"STATE STARTING Asking {path} for the backend." in editor.lines
    seen = editor.switch_off()
    editor.command("start")
    editor.until_line("STATE READY", seen)
    assert not any(line.startswith("STATE NOT_ALLOWED") for line in editor.lines[seen:])


class Stranger(BaseHTTPRequestHandler):
    """Answer every request, on the port of a backend that is gone, and note its headers."""

    heads: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.heads.append(f"{self.path}\n{self.headers}")
        answer = b'{"proof": "%s"}' % (b"0" * 64)
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *_arguments: object) -> None:
        """Log nothing."""


def test_another_server_on_the_port_of_the_backend_gets_no_token(editor: Editor) -> None:
    family = editor.children()
    editor.switch_off()
    assert not survivors(family, PATIENCE)
    server = HTTPServer(("127.0.0.1", 0), Stranger)
    Thread(target=server.serve_forever, daemon=True).start()
    ready = new_ready(editor.project, server.server_port)
    with announce(ready, ready_file(editor.project)):
        seen = look_up(editor, os.pathsep.join((str(Path(sys.executable).parent), SYSTEM)))
        editor.until_line("STATE READY", seen)
        assert editor.ready().token != ready.token
    server.shutdown()
    server.server_close()
    assert len(Stranger.heads) == 1
    assert "challenge" in Stranger.heads[0]
    assert "authorization" not in Stranger.heads[0].lower()
    assert ready.token not in Stranger.heads[0]
