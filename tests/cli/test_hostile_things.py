"""Hostile things beside good maps: a watch and a batch paint the good ones, and tell of the others."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import ROOT
from tests.helpers.hostile_things import GOOD, TOML, Hostile, all_hostile
from tests.helpers.patience import PATIENCE
from tests.helpers.quick_bake import run_quickly
from tilebake.serve.files.png import png_pixels

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs pipes, links and /dev/zero")

SHORT_GOOD, LONG_GOOD = 4, 20  # good maps
TOLD = 30.0  # seconds in which a thing is told
QUICK = ("-m", "tests.helpers.quick_tilebake")


class Level:
    """A project of good maps, and the seeds with which they were saved last."""

    def __init__(self, folder: Path, count: int) -> None:
        self.root = folder.resolve() / "game"
        (self.root / "levels").mkdir(parents=True)
        (self.root / "tilebake.toml").write_text(TOML, encoding="utf-8")
        self.seeds: dict[str, int] = {}
        self._saves = 0
        for index in range(count):
            self.save(f"good{index:02}")

    def save(self, name: str) -> None:
        self._saves += 1
        self.seeds[name] = self._saves
        path = self.root / "levels" / f"{name}.json"
        draft = path.with_suffix(".tmp")
        draft.write_text(json.dumps({**GOOD, "seed": self._saves}), encoding="utf-8")
        draft.replace(path)

    def is_painted(self, name: str) -> bool:
        """Whether the texture and its record are those of the last save."""
        png = self.root / "levels" / f"{name}.png"
        try:
            record = json.loads(png.with_suffix(".bake.json").read_bytes())
            png_pixels(png.read_bytes())
        except (OSError, ValueError, RecursionError):
            return False
        return record["seed"] == self.seeds[name]

    def painted(self) -> int:
        return sum(map(self.is_painted, self.seeds))


class Watch:
    """A `tilebake watch --json`, all that it told, and what it said."""

    def __init__(self, level: Level, program: tuple[str, ...]) -> None:
        command = [sys.executable, *program, "watch", str(level.root), "--json"]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdout=pipe, stderr=pipe, encoding="utf-8", cwd=ROOT)
        self.failed: set[str] = set()  # ids
        self.said = ""
        for read in (self._read, self._hear):
            threading.Thread(target=read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            view: dict[str, Any] | None = json.loads(line)["map"]
            if view is not None and view["state"] == "failed":
                self.failed.add(view["id"])

    def _hear(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said += line

    def until(self, happened: Callable[[], bool], seconds: float) -> bool:
        over = time.monotonic() + seconds
        while not happened():
            assert self.process.poll() is None, f"the watch ended\n{self.said[-4000:]}"
            if time.monotonic() > over:
                return False
            time.sleep(0.05)
        return True


def throw(thing: Hostile, level: Level, watch: Watch, good: str) -> list[str]:
    """Throw a thing, and save a good map after it; what is wrong then."""
    before, wrong = len(watch.said), list[str]()
    watch.failed.clear()
    thing.throw(level.root)

    def is_told() -> bool:
        told = thing.told
        return (
            told is None or told in watch.failed or told in watch.said[before:] or is_painted_too(level, told)
        )

    if not watch.until(is_told, TOLD):
        wrong.append(f"{thing.name}: not told")
    if thing.undo is not None:
        time.sleep(0.5 if thing.told is None else 0.0)  # for the watch to come upon it
        thing.undo(level.root)
    level.save(good)
    if not watch.until(lambda: level.is_painted(good), PATIENCE / 2):
        wrong.append(f"{thing.name}: {good} is not painted")
    return wrong


def is_painted_too(level: Level, told: str) -> bool:
    """Whether what was to be told was painted instead: that is as good."""
    return (level.root / told).with_suffix(".png").exists() or (
        told.startswith("./") and (level.root / "levels").joinpath("\udcff.png").exists()
    )


def throw_all(things: list[Hostile], folder: Path, good: int, program: tuple[str, ...]) -> None:
    level, wrong = Level(folder, good), list[str]()
    watch = Watch(level, program)
    try:
        assert watch.until(lambda: level.painted() == good, PATIENCE), watch.said
        for index, thing in enumerate(things):
            wrong += throw(thing, level, watch, f"good{index % good:02}")
        assert watch.until(lambda: level.painted() == good, PATIENCE), watch.said[-4000:]
        print(f"{len(things)} hostile things, {level.painted()} of {good} good maps painted, wrong: {wrong}")
        assert wrong == []
        assert "Traceback" not in watch.said
        watch.process.send_signal(signal.SIGTERM)
        assert watch.process.wait(PATIENCE) == 128 + signal.SIGTERM
    finally:
        watch.process.kill()
        watch.process.communicate()


@pytest.fixture(autouse=True)
def private_runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "runtime"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))


def test_watch_paints_good_maps_whatever_is_thrown_at_it(tmp_path: Path) -> None:
    things = [each for each in all_hostile() if each.is_short]
    assert len(things) >= 12
    throw_all(things, tmp_path, SHORT_GOOD, (*QUICK, str(tmp_path / "renders")))


@pytest.mark.long
def test_watch_of_the_embedded_model_survives_everything(tmp_path: Path) -> None:
    things = list(all_hostile())
    assert len(things) >= 60
    throw_all(things, tmp_path, LONG_GOOD, ("-m", "tilebake"))


def test_batch_paints_good_maps_among_hostile_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    level = Level(tmp_path, LONG_GOOD)
    things = [each for each in all_hostile() if each.is_for_batch]
    for thing in things:
        thing.throw(level.root)
    assert run_quickly("bake", "--json", str(level.root / "levels")) == 1
    told = capsys.readouterr()
    assert level.painted() == LONG_GOOD
    results = [json.loads(line) for line in told.out.splitlines()]
    failed = {Path(each["map"]).name for each in results if each["status"] == "failed"}
    baked = {Path(each["map"]).name for each in results if each["status"] == "baked"}
    due = {
        Path(each.told).name for each in things if each.told is not None and not each.told.startswith("./")
    }
    assert due - failed - baked == set()
    assert len(failed) >= 40
    assert "Traceback" not in told.err
