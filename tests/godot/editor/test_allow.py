"""Test that a program which lies in the project is run only when the user allows it in the dock."""

import sys
from pathlib import Path

from tests.godot.harness.addon_imports import adopt_imports
from tests.godot.harness.checks import assert_checks
from tests.godot.harness.editor import editing
from tests.godot.harness.engine import Engine, write_project
from tests.godot.harness.user_plugin import add_user

SYSTEM = {"PATH": "/usr/bin:/bin", "VIRTUAL_ENV": ""}


def test_the_dock_asks_once_before_it_runs_a_program_of_the_project(engine: Engine, tmp_path: Path) -> None:
    project = write_project(tmp_path / "game", {"tilebake.toml": 'output = "baked"\n'})
    program = project / ".venv/bin/tilebake"
    program.parent.mkdir(parents=True)
    text = f'#!/bin/sh\ntouch "$0.ran"\nexec "{sys.executable}" -P -m tilebake "$@"\n'
    program.write_text(text, encoding="utf-8")
    program.chmod(0o755)
    adopt_imports(engine, project)
    add_user(project, "editor/use_allow.gd")
    with editing(engine, project, **SYSTEM) as editor:
        assert_checks(editor.end())
    (project / "second").touch()
    with editing(engine, project, **SYSTEM) as editor:
        assert_checks(editor.end())
