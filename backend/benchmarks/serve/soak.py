"""Measure whether `tilebake watch` or its worker grows under hours of steady work.

    python -m benchmarks.serve.soak --minutes 100 --every 4 --lines soak.jsonl

A real watch of the embedded model, at one step, follows small maps. Every few seconds something happens to
them: a save, a mistake, a deletion, a change of tilebake.toml, a preview, a look at the progress. Prints a
table with the growth over the last half, and one JSON line last; `--lines` keeps a line for every minute.
"""

import itertools
import json
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import click

from benchmarks.figures import Figure, json_line, table
from benchmarks.serve.living_watch import Held, LivingWatch, living_watch

MAPS: Final = 12
TERRAINS: Final = {"grass": "lush green grass", "water": "deep blue water", "stone": "grey stone"}
SETTINGS: Final = {"pixels_per_tile": 16, "steps": 1}
BROKEN: Final = ('{"tilebake": 1, "rows": [}', '{"tilebake": 1, "terrains": 3}', '{"tilebake": 1')
GROWTH: Final = 0.01  # of the memory, over the last half: the aim
START: Final = 300.0  # seconds for the first pictures


@dataclass(frozen=True)
class Minute:
    """What a watch and its worker held at one moment, and what had happened by then."""

    minute: float
    host: Held
    worker: Held
    files: Mapping[str, int]  # bytes of its journal and its log
    deeds: Mapping[str, int]
    painted: int
    failed: int


class Playground:
    """A project of small maps, to which things happen by chance: the same for the same seed."""

    def __init__(self, root: Path, watch: LivingWatch, seed: int) -> None:
        self._root = root
        self._watch = watch
        self._chance = random.Random(seed)
        self._saves = 0
        self.deeds: Counter[str] = Counter()
        self._kinds: Sequence[tuple[Callable[[], None], int]] = (
            (self._save, 66),
            (self._break, 8),
            (self._delete_map, 4),
            (self._delete_picture, 4),
            (self._change_project, 2),
            (self._preview_words, 5),
            (self._preview_edit, 3),
            (self._look, 8),
        )

    def begin(self) -> None:
        """Write every map once."""
        for index in range(MAPS):
            self._write(self._map(index))

    def act(self) -> None:
        """Let one thing happen."""
        kinds, weights = zip(*self._kinds, strict=True)
        (act,) = self._chance.choices(kinds, weights)
        self.deeds[act.__name__.strip("_")] += 1
        act()

    def _map(self, index: int | None = None) -> Path:
        index = self._chance.randrange(MAPS) if index is None else index
        return self._root / "levels" / f"map{index:02}.json"

    def _write(self, path: Path) -> None:
        self._saves += 1
        names = [*TERRAINS]
        legend = {str(index): name for index, name in enumerate(names)}
        rows = ["".join(self._chance.choice([*legend]) for _ in range(4)) for _ in range(3)]
        content = {
            "tilebake": 1,
            "tile_size": 16,
            "base_prompt": "top-down map",
            "terrains": TERRAINS,
            "legend": legend,
            "rows": rows,
            "seed": self._saves,
            "settings": SETTINGS,
        }
        draft = path.with_suffix(".tmp")
        draft.write_text(json.dumps(content), encoding="utf-8")
        draft.replace(path)

    def _save(self) -> None:
        self._write(self._map())

    def _break(self) -> None:
        self._map().write_text(self._chance.choice(BROKEN) + " " * self._saves, encoding="utf-8")

    def _delete_map(self) -> None:
        self._map().unlink(missing_ok=True)

    def _delete_picture(self) -> None:
        self._map().with_suffix(".png").unlink(missing_ok=True)

    def _change_project(self) -> None:
        text = f'maps = ["levels"]\nstyle = "style number {self._chance.randrange(1 << 30)}"\n'
        (self._root / "tilebake.toml").write_text(text, encoding="utf-8")

    def _preview_words(self) -> None:
        self._watch.ask("POST", f"/v2/maps/levels/{self._map().name}/previews", {"words": ["map"]})

    def _preview_edit(self) -> None:
        edit = {"rewrites": {"grass": {"prompt": f"dry grass {self._saves}"}}}
        self._watch.ask("POST", f"/v2/maps/levels/{self._map().name}/previews", {"edit": edit})

    def _look(self) -> None:
        self._watch.ask("GET", "/v2/maps")
        self._watch.ask("GET", f"/v2/jobs/{self._watch.latest_job}/progress_image")
        self._watch.ask("GET", f"/v2/maps/levels/{self._map().name}/result")


