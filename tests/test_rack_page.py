"""What docs/rack.md has a scheduler do paints every map once, and brings each picture where it is to lie."""

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest
import yaml

from tests.cli.conftest import MAP
from tests.helpers.quick_bake import quick_texture, run_quickly
from tilebake.request import BakeRequest
from tilebake.texture import Texture

PAGE: Final = (Path(__file__).resolve().parent.parent / "docs" / "rack.md").read_text(encoding="utf-8")
STORE: Final = "s3://game-tilebake/store"
MAPS: Final = 5

pytestmark = pytest.mark.skipif(os.name == "nt", reason="schedulers of racks run shells")


def block(language: str, mark: str) -> str:
    """The fenced block in which a text stands."""
    blocks: list[str] = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return next(text for text in blocks if mark in text)


@pytest.fixture
def game(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A game with maps, in the home of the user who has the jobs run."""
    game = tmp_path / "game"
    (game / "maps").mkdir(parents=True)
    (game / "tilebake.toml").write_text('maps = ["maps"]\n', encoding="utf-8")
    for seed in range(MAPS):
        (game / "maps" / f"{seed}.json").write_text(json.dumps({**MAP, "seed": seed}), encoding="utf-8")
    monkeypatch.chdir(game)
    return game


def typed(script: str, folder: Path, **environment: str) -> list[str]:
    """What a shell script types behind `tilebake`, with a program of that name that paints nothing."""
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    stub = programs / "tilebake"
    stub.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="utf-8")
    stub.chmod(0o755)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        ["sh", "-c", script],
        env={"PATH": path, "HOME": str(folder), **environment},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return ran.stdout.splitlines()


def bake(arguments: Sequence[str], store: Path, painted: list[int]) -> None:
    """Run what was typed, with a folder in the bucket's place; note the seeds of what is painted."""

    def paint(request: BakeRequest) -> Texture:
        painted.append(request.seed)
        return quick_texture(request)

    words = [word.replace(STORE, str(store)) for word in arguments]
    assert run_quickly(*words, make=paint) == 0


def test_an_array_on_slurm_paints_every_map_once(game: Path, tmp_path: Path) -> None:
    script = block("sh", "#SBATCH")
    match = re.search(r"--array=1-(\d+)", script)
    assert match is not None
    painted: list[int] = []
    for index in range(1, int(match[1]) + 1):
        task = {"SLURM_ARRAY_TASK_ID": str(index), "SLURM_ARRAY_TASK_COUNT": match[1]}
        bake(typed(script, tmp_path, **task), tmp_path / "store", painted)
    assert sorted(painted) == list(range(MAPS))
    assert len(list((game / "maps").glob("*.png"))) == MAPS


def test_an_indexed_job_paints_every_map_once_and_the_store_brings_them_together(
    game: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = yaml.safe_load(block("yaml", "kind: Job"))["spec"]
    (container,) = spec["template"]["spec"]["containers"]
    shell, option, script = container["command"]
    assert (shell, option) == ("sh", "-c")
    painted: list[int] = []
    for index in range(spec["completions"]):
        pod = tmp_path / f"pod {index}"
        shutil.copytree(game, pod)
        monkeypatch.chdir(pod)
        monkeypatch.setenv("TILEBAKE_CACHE", str(tmp_path / f"cache {index}"))
        bake(typed(script, tmp_path, JOB_COMPLETION_INDEX=str(index)), tmp_path / "store", painted)
    assert sorted(painted) == list(range(MAPS))
    monkeypatch.chdir(game)
    monkeypatch.setenv("TILEBAKE_CACHE", str(tmp_path / "designer"))
    gathering = f"tilebake bake --store {STORE}"
    assert f"```sh\n{gathering}\n```" in PAGE
    anew: list[int] = []
    bake(shlex.split(gathering)[1:], tmp_path / "store", anew)
    assert anew == []
    assert len(list((game / "maps").glob("*.png"))) == MAPS


def test_a_job_gives_a_map_with_an_error_no_second_try() -> None:
    policy = yaml.safe_load(block("yaml", "kind: Job"))["spec"]["podFailurePolicy"]["rules"]
    (codes,) = [rule["onExitCodes"]["values"] for rule in policy if rule["action"] == "FailIndex"]
    assert codes == [1, 2], "of docs/command-line.md"
