"""Which tilebake the editor takes, and whom it trusts. One editor, which looks in one place after another."""

import os
import sys
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from tests.godot.harness.editor import PATIENCE, Editor, editing, game_in
from tests.godot.harness.engine import Engine
from tests.helpers.processes import survivors
from tilebake.serve.api.ready import announced, new_ready, ready_file

SYSTEM = f"/usr/bin{os.pathsep}/bin"


@pytest.fixture(scope="module")
def editor(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Generator[Editor]:
    """An editor of a project without maps, on a machine without tilebake."""
    game = game_in(engine, tmp_path_factory.mktemp("lookup") / "my game", maps=0)
    with editing(engine, game, PATH="/nowhere", VIRTUAL_ENV="") as editor:
        yield editor
        editor.quit()


def look(editor: Editor, path: str) -> int:
    """Have it look for tilebake with this PATH; where its log goes on."""
    seen = editor.switch_off()
    editor.order("environment", "PATH", path)
    editor.order("start")
    return seen


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_without_tilebake_the_editor_works_and_says_how_to_get_it(editor: Editor) -> None:
    editor.until_line("STATE NOT_INSTALLED")
    seen = look(editor, "/nowhere")
    editor.until_line("STATE NOT_INSTALLED", seen)


def test_a_version_that_does_not_fit_is_told(editor: Editor, tmp_path: Path) -> None:
    said = '{"version": "7.0.0", "project": "/", "ready_file": "/r", "log_file": "/l"}'
    path = program(tmp_path / "tilebake", f"echo '{said}'")
    seen = look(editor, f"{path.parent}{os.pathsep}{SYSTEM}")
    editor.until_line("STATE INCOMPATIBLE tilebake 7.0.0", seen)


def test_a_tilebake_beside_the_project_is_found(editor: Editor) -> None:
    path = program(editor.project.parent / ".venv/bin/tilebake", f'exec "{sys.executable}" -m tilebake "$@"')
    seen = look(editor, SYSTEM)
    editor.until_line("STATE READY", seen)
    assert f"STATE STARTING Asking {path} for the backend." in editor.lines


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


def test_a_stranger_on_the_port_gets_no_token(editor: Editor) -> None:
    family = editor.children()
    editor.switch_off()
    assert not survivors(family, PATIENCE)
    server = HTTPServer(("127.0.0.1", 0), Stranger)
    Thread(target=server.serve_forever, daemon=True).start()
    ready = new_ready(editor.project, server.server_port)
    with announced(ready, ready_file(editor.project)):
        seen = look(editor, os.pathsep.join((str(Path(sys.executable).parent), SYSTEM)))
        editor.until_line("STATE READY", seen)
        assert editor.ready().token != ready.token
    server.shutdown()
    server.server_close()
    assert len(Stranger.heads) == 1
    assert "challenge" in Stranger.heads[0]
    assert "authorization" not in Stranger.heads[0].lower()
    assert ready.token not in Stranger.heads[0]
