"""How true the paintings are: placement on the sample maps, plain prompts, seams; and what a bake costs.

    python -m benchmarks.quality --out pictures          # everything, and the pictures to look at
    python -m benchmarks.quality --part maps --map forest --steps 20

Options that `tilebake bake` has mean the same here. Prints a table with aims, and one JSON line last.
"""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.figures import Figure, json_line, table
from benchmarks.quality.judge import load_judge
from benchmarks.quality.paintings import MAPS, Painting, map_path, paint, pipeline_of, plan
from benchmarks.quality.placement import Verdict, by_terrain, confusions, judge_map, share
from benchmarks.quality.plain import judge_plain, pictures_right
from benchmarks.serve.process import run
from tilebake.cli.options import Choices, choices
from tilebake.cli.setting_options import BLENDING, SAMPLING
from tilebake.paint.judge.network import Judge
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.report.seams import Steps, ratio, steps_between
from tilebake.serve.bake.plan import PlannedBake

PARTS: Final = ("cost", "maps", "plain")
THIN: Final = {"water": "river", "cobblestone": "path"}  # what may be thin, by the judge's name
THIN_MAPS: Final = ("river", "forest")
COST_MAP: Final = "forest"  # 1024 x 768
SHOWN: Final = 8  # confusions


@dataclass
class Findings:
    """All that was measured."""

    figures: list[Figure] = field(default_factory=list[Figure])
    details: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Judged:
    """What was found on paintings."""

    tiles: tuple[Verdict, ...] = ()
    steps: tuple[Steps, ...] = ()

    def __add__(self, other: "Judged") -> "Judged":
        return Judged(self.tiles + other.tiles, self.steps + other.steps)


def measure_cold(choices: Choices, findings: Findings) -> None:
    """One bake in a process of its own, with the imports."""
    given = [(setting.flag, choices.settings.get(setting.name)) for setting in (*SAMPLING, *BLENDING)]
    given += [("--model", choices.model)]
    chosen = [part for flag, value in given if value is not None for part in (flag, str(value))]
    with tempfile.TemporaryDirectory() as folder:
        ended = run(["bake", str(map_path(COST_MAP)), "--no-cache", "--out", folder, *chosen])
    findings.figures += [
        Figure(f"{COST_MAP}, cold", "seconds", ended.seconds, most=20, note="imports and loading included"),
        Figure(
            f"{COST_MAP}, peak memory",
            "bytes",
            None if ended.peak_bytes is None else float(ended.peak_bytes),
            most=2.5e9,
        ),
    ]


def measure_warm(pipeline: Pipeline, job: PlannedBake, findings: Findings) -> None:
    """Return the second bake of a process."""
    *_, last = [painting.seconds for _ in range(2) for painting in paint(pipeline, [job], 1, None)]
    findings.figures.append(Figure(f"{COST_MAP}, warm", "seconds", last, most=10))


def measure_maps(
    judge: Judge,
    pipeline: Pipeline,
    jobs: Sequence[PlannedBake],
    seeds: int,
    out: Path | None,
    findings: Findings,
) -> None:
    """Placement and seams over all maps."""
    by_map: dict[str, Judged] = {}
    for painting in paint(pipeline, jobs, seeds, out):
        judged = judge_painting(judge, painting)
        by_map[painting.title] = by_map.get(painting.title, Judged()) + judged
        right, total = share(judged.tiles)
        click.echo(f"{painting.title}: {right} of {total} tiles right, {painting.seconds:.1f} s", err=True)
    together = sum(by_map.values(), start=Judged())
    findings.figures += map_figures(together)
    findings.details["placement"] = verdict_details(together.tiles)
    findings.details["maps"] = {
        title: {figure.name: figure.value for figure in map_figures(judged)}
        for title, judged in by_map.items()
    }


def judge_painting(judge: Judge, painting: Painting) -> Judged:
    """All that is to be said of one painting."""
    tilemap, image, names = painting.tilemap, painting.image, painting.names
    return Judged(
        tiles=tuple(judge_map(judge, image, tilemap, names, painting.title)),
        steps=tuple(steps_between(image, tilemap, names)) if tilemap.grid == "square" else (),
    )


def map_figures(judged: Judged) -> list[Figure]:
    """Placement and seams of one map or many."""
    return placement_figures(judged.tiles) + seam_figures(judged.steps)


