"""A model on a drive that never answers costs its own map an error; the maps beside it go on."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Generator
from pathlib import Path
from threading import Event

import pytest

from tests.helpers import ROOT
from tests.helpers.strace import STRACE, needs_strace
from tilebake import drive_check
from tilebake.drive_check import PATIENCE, require_answer
from tilebake.errors import ModelError
from tilebake.models.reference import model_folder, resolve, resolve_lora

MAP = {
    "tilebake": 1,
    "tile_size": 8,
    "terrains": {"grass": "grass"},
    "legend": {"g": "grass"},
    "rows": ["gg"],
}

pytestmark = needs_strace()


def test_a_dead_drive_is_told_and_the_other_maps_are_planned(tmp_path: Path) -> None:
    dead = tmp_path / "drive" / "painterly.safetensors"
    dead.parent.mkdir()
    for stem, more in (("a", {}), ("b", {"model": "drive/painterly.safetensors"}), ("c", {})):
        (tmp_path / f"{stem}.json").write_text(json.dumps({**MAP, **more}), encoding="utf-8")
    silence = ["-e", f"inject=newfstatat,statx,stat:delay_enter={PATIENCE + 5:.0f}s", "-P", str(dead)]
    command = [STRACE, "-f", "-qq", "-o", os.devnull, *silence, sys.executable, "-m", "tilebake"]
    command += ["bake", "--check", "a.json", "b.json", "c.json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "backend")}
    result = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    (error,) = (line for line in result.stderr.splitlines() if line.startswith("error: "))
    assert "drive/painterly.safetensors: " in error
    assert "has not answered for 20 seconds" in error
    assert "connect it again" in result.stderr
    assert [stem for stem in "abc" if f"{stem}.json" in result.stdout] == ["a", "c"]


@pytest.fixture
def silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    """A path whose drive says nothing until the test is over, and is given up soon."""
    path, is_over, ask = tmp_path / "nas", Event(), Path.stat

    def hang(asked: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if asked == path:
            is_over.wait()
        return ask(asked, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(drive_check, "PATIENCE", 0.05)
    monkeypatch.setattr(Path, "stat", hang)
    yield path
    is_over.set()


def test_a_lora_on_a_dead_drive_is_told_as_a_model_is(silent: Path) -> None:
    for look in (resolve, resolve_lora):
        with pytest.raises(ModelError, match="has not answered"):
            look(str(silent))
    assert model_folder(str(silent)) is None


def test_a_drive_that_is_silent_is_asked_once(silent: Path) -> None:
    for _ in range(3):
        with pytest.raises(ModelError, match="has not answered"):
            require_answer(silent)
    assert len([each for each in threading.enumerate() if str(silent) in each.name]) == 1


def test_a_drive_that_knows_no_such_file_has_answered(tmp_path: Path) -> None:
    require_answer(tmp_path / "nothing")
