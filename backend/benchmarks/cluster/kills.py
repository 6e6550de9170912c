"""Kill workers, or the driver, at random moments of bakes on a real Ray, and count what is lost.

    python -m benchmarks.cluster.kills --part workers --kills 10 --seed 1
    python -m benchmarks.cluster.kills --part driver --kills 5 --seed 1

Two workers with one thread each paint large maps and small ones. Nothing is killed twice, for what ends two
workers is set aside. Pictures are judged by those of a serial bake. Prints a table, and one JSON line last.
"""

import logging
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import psutil

from benchmarks.cluster.rack import SEEDS, Painters, bake, plan, use_one_thread, write_level
from benchmarks.figures import Figure, json_line, table
from benchmarks.worlds.kills import count_repaints, ignore_step, is_torn
from tilebake.models.reference import resolve
from tilebake.serve.bake.batch import Baked, Failed
from tilebake.serve.bake.plan import PlannedBake
from tilebake.serve.cluster.ray_crew import RayCrew
from tilebake.texture import pixel_hash

WORLD: dict[str, Any] = {
    "pixels_per_tile": 16,
    "windows": "always",
    "window": 256,
    "rounds": 2,
    "steps": 2,
    "mask_sigma": 1.0,
}
WORLD_SIDE, SMALL_SIDE = 40, 8  # tiles: 80 latents in nine windows a round, and 16 latents
SMALL: dict[str, Any] = {"pixels_per_tile": 16, "steps": 2}
MAPS_A_WORLD = 3
MODULE = "benchmarks.cluster.kills"


@dataclass
class Killer:
    """Kill workers that are at work, none at an order at which one was killed."""

    folder: Path
    most: int
    chance: random.Random
    killed: list[str] = field(default_factory=list[str])  # keys of orders
    _over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def at_large(self) -> Generator[None]:
        """Kill until the block ends."""
        thread = threading.Thread(target=self._run)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def _run(self) -> None:
        dead = set[int]()
        while len(self.killed) < self.most and not self._over.wait(self.chance.uniform(0.1, 2.0)):
            at_work = {pid: key for pid, key in orders_at_work(self.folder).items() if pid not in dead}
            free = sorted(pid for pid, key in at_work.items() if key not in self.killed)
            if free:
                pid = self.chance.choice(free)
                dead.add(pid)
                self.killed.append(at_work[pid])
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def orders_at_work(folder: Path) -> dict[int, str]:
    """Return the processes of workers that have begun something and not ended it, and what it is."""
    at_work: dict[int, str] = {}
    for note in log_of(folder):
        verb, key, *pid = note.split()
        if verb == "begin":
            at_work[int(pid[0])] = key
        elif verb == "end":
            at_work.pop(int(pid[0]), None)
    return at_work


def write_game(folder: Path, worlds: int) -> None:
    """Write large maps, and small ones between them."""
    for number in range(worlds):
        write_level(folder / f"{number}.json", WORLD_SIDE, next(SEEDS), **WORLD)
        for small in range(MAPS_A_WORLD):
            write_level(folder / f"{number}-{small}.json", SMALL_SIDE, next(SEEDS), **SMALL)
    (folder / "tilebake.toml").touch()


def judge(folder: Path, jobs: Sequence[PlannedBake]) -> tuple[int, int]:
    """Return how many pictures are not there or torn, and how many have other pixels than serial ones."""
    reference = folder / "reference"
    reference.mkdir()
    paint = Painters(reference)(resolve("embedded"), ()).bake
    hashes = {job.png: pixel_hash(paint(job.request, ignore_step).image) for job in jobs}
    missing = sum(not png.is_file() for png in hashes)
    return missing, sum(is_torn(png, right) for png, right in hashes.items())


def log_of(folder: Path) -> list[str]:
    """Return what workers logged."""
    log = folder / "log"
    return log.read_text(encoding="ascii").splitlines() if log.exists() else []


def repaints(folder: Path) -> int:
    """Count windows and pieces that were painted after they had been kept."""
    return count_repaints([note for note in log_of(folder) if note.startswith(("kept", "painted"))])


