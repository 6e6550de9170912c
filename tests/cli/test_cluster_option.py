"""`--cluster`: what cannot be meant by it is refused, and what is missing is named."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.helpers.clock import Clock
from tests.helpers.quick_bake import run_quickly
from tilebake.cli import run_command_line
from tilebake.cli.baking.cluster import LINE_EVERY, ClusterProgress
from tilebake.errors import BakeError
from tilebake.serve.bake.batch import Failed
from tilebake.serve.cluster.unit_count import UnitCount

PACKAGE = Path(__file__).resolve().parents[2] / "backend" / "tilebake"


@pytest.mark.parametrize("place", ["", "local", "local:0", "local:x", "host", "http://host:1/", "a b:1"])
def test_a_place_that_is_none_is_refused(place: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["bake", "--cluster", place]) == 2
    assert "is not local:N, auto or HOST:PORT" in capsys.readouterr().err


@pytest.mark.parametrize("other", [["--check"], ["--report"], ["--shard", "1/2"]])
def test_what_does_not_go_with_a_cluster_is_refused(
    other: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(["bake", "--cluster", "auto", *other]) == 2
    assert "--cluster paints all maps" in capsys.readouterr().err


def test_without_ray_it_says_what_to_install(
    maps: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    assert run_command_line(["bake", str(maps), "--cluster", "local:2"]) == 1
    assert 'pip install "tilebake[cluster]"' in capsys.readouterr().err


def test_a_cluster_that_is_not_there_is_told(
    maps: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(**_: object) -> None:
        raise ConnectionError("Could not find any running Ray instance.\nand more\nlines")

    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace(init=refuse))
    assert run_command_line(["bake", str(maps), "--cluster", "auto"]) == 1
    told = capsys.readouterr().err
    assert (
        "the cluster auto cannot be reached: ConnectionError: Could not find any running Ray instance.; "
        in told
    )


@pytest.mark.usefixtures("maps")
def test_where_all_is_up_to_date_no_cluster_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_quickly("bake", "maps") == 0
    monkeypatch.setitem(sys.modules, "ray", None)
    assert run_command_line(["bake", "maps", "--cluster", "auto"]) == 0


def test_ray_is_named_in_its_folder_alone() -> None:
    files = [file for file in PACKAGE.rglob("*.py") if '"ray"' in file.read_text(encoding="utf-8")]
    imports = [file for file in PACKAGE.rglob("*.py") if "import ray" in file.read_text(encoding="utf-8")]
    assert ([file.name for file in files], imports) == (["ray_crew.py"], [])


def test_progress_of_all_is_told_now_and_then() -> None:
    clock = Clock()
    progress, units = ClusterProgress(100, clock), UnitCount()
    failed = Failed(Path("a.json"), BakeError("broken"))
    progress.note(failed)
    assert progress.line(4, units) == ""
    clock.now += LINE_EVERY
    for _ in range(9):
        progress.note(failed)
    assert progress.line(4, units) == "4 workers, 60 maps a minute, 1 min 30 s left, 10 failed"
    assert progress.line(4, units) == ""


def test_progress_of_one_large_map_is_told_in_parts() -> None:
    clock = Clock()
    progress, units = ClusterProgress(1, clock), UnitCount(asked=52)
    clock.now += LINE_EVERY
    assert progress.line(1, units) == "", "nothing is painted yet"
    units.note(None)
    assert progress.line(1, units) == "1 worker, 1 of 52 parts of large maps"
