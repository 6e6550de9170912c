"""Measure which phrases of the English list come out as they mean, though nouns in them say otherwise.

python -m training.text.synonyms.measure [PHRASE]...   # all: a quarter of an hour; keeps what is painted
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import click
import numpy as np
from PIL import Image

import tilebake
from tilebake.paint.judge.judging import judge_map_tiles
from tilebake.paint.judge.network import Judge
from tilebake.paint.judge.reading import read_judge
from training.text.synonyms.looks import level_of
from training.text.synonyms.model_words import nouns
from training.text.synonyms.table import fold, read_list
from training.text.synonyms.write import JUDGE, MODEL

SIDE: Final = 3  # tiles
MOST, FEW = 7, 2  # right tiles of nine from which on a phrase is painted, and up to which it is astray


class Phrase(NamedTuple):
    """A phrase that no model was taught, the terrain that it means, and those of the known nouns in it."""

    text: str
    meant: str
    held: frozenset[str]


def phrases_with_nouns(known: Mapping[str, str]) -> Iterator[Phrase]:
    """The phrases of the English list that hold a known noun. `known`: each noun with its terrain's name."""
    terrains = {fold(noun): name for noun, name in known.items()}
    for text, noun in read_list(Path(__file__).parent / "english.txt"):
        words = fold(text).split()
        spans = {" ".join(words[i:j]) for j in range(len(words) + 1) for i in range(j)}
        held = frozenset(terrains[span] for span in spans & set(terrains))
        if held and noun in known and fold(text) not in terrains:
            yield Phrase(text, known[noun], held)


def kind(phrase: Phrase, right: int) -> str:
    """What a phrase is that comes out right on so many tiles: "PAINTED", "ASTRAY", or nothing new."""
    if phrase.held <= {phrase.meant}:
        return "ASTRAY" if right <= FEW else ""
    return "PAINTED" if right >= MOST else ""


def right_tiles(judge: Judge, phrase: Phrase, file: Path) -> int:
    """How many tiles of a phrase's picture the judge takes for what it means."""
    image = np.asarray(Image.open(file).convert("RGB"))
    found = judge_map_tiles(judge, image, tilebake.load_map(level_of(phrase.text, SIDE)))
    return sum(name == phrase.meant for _, name in found)


@click.command()
@click.option("--model", type=click.Path(path_type=Path), default=MODEL, show_default=True)
@click.option("--pictures", type=click.Path(path_type=Path), default=Path("runs/phrases"), show_default=True)
@click.argument("texts", nargs=-1)
def main(model: Path, pictures: Path, texts: tuple[str, ...]) -> None:
    """Paint TEXTS, or each phrase, on 3 x 3 tiles; print what measured.py may hold, once it was looked at."""
    known = phrases_with_nouns(nouns(model / JUDGE))
    files = {each: pictures / f"{each.text}.png" for each in known if not texts or each.text in texts}
    if missing := {phrase: file for phrase, file in files.items() if not file.exists()}:
        pictures.mkdir(parents=True, exist_ok=True)
        painter = tilebake.load_painter(str(model))
        for phrase, file in missing.items():
            tilebake.write_png(file, painter.bake_map(level_of(phrase.text, SIDE), seed=1).image)
    judge = read_judge(model / JUDGE)
    kinds = {phrase.text: kind(phrase, right_tiles(judge, phrase, file)) for phrase, file in files.items()}
    for name in ("PAINTED", "ASTRAY"):
        click.echo(f"{name}: {', '.join(sorted(text for text in kinds if kinds[text] == name))}")


if __name__ == "__main__":
    main()