def placement_figures(tiles: Sequence[Verdict]) -> list[Figure]:
    """Return the shares of tiles that are judged right."""
    groups = {
        "tiles with like neighbours": ([tile for tile in tiles if tile.is_inner], 0.95),
        "all tiles": (tiles, 0.85),
        "thin river and path tiles": (thin_tiles(tiles), 0.92),
    }
    return [
        Figure(name, "share", share(group).value, least=least, note=f"of {len(group)}")
        for name, (group, least) in groups.items()
        if group
    ]


def thin_tiles(tiles: Sequence[Verdict]) -> list[Verdict]:
    """River and path tiles of the maps where these are one tile wide."""
    return [tile for tile in tiles if tile.is_thin and tile.picture in THIN_MAPS and tile.wanted in THIN]


def seam_figures(steps: Sequence[Steps]) -> list[Figure]:
    """Return steps across borders over steps inside; to compare, those on the VAE's grid over the same."""
    if not steps:
        return []
    inside = [pair.inside for pair in steps]
    borders = ratio([pair.border for pair in steps], inside)
    lattice = ratio([pair.lattice for pair in steps], inside)
    note = f"± {borders.error:.3f}, {len(steps)} pairs"
    return [
        Figure("seams between like tiles", "ratio", borders.value, least=0.95, most=1.05, note=note),
        Figure("lines of the VAE's grid, likewise", "ratio", lattice.value, note=f"± {lattice.error:.3f}"),
    ]


def verdict_details(tiles: Sequence[Verdict]) -> dict[str, Any]:
    """By terrain, and what is taken for what."""
    return {
        "terrains": {name: [part.right, part.total] for name, part in by_terrain(tiles).items()},
        "confusions": confusions(tiles),
    }


def measure_plain(
    judge: Judge, pipeline: Pipeline, choices: Choices, count: int, out: Path | None, findings: Findings
) -> None:
    """Each terrain's plain prompts."""
    cores = list(judge_plain(judge, pipeline, choices, count, out))
    pictures = pictures_right(cores)
    findings.figures += [
        Figure("plain prompts, by tile", "share", share(cores).value, least=0.95, note=f"of {len(cores)}"),
        Figure("plain prompts, by picture", "share", pictures.value, note=f"of {pictures.total}"),
    ]
    findings.details["plain"] = verdict_details(cores)


def show_details(details: Mapping[str, Any]) -> None:
    """Figures by map, by terrain, and what is taken for what."""
    for title, figures in details.get("maps", {}).items():
        click.echo(f"{title:8} " + ", ".join(f"{name} {value:.3f}" for name, value in figures.items()))
    for part in ("placement", "plain"):
        if part in details:
            terrains, wrong = details[part]["terrains"], details[part]["confusions"]
            click.echo(f"\n{part}: " + ", ".join(f"{name} {r}/{n}" for name, (r, n) in terrains.items()))
            taken = (f"{wanted} for {found} {count}" for wanted, found, count in wrong[:SHOWN])
            click.echo("taken: " + (", ".join(taken) or "none wrong"))


@click.command()
@click.option("--part", "parts", type=click.Choice(PARTS), multiple=True, default=PARTS, show_default=True)
@click.option("--map", "maps", type=click.Choice(MAPS), multiple=True, default=MAPS, show_default=True)
@click.option("--seeds", type=click.IntRange(1), default=4, show_default=True, help="Paintings of each map.")
@click.option("--plain", "plain_count", type=click.IntRange(1), default=4, show_default=True)
@choices(*SAMPLING, *BLENDING, out="Folder to keep the pictures in.", seed=False)
def main(
    parts: tuple[str, ...], maps: tuple[str, ...], seeds: int, plain_count: int, choices: Choices
) -> None:
    """Measure the quality of paintings."""
    findings = Findings()
    if "cost" in parts:
        measure_cold(choices, findings)
    judge, jobs = load_judge(), plan(maps, choices)
    pipeline = pipeline_of(jobs[0], choices.machine)
    if "cost" in parts:
        measure_warm(pipeline, plan([COST_MAP], choices)[0], findings)
    if "maps" in parts:
        measure_maps(judge, pipeline, jobs, seeds, choices.out, findings)
    if "plain" in parts:
        measure_plain(judge, pipeline, choices, plain_count, choices.out, findings)
    click.echo(table(findings.figures) + "\n")
    show_details(findings.details)
    click.echo(json_line("quality", findings.figures, **findings.details))
