"""Progress on stderr: a live bar on a terminal, now and then a plain line elsewhere."""

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Protocol

import click

from tilebake.request import Step

if TYPE_CHECKING:
    from rich.progress import TaskID

QUIET: Final = 30.0  # seconds between two plain lines about one map


class Progress(Protocol):
    """What a command tells about its work."""

    def start(self, what: str, index: int, total: int) -> None:
        """The `index`-th of `total` pictures begins, counted from 1."""
        ...

    def step(self, step: Step) -> None:
        """Steps of it are done."""
        ...

    def say(self, tell: Callable[[], None]) -> None:
        """Print something without tearing the bar."""
        ...


@contextmanager
def progress() -> Generator[Progress]:
    """The bar or the lines, whichever stderr can show."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    bar = Bar()
    try:
        yield bar
    finally:
        bar.close()


class Rate:
    """Steps a second of the picture at hand, from its first step on: loading and encoding are no steps."""

    def __init__(self) -> None:
        self._first: tuple[float, int] | None = None

    def after(self, step: int) -> float | None:
        """The rate after this step; None as long as one cannot tell."""
        now = time.monotonic()
        if self._first is None:
            self._first = (now, step)
        started, first = self._first
        return (step - first) / (now - started) if step > first and now > started else None


class Lines:
    """Plain lines, for logs."""

    def __init__(self) -> None:
        self._rate = Rate()
        self._told = time.monotonic()

    def start(self, what: str, index: int, total: int) -> None:
        self._rate = Rate()
        self._told = time.monotonic()
        click.echo(f"[{index}/{total}] {what}", err=True)

    def step(self, step: Step) -> None:
        rate = self._rate.after(step.step)
        if rate is not None and time.monotonic() - self._told > QUIET:
            self._told = time.monotonic()
            left = (step.steps - step.step) / rate
            click.echo(f"    step {step.step}/{step.steps}, {rate:.2f} steps/s, {left:.0f} s left", err=True)

    def say(self, tell: Callable[[], None]) -> None:
        tell()


class Bar:
    """One line that moves: pictures done, the one at hand, its steps, their rate, the time left over all."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._progress = Progress(
            TextColumn("[bold]{task.fields[count]}[/] {task.fields[what]}"),
            BarColumn(bar_width=28),
            TextColumn("{task.fields[steps]}"),
            TimeRemainingColumn(),
            TextColumn("left"),
            console=Console(stderr=True),
            transient=True,
            redirect_stdout=False,  # results belong to stdout, bar or no bar
        )
        self._task: TaskID | None = None
        self._done = 0
        self._rate = Rate()

    def start(self, what: str, index: int, total: int) -> None:
        from rich.markup import escape

        self._rate = Rate()
        self._done = index - 1
        if self._task is None:
            self._task = self._progress.add_task("", count="", what="", steps="")
            self._progress.start()
        self._progress.update(
            self._task,
            total=total,
            completed=self._done,
            count=f"{index}/{total}",
            what=escape(what),
            steps="loading",
        )

    def step(self, step: Step) -> None:
        if self._task is None:
            return
        rate = self._rate.after(step.step)
        steps = f"step {step.step}/{step.steps}" + ("" if rate is None else f"  {rate:.2f} steps/s")
        self._progress.update(self._task, completed=self._done + step.step / step.steps, steps=steps)

    def say(self, tell: Callable[[], None]) -> None:
        running = self._task is not None
        if running:
            self._progress.stop()  # which clears the bar's line
        tell()
        if running:
            self._progress.start()

    def close(self) -> None:
        """Clear the bar."""
        if self._task is not None:
            self._progress.stop()
