"""A running editor without a window, and what the addon's coordinator tells in it; no test itself."""

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
from tilebake.level.project import Project
from tilebake.serve.api.ready import Ready, read_ready, ready_file
from tilebake.serve.files.project_lock import holder

PATIENCE: Final = 900.0  # seconds; the machine may have other work
ENABLED: Final = 'enabled=PackedStringArray("res://addons/tilebake/plugin.cfg")'
COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m")
TELLING: Final = 'enabled=PackedStringArray("res://addons/telling/plugin.cfg")'
PLUGIN: Final = (
    '[plugin]\nname="Telling"\ndescription=""\nauthor=""\nversion="1"\nscript="telling_plugin.gd"\n'
)
TOML: Final = 'maps = ["maps"]\noutput = "baked"\n[settings]\npixels_per_tile = 16\nsteps = 2\n'


def map_text(seed: int, *, rows: int = 2, prompt: str = "grass") -> str:
    """A map of a few tiles."""
    return json.dumps(
        {
            "tilebake": 1,
            "seed": seed,
            "tile_size": 16,
            "terrains": {"grass": {"prompt": prompt}},
            "cells": [[x, y, "grass", 16 * x + 8, 16 * y + 8] for y in range(rows) for x in range(4)],
        }
    )


def game_in(engine: Engine, folder: Path, maps: int = 1, toml: str = TOML) -> Path:
    """A Godot project with the addon, which is imported, maps, and a plugin that tells what happens."""
    names = [f"maps/map{number}.tilebake.json" for number in range(maps)]
    files = {name: map_text(seed) for seed, name in enumerate(names)}
    files["addons/telling/plugin.cfg"] = PLUGIN
    for script in ("telling_plugin.gd", "telling_level.gd"):
        files[f"addons/telling/{script}"] = (SCRIPTS / script).read_text(encoding="utf-8")
    project = write_project(folder, {**files, "tilebake.toml": toml})
    settings = (project / "project.godot").read_text(encoding="utf-8")
    assert ENABLED in settings
    (project / "project.godot").write_text(settings.replace(ENABLED, TELLING), encoding="utf-8")
    adopt_imports(engine, project)
    return project


def save(project: Path, name: str, text: str) -> None:
    """Save a file as an editor does: written beside, then moved into place."""
    draft = project / f"{name}.draft"
    draft.write_text(text, encoding="utf-8")
    draft.replace(project / name)


class Editor:
    """A running editor, and the lines of its log."""

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

    def until(self, happened: Callable[[], bool], what: str) -> None:
        """Wait for something that the editor is to bring about."""
        over = time.monotonic() + PATIENCE
        while not happened():
            assert self.process.poll() is None, f"the editor ended\n{self.log}"
            assert time.monotonic() < over, f"waited in vain for {what}\n{self.log}"
            time.sleep(0.05)

    def until_line(self, start: str, after: int = 0) -> None:
        """Wait for a line that begins so, among those after the first `after`."""
        self.until(lambda: any(line.startswith(start) for line in self.lines[after:]), start)

    def told(self, start: str) -> list[str]:
        """What follows in every line that begins so."""
        return [line.removeprefix(start).strip() for line in self.lines if line.startswith(start)]

    def order(self, *words: str) -> None:
        """Have the telling plugin do something, and wait until it has taken the order."""
        orders = self.project / "orders"
        self.until(lambda: not orders.exists(), "the last order")
        save(self.project, "orders", " ".join(words))

    def switch_off(self) -> int:
        """Have the backend left, or ended if it is the editor's own; where the log went on."""
        seen = len(self.lines)
        self.order("stop")
        self.until(lambda: self.state == "OFF", "the backend to be off")
        return seen

    def quit(self) -> Run:
        """Close it as its user does: how it ended."""
        self.order("quit")
        return self.end()

    @property
    def state(self) -> str:
        """How the backend stands, as the coordinator told last."""
        told = self.told("STATE ")
        return told[-1].split()[0] if told else ""

    def ready(self) -> Ready:
        """How its project's backend is reached."""
        return read_ready(ready_file(self.project))

    def children(self) -> list[psutil.Process]:
        """The backend that the editor started, and what that started."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def running(self, command: str) -> list[psutil.Process]:
        """Those that run this command of tilebake, such as `watch`; its worker is another program."""
        return [child for child in self.children() if command in _words(child)]

    @property
    def log(self) -> str:
        return "\n".join(self.lines)

    def end(self) -> Run:
        """Wait for its end: how it ended, with nothing broken in its log."""
        code = self.process.wait(PATIENCE)
        self._close()
        return Run(code, self.log).checked()

    def kill(self) -> None:
        """End it at once, if it has not ended."""
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
    """An editor, killed at the end if it has not ended by itself."""
    editor = Editor(engine, project, **environment)
    try:
        yield editor
    finally:
        editor.kill()


def is_at_rest(project: Path) -> bool:
    """Whether no tilebake is at work in a project, and none left a trace of being so."""
    return holder(Project(project)) is None and not ready_file(project).exists()


def _words(process: psutil.Process) -> list[str]:
    """Its command line; nothing where it has just ended."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []
