"""Tries hostile cases in a process that is kept for many of them: one that breaks it is told by its name."""

import multiprocessing
import warnings
from collections import Counter
from collections.abc import Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.helpers.hostile_trial import KINDS, Material, Trial
from tests.helpers.patience import PATIENCE

OFTEN = 50  # cases from one line about them to the next


class KeptTrial:
    """Counts how each case ended; after a case that ended its process, it goes on in a new one."""

    def __init__(self, kind: str, material: Material, folder: Path, cache: Path) -> None:
        self.counts: Counter[str] = Counter()
        self._given = (kind, material, folder, cache)
        self._names = [case.name for case in KINDS[kind](folder / "canary")]
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    def __len__(self) -> int:
        return len(self._names)

    def run(self, numbers: Sequence[int]) -> list[str]:
        """Try these cases; return what is wrong with how some ended."""
        found: list[str] = []
        for done, number in enumerate(numbers, 1):
            found += [f"{self._names[number]}: {problem}" for problem in self._try(number)]
            if done % OFTEN == 0 or done == len(numbers):
                ends = ", ".join(f"{count} {end}" for end, count in sorted(self.counts.items()))
                print(f"{self._given[0]}: {done} of {len(numbers)}: {ends}; {len(found)} wrong", flush=True)
        return found

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
        self._process = self._pipe = None

    def _try(self, number: int) -> list[str]:
        pipe = self._pipe or self._start()
        pipe.send(number)
        try:
            if pipe.poll(PATIENCE):
                problems, counts = pipe.recv()
                self.counts.update(counts)
                return problems
            problem = f"took more than {PATIENCE:.0f} s"
        except EOFError:
            assert self._process is not None
            self._process.join()
            problem = f"ended its process, {self._process.exitcode}"
        self.close()
        self.counts["broke its process"] += 1
        return [problem]

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, *self._given), daemon=True)
        self._process.start()
        theirs.close()
        return self._pipe


def _serve(pipe: Connection, kind: str, material: Material, folder: Path, cache: Path) -> None:
    """Import and load once, then try the cases whose numbers come, until the other end is closed."""
    trial = Trial(material, folder, cache)
    cases = [*KINDS[kind](trial.canary)]
    warnings.simplefilter("error")  # as pytest has it
    while True:
        number = pipe.recv()
        problems = [*trial.tries(cases[number], number)]
        pipe.send((problems, trial.counts))
        trial.counts.clear()
