"""Judge whether the model paints each terrain when it is simply asked for it, in several wordings."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from benchmarks.quality.cores import picture_cores
from benchmarks.quality.paintings import keep, unobserved
from benchmarks.quality.placement import Share, Verdict
from tilebake.cli.options import Choices
from tilebake.cli.planning import bake_options
from tilebake.paint.judge.network import Judge, verdicts
from tilebake.paint.picture import PixelArray
from tilebake.paint.pipeline import Pipeline
from training.terrain.catalog import TERRAINS

SIDE: Final = 256  # pixels
# No wording has an adjective that changes the look.
WORDINGS: Final = (
    "{first}",
    "{plain} {second}",
    "top-down fantasy game map, hand painted, {plain} {first}",
    "{third}, seen from above",
)


def prompts(terrain: str, count: int) -> list[str]:
    """`count` prompts for a terrain: each wording in turn."""
    words, plain = TERRAINS[terrain].words, TERRAINS[terrain].plain
    nouns = {"first": words[0], "second": words[1], "third": words[2 % len(words)]}
    return [WORDINGS[i % len(WORDINGS)].format(**nouns, plain=plain[i % len(plain)]) for i in range(count)]


def judge_plain(
    judge: Judge, pipeline: Pipeline, choices: Choices, count: int, out: Path | None
) -> Iterator[Verdict]:
    """Verdicts on the cores of `count` pictures of each terrain, each with another wording and seed."""
    for terrain in judge.names:
        for seed, prompt in enumerate(prompts(terrain, count)):
            image = _generate(pipeline, prompt, seed, choices)
            keep(image, out, f"plain-{terrain}-{seed}")
            for found in verdicts(judge, picture_cores(image), among={*judge.common, terrain}):
                yield Verdict(f"{prompt} (seed {seed})", terrain, str(found), is_inner=True, is_thin=False)


def pictures_right(cores: Sequence[Verdict]) -> Share:
    """How many pictures show the terrain asked for in most of their cores."""
    votes = Counter((core.wanted, core.picture) for core in cores if core.is_right)
    totals = Counter((core.wanted, core.picture) for core in cores)
    return Share(sum(votes[picture] * 2 > total for picture, total in totals.items()), len(totals))


def _generate(pipeline: Pipeline, prompt: str, seed: int, choices: Choices) -> PixelArray:
    settings = bake_options(choices).settings
    return pipeline.generate(prompt, (SIDE, SIDE), unobserved, settings=settings, seed=seed).image