def kill_workers(folder: Path, kills: int, worlds: int, chance: random.Random) -> list[Figure]:
    """Paint a game while workers are killed."""
    write_game(folder / "game", worlds)
    jobs = plan(folder / "game")
    killer = Killer(folder, kills, chance)
    began = time.monotonic()
    with killer.at_large():
        events = list(bake(RayCrew("local:2", Painters(folder), uses_gpus=False), jobs))
    seconds = time.monotonic() - began
    lost, other = judge(folder, jobs)
    begun = Counter(note.split()[1] for note in log_of(folder) if note.startswith("begin"))
    again = {key: times - 1 for key, times in begun.items() if times > 1}
    verbs = Counter(note.split()[0] for note in log_of(folder))
    cut_short = verbs["painted"] - verbs["kept"]
    return [
        Figure("workers killed", "count", len(killer.killed), least=kills),
        Figure("maps", "count", len(jobs)),
        Figure("maps that failed", "count", sum(isinstance(event, Failed) for event in events), most=0),
        Figure("maps without a picture", "count", lost, most=0),
        Figure("pictures with other pixels than serial ones, or torn", "count", other, most=0),
        Figure("orders", "count", len(begun)),
        Figure("orders begun anew", "count", sum(again.values()), most=len(killer.killed)),
        Figure("most times that one was begun anew", "count", max(again.values(), default=0), most=1),
        Figure("kept windows and pieces painted again", "count", repaints(folder), most=0),
        Figure("windows and pieces cut short", "count", cut_short, most=len(killer.killed)),
        Figure("the bake took", "seconds", seconds),
    ]


def bake_game(folder: Path) -> None:
    """Be a driver: paint what is stale of a game, and log what was published."""
    jobs = plan(folder / "game")
    if not jobs:
        return
    crew = RayCrew("local:2", Painters(folder), uses_gpus=False)
    for event in bake(crew, jobs):
        if isinstance(event, Baked):
            with (folder / "published").open("a", encoding="ascii") as log:
                log.write(f"{event.job.digest}\n")
        if isinstance(event, Failed):
            raise event.error


def kill_drivers(folder: Path, kills: int, worlds: int, chance: random.Random) -> list[Figure]:
    """Paint a game by drivers that are killed some seconds after their workers began to paint."""
    write_game(folder / "game", worlds)
    jobs, killed = plan(folder / "game"), 0
    while killed < kills and _bake_and_kill(folder, chance.uniform(0.0, 4.0)):
        killed += 1
    _bake_and_kill(folder, None)
    lost, other = judge(folder, jobs)
    published = Counter((folder / "published").read_text(encoding="ascii").split())
    return [
        Figure("drivers killed", "count", killed, least=kills),
        Figure("maps", "count", len(jobs)),
        Figure("maps without a picture", "count", lost, most=0),
        Figure("pictures with other pixels than serial ones, or torn", "count", other, most=0),
        Figure("published maps painted again", "count", sum(published.values()) - len(published), most=0),
        Figure("kept windows and pieces painted again", "count", repaints(folder), most=0),
    ]


def _bake_and_kill(folder: Path, seconds: float | None) -> bool:
    """Run a driver, and kill it so long after a worker began something; False if it was done by then."""
    before = len(log_of(folder))
    command = [sys.executable, "-m", MODULE, "--part", "bake", "--folder", str(folder)]
    driver = subprocess.Popen(command, start_new_session=True)
    try:
        while seconds is not None and driver.poll() is None:
            if len(log_of(folder)) > before:
                time.sleep(seconds)
                break
            time.sleep(0.05)
        if seconds is None and driver.wait():
            raise RuntimeError("the driver failed")
        was_alive = driver.poll() is None
        others = psutil.Process(driver.pid).children(recursive=True) if was_alive else []
        driver.kill()
        _await_end(others)
        return was_alive
    finally:
        driver.kill()
        driver.wait()


def _await_end(processes: Sequence[psutil.Process]) -> None:
    """Wait for workers to end by themselves, and end Ray's agents, which take a minute."""
    workers = [each for each in processes if _is_worker(each)]
    _, alive = psutil.wait_procs(workers, timeout=30)
    if alive:
        raise RuntimeError(f"workers live on after their driver: {alive}")
    for each in processes:
        with suppress(psutil.NoSuchProcess):
            each.kill()
    psutil.wait_procs(processes, timeout=10)


def _is_worker(process: psutil.Process) -> bool:
    try:
        return any("ray::PaintingWorker" in word for word in process.cmdline())
    except psutil.Error:
        return False


@click.command()
@click.option("--part", type=click.Choice(["workers", "driver", "bake"]), required=True)
@click.option("--kills", default=10, show_default=True)
@click.option("--worlds", default=6, show_default=True, help="Large maps, each with three small ones.")
@click.option("--seed", default=1, show_default=True, help="Of the moments.")
@click.option("--folder", type=click.Path(path_type=Path), hidden=True)
def main(part: str, kills: int, worlds: int, seed: int, folder: Path | None) -> None:
    """Kill at random moments, and count what is lost."""
    use_one_thread()
    logging.disable(logging.WARNING)  # that workers died is no news here
    if folder is not None:
        bake_game(folder)
        return
    kill = kill_workers if part == "workers" else kill_drivers
    with tempfile.TemporaryDirectory() as temporary:
        figures = kill(Path(temporary), kills, worlds, random.Random(seed))
    print(table(figures))
    print(json_line("cluster.kills", figures, part=part, seed=seed))


if __name__ == "__main__":
    main()
