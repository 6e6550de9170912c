"""Find the real Godot, run it on a copy of a project, and judge its log.

Its exit code alone says little: it is 0 after errors in scripts. So every run is judged by its log too.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from tests.helpers import ROOT

ADDON_PROJECT: Final = ROOT / "godot_addon"
SCRIPTS: Final = Path(__file__).resolve().parents[1] / "gd"
SCRIPTS_IN_PROJECT: Final = "test_scripts"
INSTALLED: Final = ROOT / ".godot-engine"  # where `make engine` puts it
PATIENCE: Final = 300.0  # seconds; an import takes about six on an idle machine
_WRONG: Final = re.compile(
    r"SCRIPT ERROR|Parse Error|Failed to load|Error importing|Leaked|ObjectDB instances leaked|"
    r"resources still in use at exit|bounds are decreasing"
)
_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m")
_NOT_COPIED: Final = shutil.ignore_patterns(".godot")


class NoEngineError(Exception):
    """Godot is not installed; the message says how to get it."""


class EngineError(AssertionError):
    """Godot did not do what it should; the message holds its log."""


@dataclass(frozen=True)
class Run:
    """Hold the exit code of one run of Godot, and all that it printed."""

    code: int
    log: str

    @property
    def wrong(self) -> list[str]:
        """The lines of the log that report something broken."""
        return [line for line in self.log.splitlines() if _WRONG.search(line)]

    def check(self, *codes: int) -> "Run":
        """Return this run if it ended with one of the codes (0 by default) and nothing in its log is broken.

        Raises EngineError otherwise.
        """
        if self.code not in (codes or (0,)) or self.wrong:
            wrong = "\n".join(self.wrong)
            raise EngineError(f"{self.log}\nGodot ended with {self.code}, and this is wrong:\n{wrong}")
        return self

    def lines(self, prefix: str) -> list[str]:
        """Return what follows the prefix in each line of the log that begins with it."""
        return [line.removeprefix(prefix) for line in self.log.splitlines() if line.startswith(prefix)]


@dataclass(frozen=True)
class Engine:
    """Run a Godot. `command` is the beginning of its command line."""

    command: tuple[str, ...]
    folder: Path | None = None  # the root of its own file system, where it has one
    home: Path | None = None  # where it keeps its settings; None: where the user's are

    def at_home(self, home: Path) -> "Engine":
        """Return this engine with settings, user data and cache of its own, apart from the user's."""
        return replace(self, home=home)

    def command_line(self, project: Path, *arguments: str, headless: bool = True) -> list[str]:
        """Return the command line that runs Godot on a project."""
        return [*self.command, *(["--headless"] if headless else []), "--path", str(project), *arguments]

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of Godot: this process's variables, its own home, and `more`."""
        names = ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
        own = {name: str(self.home / name.lower()) for name in names} if self.home else {}
        return {**os.environ, **own, **more}

    def run(
        self,
        project: Path,
        *arguments: str,
        timeout: float = PATIENCE,
        headless: bool = True,
        environment: Mapping[str, str] | None = None,
    ) -> Run:
        """Run Godot on a project. Raises EngineError with the log so far when it takes too long."""
        command = self.command_line(project, *arguments, headless=headless)
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=timeout,
                check=False,
                env=self.environment(**(environment or {})),
            )
        except subprocess.TimeoutExpired as error:
            raise EngineError(f"{command} took over {timeout:.0f} s\n{_text(error.stdout or b'')}") from None
        return Run(done.returncode, _text(done.stdout))

    def import_project(self, project: Path, *, timeout: float = PATIENCE) -> Run:
        """Import a project as the editor does when it first opens it: register classes, import files."""
        return self.run(project, "--import", timeout=timeout)

    def script(self, project: Path, script: Path | str, *arguments: str, timeout: float = PATIENCE) -> Run:
        """Run a script that extends SceneTree; a Path is copied into the project first."""
        if isinstance(script, Path):
            script = copy_script(project, script)
        return self.run(project, "-s", script, "--", *arguments, timeout=timeout)


def find_engine() -> Engine:
    """Find Godot: the one that GODOT names, else on PATH, else where `make engine` installed it.

    Raises NoEngineError.
    """
    named = os.environ.get("GODOT")
    if named:
        if not os.access(named, os.X_OK):
            raise NoEngineError(
                f"GODOT is {named!r}, which is not a program: set it to the path of a Godot 4"
            )
        return Engine((named,))
    on_path = shutil.which("godot")
    if on_path:
        return Engine((on_path,))
    if (INSTALLED / "godot").is_file():
        return Engine((str(INSTALLED / "engine"), str(INSTALLED / "usr/bin/godot")), INSTALLED)
    raise NoEngineError("Godot was not found: run `make engine`, or set GODOT to the path of a Godot 4")


def copy_project(target: Path, source: Path = ADDON_PROJECT) -> Path:
    """Copy a Godot project, so that Godot may write into the copy."""
    shutil.copytree(source, target, ignore=_NOT_COPIED, dirs_exist_ok=True)
    return target


def write_project(target: Path, files: Mapping[str, str], *, plugin: bool = True) -> Path:
    """Make a small project of these files with the addon, in which every warning is an error.

    Without `plugin` the addon is there but not enabled, as it may be in CI.
    """
    shutil.copytree(ADDON_PROJECT / "addons", target / "addons", ignore=_NOT_COPIED)
    settings = (ADDON_PROJECT / "project.godot").read_text(encoding="utf-8")
    settings = re.sub(r"^run/main_scene=.*\n", "", settings, flags=re.MULTILINE)  # the demo stays behind
    if not plugin:
        settings = re.sub(r"^enabled=.*$", "enabled=PackedStringArray()", settings, flags=re.MULTILINE)
    for name, text in {"project.godot": settings, **files}.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_text(text, encoding="utf-8", newline="\n")
    return target


def copy_script(project: Path, script: Path) -> str:
    """Copy a script into a project. Return its res:// path.

    A script of gd/ comes with all of that folder, which it loads others from.
    """
    if not script.is_relative_to(SCRIPTS):
        shutil.copy(script, project / script.name)
        return f"res://{script.name}"
    shutil.copytree(SCRIPTS, project / SCRIPTS_IN_PROJECT, dirs_exist_ok=True)
    return f"res://{SCRIPTS_IN_PROJECT}/{script.relative_to(SCRIPTS).as_posix()}"


def _text(output: bytes) -> str:
    return _COLOURS.sub("", output.decode("utf-8", "replace"))
