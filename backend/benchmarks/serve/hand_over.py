"""Measure the CPU time from a saved map to the worker that paints it: parse, digest, pickle, unpickle.

    python -m benchmarks.serve.hand_over --side 256 --rounds 7

A map of `side` by `side` tiles is written in the three ways that the format knows: rows of characters, cells,
and cells with the engine's centres, as the Godot addon exports them. Prints a table, and one JSON line last.
"""

import json
import pickle
import time
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import click

from benchmarks.figures import Figure, json_line, table
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import parse_map
from tilebake.request import BakeRequest

TERRAINS: Final = ("grass", "forest", "water", "sand", "path", "rock")
TILE: Final = 64  # map pixels
AIM: Final = 0.8  # seconds, for 256 by 256 tiles


class Costs(NamedTuple):
    """CPU seconds of each stage, the least of all rounds."""

    parse: float
    digest: float
    pickle: float
    unpickle: float
    size: int  # bytes of the pickle


def content(side: int, form: str, tile: int = TILE) -> bytes:
    """Write a map of `side` by `side` tiles, a twentieth of them empty, as `rows`, `cells` or `centres`."""
    names = [
        [
            None if (x * 7 + y * 13) % 20 == 0 else TERRAINS[(x // 5 + y // 9 + x * y % 3) % 6]
            for x in range(side)
        ]
        for y in range(side)
    ]
    body: dict[str, Any] = {"tilebake": 1, "terrains": {name: f"a field of {name}" for name in TERRAINS}}
    if form == "rows":
        body["legend"] = {str(index): name for index, name in enumerate(TERRAINS)}
        body["rows"] = ["".join("." if n is None else str(TERRAINS.index(n)) for n in row) for row in names]
    else:
        cells = [
            (x, y, name) for y, row in enumerate(names) for x, name in enumerate(row) if name is not None
        ]
        with_centres = form == "centres"
        body["cells"] = [
            [*cell, (cell[0] + 0.5) * tile, (cell[1] + 0.5) * tile] if with_centres else cell
            for cell in cells
        ]
    return json.dumps(body).encode("utf-8")


def cpu(work: Callable[[], Any]) -> float:
    """Return the CPU seconds that it takes."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def costs(side: int, form: str, rounds: int) -> Costs:
    """Measure every stage `rounds` times, from new objects each time."""
    data = content(side, form)
    found: list[Costs] = []
    for _ in range(rounds):
        begin = time.process_time()
        tilemap = parse_map(data)
        parsed = time.process_time() - begin
        request = BakeRequest(tilemap, BakeSettings(), "embedded", "0" * 64, 1)
        digest = cpu(request.digest)
        begin = time.process_time()
        sent = pickle.dumps(request)
        pickled = time.process_time() - begin
        found.append(Costs(parsed, digest, pickled, cpu(lambda sent=sent: pickle.loads(sent)), len(sent)))
    return Costs(*(min(column) for column in zip(*found, strict=True)))


def figures_of(side: int, rounds: int) -> list[Figure]:
    """One row for each stage and each way to write the map."""
    figures: list[Figure] = []
    for form in ("rows", "cells", "centres"):
        found = costs(side, form, rounds)
        stages = {
            "parse": found.parse,
            "digest": found.digest,
            "pickle": found.pickle,
            "unpickle": found.unpickle,
        }
        figures += [Figure(f"{form}: {name}", "seconds", value) for name, value in stages.items()]
        most, note = AIM if side <= 256 else None, f"{found.size:,} bytes through the pipe"
        figures.append(Figure(f"{form}: all", "seconds", sum(stages.values()), most=most, note=note))
    return figures


@click.command()
@click.option("--side", type=click.IntRange(1, 1024), default=256, show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=7, show_default=True)
def main(side: int, rounds: int) -> None:
    """Measure what a save costs before its first step."""
    figures = figures_of(side, rounds)
    click.echo(table(figures))
    click.echo(json_line("hand_over", figures, side=side))


if __name__ == "__main__":
    main()
