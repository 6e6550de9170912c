"""Paint sixty words that a level designer types, 3 x 3 tiles each, and count which are right or told.

    python -m benchmarks.words                  # an hour on two busy cores; what is painted is kept
    python -m benchmarks.words --untold         # only the words of which nothing is told

A word is right where the judge takes most of its tiles for a terrain that a person takes for right.
"""

from collections import Counter
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote

import click
import numpy as np
from PIL import Image

import tilebake
from benchmarks.docs_pages.words_page import embedded_words
from benchmarks.words.sixty import SIXTY
from tilebake.models.reference import EMBEDDED
from tilebake.models.words.advice import advise
from tilebake.paint.judge.judging import judge_map_tiles
from tilebake.paint.judge.network import Judge
from tilebake.paint.judge.reading import JUDGE, read_judge
from training.text.synonyms.looks import level_of

SIDE: Final = 3  # tiles
SEED: Final = 1


class Outcome(NamedTuple):
    """What came of one word."""

    word: str
    shown: str  # the terrain that most of its tiles show; empty where it was not painted
    is_right: bool
    note: str  # empty where nothing is told


def told(word: str) -> str:
    """Return what is told of a word; empty for nothing."""
    return "; ".join(str(note) for note in advise(word, words=embedded_words(), model="embedded"))


def paint(word: str, folder: Path, painter: tilebake.MapPainter) -> Path:
    """Paint a word, once; return the picture."""
    file = folder / f"{quote(word)}.png"
    if not file.exists():
        tilebake.write_png(file, painter.bake_map(level_of(word, SIDE), seed=SEED).image)
    return file


def most_shown(judge: Judge, word: str, file: Path) -> str:
    """Return the terrain that most tiles of a picture show."""
    image = np.asarray(Image.open(file).convert("RGB"))
    found = judge_map_tiles(judge, image, tilebake.load_map(level_of(word, SIDE)))
    return Counter(name for _, name in found).most_common(1)[0][0]


@click.command()
@click.option("--pictures", type=click.Path(path_type=Path), default=Path("runs/sixty"), show_default=True)
@click.option("--untold", "untold_only", is_flag=True, help="Paint only the words of which nothing is told.")
def main(pictures: Path, untold_only: bool) -> None:
    """Print what comes of each word, and how many are right or told."""
    pictures.mkdir(parents=True, exist_ok=True)
    painter, judge = tilebake.load_painter(), read_judge(EMBEDDED / JUDGE)
    outcomes: list[Outcome] = []
    for word in sorted(SIXTY, key=lambda each: bool(told(each))):
        note = told(word)
        shown = "" if note and untold_only else most_shown(judge, word, paint(word, pictures, painter))
        outcomes.append(Outcome(word, shown, shown in SIXTY[word], note))
        click.echo(f"{word:20} {shown or '-':14} {'right' if outcomes[-1].is_right else '':6} {note}")
    right, either = (sum(map(bool, each)) for each in (_right(outcomes), _right_or_told(outcomes)))
    click.echo(f"{len(outcomes)} words: {right} right, {either} right or told")


def _right(outcomes: list[Outcome]) -> list[bool]:
    return [outcome.is_right for outcome in outcomes]


def _right_or_told(outcomes: list[Outcome]) -> list[bool]:
    return [outcome.is_right or bool(outcome.note) for outcome in outcomes]
