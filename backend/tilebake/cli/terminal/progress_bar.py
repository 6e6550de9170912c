"""Draw the progress bar of a terminal."""

from collections.abc import Callable
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from tilebake.cli.terminal.step_timer import StepTimer
from tilebake.errors import shown
from tilebake.request import Step

BAR_WIDTH: Final = 28  # columns


class ProgressBar:
    """Draw one line: which picture it is, a bar over all pictures, and how far the picture is."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("[bold]{task.fields[count]}[/] {task.fields[what]}"),
            BarColumn(bar_width=BAR_WIDTH),
            TextColumn("{task.fields[steps]}"),
            console=Console(stderr=True),
            transient=True,
            redirect_stdout=False,  # results belong to stdout, bar or no bar
        )
        self._task: TaskID | None = None
        self._done = 0
        self._timer = StepTimer()

    def start(self, what: str, index: int, total: int) -> None:
        """Begin the `index`-th of `total` pictures, counted from 1."""
        self._timer = StepTimer()
        self._done = index - 1
        if self._task is None:
            self._task = self._progress.add_task("", count="", what="", steps="")
            self._progress.start()
        self._progress.update(
            self._task,
            total=total,
            completed=self._done,
            count=f"{index}/{total}",
            what=escape(shown(what)),
            steps="loading",
        )

    def step(self, step: Step) -> None:
        """Move the bar."""
        if self._task is not None:
            completed = self._done + step.step / step.steps
            self._progress.update(self._task, completed=completed, steps=self._timer.text(step))

    def say(self, say: Callable[[], None]) -> None:
        """Print something where the bar is, and draw the bar below it."""
        running = self._task is not None
        if running:
            self._progress.stop()  # which clears the bar's line
        say()
        if running:
            self._progress.start()

    def close(self) -> None:
        """Clear the bar."""
        if self._task is not None:
            self._progress.stop()
