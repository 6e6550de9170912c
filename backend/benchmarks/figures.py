"""Figures with their aims: a table for people, and one JSON line for programs, last."""

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

KINDS: Final = {"share": 100.0, "ratio": 1.0, "count": 1.0, "seconds": 1.0, "bytes": 1e-9, "tiny": 1.0}
FORMATS: Final = {
    "share": "{:.1f} %",
    "ratio": "{:.3f}",
    "count": "{:.0f}",
    "seconds": "{:.2f} s",
    "bytes": "{:.2f} GB",
    "tiny": "{:.1e}",
}


@dataclass(frozen=True)
class Figure:
    """One number and what it should be. `value` None: could not be measured here."""

    name: str
    kind: str  # share (0..1), ratio, count, seconds, bytes or tiny (a difference)
    value: float | None
    least: float | None = None
    most: float | None = None
    note: str = ""

    @property
    def is_met(self) -> bool | None:
        """Whether the aim is met; None where there is no number or no aim."""
        if self.value is None or (self.least is None and self.most is None):
            return None
        return (self.least is None or self.value >= self.least) and (
            self.most is None or self.value <= self.most
        )


def told(kind: str, value: float | None) -> str:
    """Write a number with its unit."""
    return "-" if value is None else FORMATS[kind].format(value * KINDS[kind])


def aim(figure: Figure) -> str:
    """Write what a figure should be, in words."""
    least, most = told(figure.kind, figure.least), told(figure.kind, figure.most)
    if figure.least is not None and figure.most is not None:
        return f"{least} to {most}"
    return f"≥ {least}" if figure.least is not None else f"≤ {most}" if figure.most is not None else ""


def table(figures: Sequence[Figure]) -> str:
    """Name, aim, figure and verdict, a line each."""
    marks = {True: "met", False: "MISSED", None: ""}
    rows = [("figure", "aim", "measured", "", "")]
    rows += [(f.name, aim(f), told(f.kind, f.value), marks[f.is_met], f.note) for f in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


def json_line(benchmark: str, figures: Sequence[Figure], **details: Any) -> str:
    """Everything once more, for programs."""
    entries: Mapping[str, Any] = {
        f.name: {"value": f.value, "kind": f.kind, "least": f.least, "most": f.most, "met": f.is_met}
        for f in figures
    }
    machine = f"{platform.system()} {platform.machine()}"
    return json.dumps(
        {"benchmark": benchmark, "figures": entries, "python": platform.python_version(), "machine": machine}
        | details
    )
