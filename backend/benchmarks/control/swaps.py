"""Word swaps: one adjective for another, over many seeds, beside the plain re-run with the new prompt."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from typing import Final

import numpy as np

from benchmarks.control.colours import along, mean_colour
from benchmarks.control.insides import Inside, inside_of
from benchmarks.control.reference_painter import structure_kept_by_the_painter
from benchmarks.control.scenes import Studio, Subject
from benchmarks.control.structure import structure_kept
from benchmarks.figures import Figure
from benchmarks.quality.paintings import keep
from tilebake.level.edit.edit import Rewrite
from tilebake.paint.picture import PixelArray

PAINTINGS: Final = 5  # by the painter of the training pictures, of each swap
HALF: Final = 0.5  # of the re-run's move in colour: nearer to the new word's side than to the old one's


@dataclass(frozen=True)
class Swap:
    """One prompt for another, an adjective apart."""

    terrain: str | None  # of the small map; None is a plain prompt
    before: str
    after: str

    @property
    def title(self) -> str:
        """What is swapped, and where."""
        return f"{self.before} → {self.after} ({'plain' if self.terrain is None else 'in a map'})"


# What these adjectives do is colour and light; mossy, snowy, muddy and autumn cover a terrain with another
# texture, so that its edges cannot stay.
COLOURS: Final = (
    Swap("grass", "lush green grass", "dry green grass"),
    Swap("forest", "dark forest", "lush forest"),
    Swap("path", "dark cobblestone path", "dry cobblestone path"),
    Swap(None, "lush grass", "dry grass"),
    Swap(None, "dry sand", "dark sand"),
    Swap(None, "dark forest", "lush forest"),
)
COVERS: Final = (
    Swap("grass", "lush green grass", "snowy green grass"),
    Swap("forest", "dark forest", "autumn forest"),
    Swap(None, "golden sand", "snowy sand"),
)


@dataclass(frozen=True)
class Swapped:
    """What came of a swap with one seed."""

    kept: float  # structure_kept of source and target, inside
    kept_by_rerun: float  # the same of source and re-run
    move: float  # of the mean colour, as a share of what the re-runs of all seeds moved it on average
    outside: int  # pixels changed beyond the mask and its margin


@dataclass(frozen=True, eq=False)
class _Painted:
    source: PixelArray
    target: PixelArray
    rerun: PixelArray
    inside: Inside


def measure(studio: Studio, swap: Swap, seeds: int, out: Path | None) -> list[Swapped]:
    """Paint a swap with each seed from 0 on."""
    painted = list(_paint(studio, swap, seeds, out))
    moves = [
        [mean_colour(image, each.inside.core) for image in (each.source, each.target, each.rerun)]
        for each in painted
    ]
    reference = np.mean([rerun - source for source, _, rerun in moves], axis=0)
    return [
        Swapped(
            kept=structure_kept(each.source, each.target, each.inside.core),
            kept_by_rerun=structure_kept(each.source, each.rerun, each.inside.core),
            move=along(target - source, reference),
            outside=each.inside.changed_beyond(each.source, each.target),
        )
        for each, (source, target, _) in zip(painted, moves, strict=True)
    ]


def _paint(studio: Studio, swap: Swap, seeds: int, out: Path | None) -> Iterator[_Painted]:
    subject = Subject(swap.terrain, swap.before)
    for seed in range(seeds):
        edited = studio.edit(subject, Rewrite(swap.after), seed)
        rerun = studio.paint(Subject(swap.terrain, swap.after), seed)
        inside = inside_of(studio.scene(subject, seed), subject)
        keep(np.concatenate([edited.extra.source, edited.image, rerun], axis=1), out, f"{_file(swap)}-{seed}")
        yield _Painted(edited.extra.source, edited.image, rerun, inside)


def _file(swap: Swap) -> str:
    return f"swap-{swap.terrain or 'plain'}-{swap.before}-{swap.after}".replace(" ", "_")


def told(runs: Sequence[Swapped]) -> str:
    """One swap's means, in words."""
    kept, rerun = fmean(run.kept for run in runs), fmean(run.kept_by_rerun for run in runs)
    move = fmean(run.move for run in runs)
    return f"structure kept {kept:.2f} (re-run {rerun:.2f}), moved {move:.0%} of the way"


def swap_figures(found: dict[Swap, list[Swapped]]) -> list[Figure]:
    """Structure and change over all seeds, of swaps in colour and of those that cover."""
    figures: list[Figure] = []
    groups = {
        "colour, in a map": [swap for swap in COLOURS if swap.terrain is not None],
        "colour, plain": [swap for swap in COLOURS if swap.terrain is None],
        "cover": COVERS,
    }
    for name, swaps in groups.items():
        runs = [run for swap in swaps for run in found.get(swap, ())]
        if runs:
            figures += _group_figures(f"swap of {name}", runs, len([swap for swap in swaps if swap in found]))
            asked = [
                structure_kept_by_the_painter(swap.before, swap.after, PAINTINGS)
                for swap in swaps
                if swap in found
            ]
            figures.append(Figure(f"swap of {name}: by the painter it learnt from", "ratio", fmean(asked)))
    beyond = [run.outside for swap, runs in found.items() if swap.terrain is not None for run in runs]
    if beyond:
        note = f"pixels, the most of {len(beyond)}"
        figures.append(
            Figure("swap in a terrain, changed beyond it", "count", max(beyond), most=0, note=note)
        )
    return figures


def _group_figures(name: str, runs: Sequence[Swapped], swaps: int) -> list[Figure]:
    kept, moves = [run.kept for run in runs], [run.move for run in runs]
    spread = f"{min(kept):.2f} to {max(kept):.2f}, {swaps} swaps, {len(runs)} pairs"
    halfway = fmean(move > HALF for move in moves)
    return [
        Figure(f"{name}: structure kept", "ratio", fmean(kept), least=0.8, note=spread),
        Figure(f"{name}: by a plain re-run", "ratio", fmean(run.kept_by_rerun for run in runs)),
        Figure(
            f"{name}: moved to the new word",
            "share",
            fmean(move > 0 for move in moves),
            least=0.9,
            note=f"past half way {halfway:.0%}; median {median(moves):.0%} of the way",
        ),
    ]
