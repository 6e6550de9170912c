"""Run an editor without a window, and follow what the addon's coordinator reports in it."""

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psutil

from tests.godot.harness.addon_imports import adopt_imports
from tests.godot.harness.engine import SCRIPTS, Engine, Run, write_project
from tests.helpers.patience import PATIENCE
from tilebake.level.project import Project
from tilebake.serve.api.ready import Ready, read_ready, ready_file
from tilebake.serve.files.project_lock import holder

COLD_START: Final = 480.0  # seconds where an editor, a backend or a worker starts, which loads the model
# Seconds for an editor that a script of gd/ uses and ends: below a test's limit, so that a failure tells why.
SESSION: Final = 480.0
LAST_LINES: Final = 40  # of the log, shown when a wait fails
ENABLED: Final = 'enabled=PackedStringArray("res://addons/tilebake/plugin.cfg")'
COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m")
REPORTING: Final = 'enabled=PackedStringArray("res://addons/report/plugin.cfg")'
PLUGIN: Final = '[plugin]\nname="Report"\ndescription=""\nauthor=""\nversion="1"\nscript="report_plugin.gd"\n'
TOML: Final = 'maps = ["maps"]\noutput = "baked"\n[settings]\npixels_per_tile = 16\nsteps = 2\n'


def map_text(seed: int, *, rows: int = 2, prompt: str = "grass") -> str:
    """Return the text of a map of a few tiles."""
    return json.dumps(
        {
            "tilebake": 1,
            "seed": seed,
            "tile_size": 16,
            "terrains": {"grass": {"prompt": prompt}},
            "cells": [[x, y, "grass", 16 * x + 8, 16 * y + 8] for y in range(rows) for x in range(4)],
        }
    )


def make_game(engine: Engine, folder: Path, maps: int = 1, toml: str = TOML) -> Path:
    """Make a Godot project with the imported addon, maps, and a plugin that reports what happens."""
    names = [f"maps/map{number}.tilebake.json" for number in range(maps)]
    files = {name: map_text(seed) for seed, name in enumerate(names)}
    files["addons/report/plugin.cfg"] = PLUGIN
    for script in ("report_plugin.gd", "grass_level.gd"):
        files[f"addons/report/{script}"] = (SCRIPTS / "editor" / script).read_text(encoding="utf-8")
    project = write_project(folder, {**files, "tilebake.toml": toml})
    settings = (project / "project.godot").read_text(encoding="utf-8")
    assert ENABLED in settings
    (project / "project.godot").write_text(settings.replace(ENABLED, REPORTING), encoding="utf-8")
    adopt_imports(engine, project)
    return project


def save(project: Path, name: str, text: str) -> None:
    """Save a file as an editor does: written beside, then moved into place."""
    draft = project / f"{name}.draft"
    draft.write_text(text, encoding="utf-8")
    draft.replace(project / name)


class Editor:
    """Run an editor, and collect the lines of its log."""

    def __init__(self, engine: Engine, project: Path, **environment: str) -> None:
        self.project = project
        self.lines: list[str] = []
        programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        variables = {"TILEBAKE_ALLOW_HEADLESS": "1", "PATH": programs, **environment}
        self.process = subprocess.Popen(
            engine.command_line(project, "--editor"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            env=engine.environment(**variables),
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def until(self, happened: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
        """Wait for something that the editor is to bring about.

        Raises AssertionError with the editor's last state, when it ends or so many seconds are over.
        """
        over = time.monotonic() + patience
        while not happened():
            assert self.process.poll() is None, f"the editor ended before {what}\n{self.last_state()}"
            assert time.monotonic() < over, f"{what} did not happen in {patience:.0f} s\n{self.last_state()}"
            time.sleep(0.05)

    def last_state(self) -> str:
        """Return the backend's state, the editor's processes and the end of its log, for a failed test."""
        programs = [" ".join(_arguments(child)) for child in self.children()]
        end = "\n".join(self.lines[-LAST_LINES:])
        return f"backend: {self.state or 'not reported'}\nprocesses: {programs}\nend of the log:\n{end}"

    def until_line(self, start: str, after: int = 0, patience: float = PATIENCE) -> None:
        """Wait for a line that begins with `start`, among those after the first `after`."""
        self.until(
            lambda: any(line.startswith(start) for line in self.lines[after:]),
            f"the line {start!r}",
            patience,
        )

    def reported(self, start: str) -> list[str]:
        """Return what follows `start` in every line that begins with it."""
        return [line.removeprefix(start).strip() for line in self.lines if line.startswith(start)]

    def command(self, *arguments: str) -> None:
        """Send a command to the report plugin, as soon as it has taken the one before."""
        commands = self.project / "commands"
        self.until(lambda: not commands.exists(), "taking the last command")
        save(self.project, "commands", " ".join(arguments))

    def switch_off(self) -> int:
        """Leave the backend, which ends if it is the editor's. Return how many lines the log had before."""
        seen = len(self.lines)
        self.command("stop")
        self.until(lambda: self.state == "OFF", "the backend to be off")
        return seen

    def quit(self) -> Run:
        """Close the editor as its user does. Return how it ended."""
        self.command("quit")
        return self.end()

    @property
    def state(self) -> str:
        """The backend's state that was reported last; empty before the first."""
        states = self.reported("STATE ")
        return states[-1].split()[0] if states else ""

    def ready(self) -> Ready:
        """Read the ready file of the project's backend."""
        return read_ready(ready_file(self.project))

    def children(self) -> list[psutil.Process]:
        """Return the backend that the editor started, and what that started."""
        try:
            return psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def running(self, command: str) -> list[psutil.Process]:
        """Return those that run a command of tilebake, such as `watch`; its worker is another program."""
        return [child for child in self.children() if command in _arguments(child)]

    @property
    def log(self) -> str:
        return "\n".join(self.lines)

    def end(self) -> Run:
        """Wait for its end. Return how it ended, with nothing broken in its log."""
        try:
            code = self.process.wait(SESSION)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the editor did not end in {SESSION:.0f} s\n{self.last_state()}") from None
        self._close()
        return Run(code, self.log).check()

    def kill(self) -> None:
        """Kill the editor, if it has not ended."""
        self.process.kill()
        self.process.wait()
        self._close()

    def _close(self) -> None:
        self._reader.join(PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(COLOURS.sub("", line.rstrip("\n")))


@contextmanager
def editing(engine: Engine, project: Path, **environment: str) -> Generator[Editor]:
    """Run an editor, and kill it at the end if it has not ended by itself."""
    editor = Editor(engine, project, **environment)
    try:
        yield editor
    finally:
        editor.kill()


def is_at_rest(project: Path) -> bool:
    """Return whether no tilebake is at work in a project, and none left its lock or ready file."""
    return holder(Project(project)) is None and not ready_file(project).exists()


def _arguments(process: psutil.Process) -> list[str]:
    """Return the command line of a process; empty where it has just ended."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []
