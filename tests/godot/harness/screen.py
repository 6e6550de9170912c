"""Give Godot a screen to draw on where there is none: Xvfb."""

import os
import shutil
import subprocess
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.godot.harness.engine import PATIENCE, Engine, Run, copy_script

SIZE: Final = (1600, 1000)
DRAWING: Final = ("--rendering-driver", "opengl3", "--audio-driver", "Dummy", "--resolution", "1400x1000")
_START: Final = 30.0  # seconds that Xvfb may take


class NoScreenError(Exception):
    """Xvfb is not installed; the message says how to get it."""


@contextmanager
def screen(engine: Engine, size: tuple[int, int] = SIZE) -> Generator[Mapping[str, str]]:
    """Start a screen for the `with` block. Yield the environment of a program that draws on it."""
    reading, writing = os.pipe()
    command = [_server(), "-displayfd", str(writing), "-screen", "0", f"{size[0]}x{size[1]}x24"]
    server = subprocess.Popen(
        [*command, "-nolisten", "tcp"],
        pass_fds=(writing,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        yield {"DISPLAY": f":{_number(reading)}", **_drivers(engine)}
    finally:
        server.terminate()
        server.wait()
        os.close(reading)


def draw(engine: Engine, project: Path, script: Path, *arguments: str, timeout: float = PATIENCE) -> Run:
    """Run a script of gd/ that extends SceneTree and draws."""
    path = copy_script(project, script)
    with screen(engine) as environment:
        return engine.run(
            project,
            *DRAWING,
            "-s",
            path,
            "--",
            *arguments,
            headless=False,
            timeout=timeout,
            environment=environment,
        )


def _server() -> str:
    found = shutil.which("Xvfb")
    if found is None:
        raise NoScreenError("Xvfb was not found: install xvfb, or run `make engine`")
    return found


def _drivers(engine: Engine) -> dict[str, str]:
    """Return where the drivers are, for an engine with a file system of its own."""
    found = sorted(engine.folder.glob("usr/lib/*/dri")) if engine.folder else []
    return {"LIBGL_DRIVERS_PATH": str(found[0])} if found else {}


def _number(reading: int) -> int:
    """Read the display's number, which Xvfb writes once it is up."""
    os.set_blocking(reading, False)
    written = b""
    deadline = time.monotonic() + _START
    while not written.endswith(b"\n"):
        if time.monotonic() > deadline:
            raise NoScreenError("Xvfb did not start")
        try:
            written += os.read(reading, 16)
        except BlockingIOError:
            time.sleep(0.05)
    return int(written)
