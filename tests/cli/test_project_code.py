"""No Python file of a project is imported, whatever it is called, when tilebake runs in its folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import ROOT
from tests.helpers.game import until

# As the console script runs it: the current folder is in no path yet.
PROGRAM = "import sys; sys.path.pop(0); from tilebake.cli import main; main()"
MAP = (
    '{"tilebake": 1, "tile_size": 16, "terrains": {"g": "grass"}, "legend": {"g": "g"},'
    ' "rows": ["ggg", "ggg"], "settings": {"steps": 1, "pixels_per_tile": 16}}'
)
NAMES = ("multiprocessing", "torch", "numpy", "json", "tilebake", "sitecustomize")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with modules that note that they are imported."""
    folder = tmp_path / "game"
    (folder / "maps").mkdir(parents=True)
    (folder / "tilebake.toml").write_text('maps = ["maps"]', encoding="utf-8")
    (folder / "maps" / "a.json").write_text(MAP, encoding="utf-8")
    for name in NAMES:
        note = f"open({str(tmp_path / 'ran')!r}, 'a').write({name!r})\nraise SystemExit(9)\n"
        (folder / f"{name}.py").write_text(note, encoding="utf-8")
    (tmp_path / "runtime").mkdir(mode=0o700)
    return folder


def environment(project: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT / "backend"),
        "XDG_RUNTIME_DIR": str(project.parent / "runtime"),
        "TILEBAKE_CACHE": str(project.parent / "cache"),
        "TILEBAKE_STATE": str(project.parent / "state"),
    }


def test_a_watch_in_a_project_runs_no_code_of_the_project(project: Path) -> None:
    watch = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "watch", ".", "--json"],
        cwd=project,
        env=environment(project),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: (project / "maps/a.png").exists() or (project.parent / "ran").exists())
    finally:
        watch.kill()
        watch.wait()
    assert not (project.parent / "ran").exists(), (project.parent / "ran").read_text(encoding="utf-8")


def test_the_doctor_of_a_project_runs_no_code_of_the_project(project: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, "doctor", ".", "--json"]
    subprocess.run(command, cwd=project, env=environment(project), capture_output=True, check=False)
    assert not (project.parent / "ran").exists(), (project.parent / "ran").read_text(encoding="utf-8")