def growth(values: Sequence[float]) -> float:
    """Return what the last half gains from its begin to its end, as a share of where it begins.

    By the median of all slopes (Theil and Sen), which a few high readings do not tilt.
    """
    last = values[len(values) // 2 :]
    pairs = list(itertools.combinations(enumerate(last), 2))
    slopes = [(later - earlier) / (j - i) for (i, earlier), (j, later) in pairs]
    return statistics.median(slopes) * (len(last) - 1) / last[0] if slopes else 0.0


def run(root: Path, minutes: float, every: float, seed: int) -> Iterator[Minute]:
    """Yield what is held after each minute."""
    with living_watch(root, root.parent / "home") as watch:
        playground = Playground(root, watch, seed)
        playground.begin()
        watch.wait_for(lambda: watch.painted >= MAPS, START)
        began = time.monotonic()
        minute, next_act = 0, began
        while minute < minutes:
            now = time.monotonic()
            if now >= next_act:
                playground.act()
                next_act += every
            if now - began >= 60 * (minute + 1):
                minute += 1
                host, worker = watch.held()
                deeds = dict(playground.deeds)
                yield Minute(minute, host, worker, watch.file_bytes(), deeds, watch.painted, watch.failed)
            time.sleep(min(0.1, max(0.0, next_act - time.monotonic())))


def figures_of(found: Sequence[Minute]) -> list[Figure]:
    """Memory of both processes at the middle and at the end, and their growth between."""
    figures: list[Figure] = []
    for name in ("host", "worker"):
        held = [getattr(each, name).bytes for each in found]
        note = f"{held[len(held) // 2] / 1e6:.1f} to {held[-1] / 1e6:.1f} MB"
        gained = growth([float(each) for each in held])
        figures.append(Figure(f"growth of the {name}, last half", "share", gained, most=GROWTH, note=note))
        handles = [getattr(each, name).handles for each in found]
        note = f"{handles[0]} to {handles[-1]}"
        figures.append(Figure(f"open files of the {name}", "count", float(handles[-1]), note=note))
    last = found[-1]
    deeds = ", ".join(f"{count} {name}" for name, count in sorted(last.deeds.items()))
    figures.append(Figure("painted", "count", float(last.painted), note=deeds))
    return figures


@click.command()
@click.option("--minutes", type=click.FloatRange(1), default=100, show_default=True)
@click.option("--every", type=click.FloatRange(0.05), default=4, show_default=True, help="Seconds an act.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--lines", type=click.Path(path_type=Path), help="A file for a line of JSON a minute.")
def main(minutes: float, every: float, seed: int, lines: Path | None) -> None:
    """Measure whether a watch grows."""
    found: list[Minute] = []
    with ExitStack() as open_files:
        folder = Path(open_files.enter_context(tempfile.TemporaryDirectory())).resolve()
        kept = open_files.enter_context(lines.open("a", encoding="utf-8")) if lines else None
        root = folder / "game"
        (root / "levels").mkdir(parents=True)
        (root / "tilebake.toml").write_text('maps = ["levels"]\n', encoding="utf-8")
        for each in run(root, minutes, every, seed):
            found.append(each)
            line = json.dumps(asdict(each))
            click.echo(line, err=True)
            if kept is not None:
                kept.write(f"{line}\n")
                kept.flush()
    figures = figures_of(found)
    click.echo(table(figures))
    click.echo(json_line("soak", figures, minutes=minutes, every=every, seed=seed))


if __name__ == "__main__":
    main()
