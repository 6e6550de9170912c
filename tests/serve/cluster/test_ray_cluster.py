"""Two workers on the real Ray: maps come out as a serial bake paints them, whatever workers die of."""

import importlib
import importlib.util
import os
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch

from tests.helpers.counting_baker import MISTAKE, picture_of
from tests.helpers.game import Game, game_in
from tests.helpers.patience import PATIENCE
from tilebake.cli import run_command_line
from tilebake.serve.bake.batch import Baked, Failed, Started, bake_by
from tilebake.serve.bake.discover import find_maps
from tilebake.serve.bake.plan import BakeOptions, PlannedBake
from tilebake.serve.cluster.bake_on_cluster import ClusterBake
from tilebake.serve.cluster.dispatcher import Dispatcher
from tilebake.serve.cluster.messages import Introduced, Message
from tilebake.serve.cluster.ray_crew import RayCrew
from tilebake.serve.files.png import png_pixels
from tilebake.serve.store.window_site import SiteFinder

ROOT = Path(__file__).resolve().parents[3]
MAPS = 6

pytestmark = pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="Ray is not installed")


@pytest.fixture(autouse=True)
def _workers_find_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """What workers import; and no token of a cluster is written into a home."""
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}{':' if ROOT.anchor == '/' else ';'}{ROOT / 'backend'}")
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")


def assert_alone() -> None:
    """No process of a cluster is left."""
    over = time.monotonic() + PATIENCE
    while left := [
        each for each in psutil.Process().children(recursive=True) if "ray" in each.name().lower()
    ]:
        assert time.monotonic() < over, left
        time.sleep(0.1)


def test_maps_that_kill_or_hang_workers_are_set_aside_and_all_others_painted(tmp_path: Path) -> None:
    game = game_in(tmp_path)
    for seed in range(MAPS):
        game.save(f"map{seed}", seed)
    game.save("poison", 100, base_prompt="die")
    game.save("hung", 101, base_prompt="stuck")
    game.save("wrong", 102, base_prompt="fail")
    told = list[str]()

    def bake(jobs: list[PlannedBake]) -> Iterator[Started | Baked | Failed]:
        crew = RayCrew("local:2", game.baker, uses_gpus=False)
        dispatcher = Dispatcher(crew, told.append, silence=6.0)
        return ClusterBake(
            dispatcher, crew.size, lambda baker: baker, lambda _job: None, lambda: None, force=False
        ).bake(jobs)

    events = list(bake_by(find_maps([game.root / "levels"]), BakeOptions(), bake))
    failed = {event.map_path.stem: event.error for event in events if isinstance(event, Failed)}
    assert failed.keys() == {"poison", "hung", "wrong"}
    assert "2 workers ended while they painted it" in failed["poison"].what
    assert "nothing was heard of it for 6 s" in failed["hung"].what
    assert (type(failed["wrong"]), str(failed["wrong"])) == (type(MISTAKE), str(MISTAKE))
    for seed in range(MAPS):
        found = png_pixels(game.png(f"map{seed}").read_bytes())
        np.testing.assert_array_equal(found, picture_of(game.request(f"map{seed}")))
    assert sorted(game.begun()) == [*range(MAPS), 100, 100, 101, 101, 102]
    assert len(told) == 4
    assert_alone()


def test_a_cluster_paints_what_this_machine_paints(
    tmp_path: Path,
    tiny_sdxl_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    game = game_in(tmp_path)
    monkeypatch.chdir(game.root)
    (game.root / "torch.py").write_text("raise SystemExit('a file of the project was run')", encoding="utf-8")
    large = {"windows": "always", "window": 256, "pixels_per_tile": 64}  # 56 by 16 latents, in two windows
    game.save("lake", 1, rows=["ggggggg", "ggggggg"], settings={"steps": 2, **large})
    game.save("pond", 2, settings={"steps": 2})
    options = ["bake", "--no-cache", "--model", str(tiny_sdxl_folder), "--device", "cpu"]
    with one_thread_as_each_of_two_workers_has():
        assert run_command_line([*options, "--out", "here"]) == 0
    assert run_command_line([*options, "--force", "--cluster", "local:2"]) == 0
    for name in ("lake", "pond"):
        assert (game.root / "here" / f"{name}.png").read_bytes() == game.png(name).read_bytes()
    told = capsys.readouterr()
    assert set(told.out.splitlines()[-2:]) == {
        str(Path("levels") / f"{name}.png") for name in ("lake", "pond")
    }
    assert_alone()


@pytest.mark.skipif(sys.platform != "linux", reason="Ray has clusters of several machines on Linux alone")
def test_nodes_with_caches_of_their_own_are_one_site_by_a_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    game = game_in(tmp_path)
    with two_nodes(tmp_path, monkeypatch) as address:
        apart, together = SiteFinder(None, "bake"), SiteFinder(str(tmp_path / "store"), "bake")
        for finder, sites in ((apart, 2), (together, 1)):
            with finder.marking():
                found = sites_of_two_workers(address, game, finder)
            assert len(found) == sites, found
            assert None not in found
    assert_alone()


def sites_of_two_workers(address: str, game: Game, finder: SiteFinder) -> set[str | None]:
    """What two workers say of where they keep windows."""
    crew = RayCrew(address, game.baker, finder, uses_gpus=False)
    assert crew.size == 2
    for _ in range(2):
        crew.start()
    introduced = list[Message]()
    over = time.monotonic() + PATIENCE
    while len(introduced) < 2:
        assert time.monotonic() < over, introduced
        introduced += crew.wait(1.0)
    crew.close()
    return {each.identity.site for each in introduced if isinstance(each, Introduced)}


@contextmanager
def two_nodes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[str]:
    """A cluster of two machines with a processor each, and caches of their own, by its address."""
    cluster = importlib.import_module("ray.cluster_utils").Cluster()
    try:
        cluster.add_node(num_cpus=0, include_dashboard=False)
        for name in ("first", "second"):
            monkeypatch.setenv("TILEBAKE_CACHE", str(folder / name))
            cluster.add_node(num_cpus=1, object_store_memory=80 << 20)
        yield cluster.address
    finally:
        cluster.shutdown()


@contextmanager
def one_thread_as_each_of_two_workers_has() -> Generator[None]:
    """Paint here with as many threads as half of the machine's cores."""
    threads = torch.get_num_threads()
    torch.set_num_threads(max(1, (os.cpu_count() or 1) // 2))
    try:
        yield
    finally:
        torch.set_num_threads(threads)
