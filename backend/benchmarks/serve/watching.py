"""What watching costs: a look at many files, the processor while nothing happens, how late a save is told.

    python -m benchmarks.serve.watching --files 100000 --rounds 3

Real files in a temporary folder, watched as `tilebake watch` does. Prints a table, and one JSON line last.
"""

import statistics
import tempfile
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path
from queue import SimpleQueue
from typing import Final

import click

from benchmarks.figures import Figure, json_line, table
from tilebake.serve.watching.fs_events import Mode
from tilebake.serve.watching.snapshot import Changes, changes, snapshot
from tilebake.serve.watching.watch import Places, Timing, watch

FOLDER_SIZE: Final = 1000  # files
SMALL: Final = 100  # files of a usual project
CONTENT: Final = b'{"tilebake": 1}'


@dataclass(frozen=True)
class Scenario:
    """Some maps being watched. `most`: the share of a processor that idling may take, if that has an aim."""

    name: str
    files: int
    timing: Timing
    most: float | None


@dataclass(frozen=True)
class Watched:
    """What one scenario came to."""

    idle_shares: tuple[float, ...]  # of one processor, from one look to the next
    periods: tuple[float, ...]  # seconds from one look to the next
    late: tuple[float, ...]  # seconds from a save until it is told
    stop: float  # seconds from the word until the watch has ended
    mode: Mode


class Watching:
    """A watch in a thread: when it looked, with the processor time by then, and what it told."""

    def __init__(self, folder: Path, timing: Timing) -> None:
        self.looks: SimpleQueue[tuple[float, float]] = SimpleQueue()
        self.told: SimpleQueue[Changes] = SimpleQueue()
        self.modes: list[Mode] = []
        self._folder = folder
        self._timing = timing
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def end(self) -> float:
        """Stop, and give the seconds until it has ended."""
        began = time.perf_counter()
        self._stop.set()
        self._thread.join()
        return time.perf_counter() - began

    def _places(self) -> Places:
        self.looks.put((time.perf_counter(), time.process_time()))
        return Places((self._folder,))

    def _run(self) -> None:
        for each in watch(self._places, self._stop, timing=self._timing, on_mode=self.modes.append):
            self.told.put(each)


def scenarios(files: int) -> list[Scenario]:
    """Measure a usual project, then one of so many files with and without events of the system."""
    return [
        Scenario(f"{SMALL} files", SMALL, Timing(), most=0.02),
        Scenario(f"{files} files", files, Timing(), most=0.02),
        Scenario(f"{files} files, no events", files, Timing(events=False), most=None),
    ]


@contextmanager
def files_in_folders(count: int) -> Generator[Path]:
    """Make a folder with so many maps below it, and remove it at the end."""
    with tempfile.TemporaryDirectory() as name:
        for index in range(count):
            folder = Path(name) / str(index // FOLDER_SIZE)
            if index % FOLDER_SIZE == 0:
                folder.mkdir()
            (folder / f"{index}.json").write_bytes(CONTENT)
        yield Path(name)


def measure(folder: Path, timing: Timing, rounds: int) -> Watched:
    """Watch the folder: `rounds` periods in which nothing happens, then as many saves."""
    watching = Watching(folder, timing)
    watching.told.get()
    looks = [watching.looks.get() for _ in range(rounds + 2)][1:]  # the first one still set up the watch
    pairs = list(pairwise(looks))
    late = [_late(watching, folder / "0" / "0.json", index) for index in range(rounds)]
    return Watched(
        idle_shares=tuple((cpu - cpu0) / (now - then) for (then, cpu0), (now, cpu) in pairs),
        periods=tuple(now - then for (then, _), (now, _) in pairs),
        late=tuple(late),
        stop=watching.end(),
        mode=watching.modes[-1],
    )


def _late(watching: Watching, file: Path, index: int) -> float:
    file.write_bytes(CONTENT + b" " * (index + 1))
    began = time.perf_counter()
    watching.told.get()
    return time.perf_counter() - began


def figures_of(scenario: Scenario, watched: Watched) -> list[Figure]:
    """Idle share, lateness and leaving, of one scenario."""
    period = f"a look every {statistics.median(watched.periods):.1f} s, {watched.mode.kind}"
    late = f"{min(watched.late):.2f} to {max(watched.late):.2f} s in {len(watched.late)} saves"
    idle, told = statistics.median(watched.idle_shares), statistics.median(watched.late)
    return [
        Figure(f"idle processor, {scenario.name}", "share", idle, most=scenario.most, note=period),
        Figure(f"save to told, {scenario.name}", "seconds", told, most=5.5, note=late),
        Figure(f"word to end, {scenario.name}", "seconds", watched.stop, most=0.2),
    ]


def _reconcile(folder: Path, files: int, rounds: int) -> Figure:
    """How long a look takes in which nothing changed."""
    seconds: list[float] = []
    before = snapshot([folder], []).seen
    for _ in range(rounds):
        began = time.perf_counter()
        assert not changes(before, snapshot([folder], []).seen)
        seconds.append(time.perf_counter() - began)
    note = f"{min(seconds):.3f} to {max(seconds):.3f} s in {rounds} looks"
    return Figure(f"reconcile, {files} files", "seconds", statistics.median(seconds), most=2, note=note)


@click.command()
@click.option("--files", type=click.IntRange(FOLDER_SIZE), default=100_000, show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True)
def main(files: int, rounds: int) -> None:
    """Measure what watching costs."""
    figures: list[Figure] = []
    for count, same_folder in groupby(scenarios(files), key=lambda scenario: scenario.files):
        with files_in_folders(count) as folder:
            figures.append(_reconcile(folder, count, rounds))
            for scenario in same_folder:
                click.echo(f"{scenario.name}: {rounds} rounds", err=True)
                figures += figures_of(scenario, measure(folder, scenario.timing, rounds))
    click.echo(table(figures))
    click.echo(json_line("watching", figures))


if __name__ == "__main__":
    main()
