"""Count the units of worlds that are asked for, and those that are painted."""

from dataclasses import dataclass


@dataclass(eq=False)
class UnitCount:
    """Hold how many units of worlds are asked for, and how many are done."""

    asked: int = 0
    done: int = 0

    def note(self, _painted: object) -> None:
        """Count one that is done, whatever came of it."""
        self.done += 1
