"""docs/words.md and its picture: every word of the embedded model, each terrain as it paints it.

    python -m benchmarks.docs_pages.words_page

Run it in the root of the repository, and look at the picture. Paintings in runs/words are not painted again.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click
from PIL import Image

from benchmarks.serve.process import REPOSITORY
from tilebake.models.reference import EMBEDDED
from tilebake.models.words.model_words import WORDS_NAME, ModelWords, read_words
from tilebake.paint.report.contact_sheet import Panel, contact_sheet
from training.text.synonyms.looks import paint_terrains
from training.text.synonyms.write import PICTURES

PAGE: Final = REPOSITORY / "docs" / "words.md"
SHEET: Final = REPOSITORY / "docs" / "words.jpg"
COLUMNS: Final = 9
SIDE: Final = 128  # pixels of a picture
QUALITY: Final = 76
EXAMPLE: Final = (
    "note: lake.json:4:16: $.terrains.bay: terrain 'bay': \"fjord\" is unknown to the embedded model; "
    "nearest that it knows: lake, water, river"
)
MODIFIED: Final = (
    "note: marsh.json:4:16: $.terrains.fen: terrain 'fen': \"haunted\" is unknown to the embedded model, "
    'which reads "swamp"; nearest that it knows: dark'
)
SHOWN: Final = (  # of each kind of word that it does not know, some
    "fjord, harbor, arena, orchard, vineyard, courtyard, corridor, tavern, sewer, statue, "
    "weide, burg, forêt, château, playa, 草原, 海"
)


@click.command()
@click.option("--pictures", type=click.Path(path_type=Path), default=PICTURES, show_default=True)
def main(pictures: Path) -> None:
    """Paint the picture of docs/words.md, and write the page."""
    words = embedded_words()
    firsts = {name: terrain.nouns[0] for name, terrain in words.terrains.items()}
    painted = paint_terrains(EMBEDDED, firsts, pictures)
    panels = [Panel(firsts[name], painted[name][0]) for name in firsts]
    sheet = contact_sheet(panels, heading="What the embedded model paints", columns=COLUMNS, panel_size=SIDE)
    Image.fromarray(sheet).save(SHEET, quality=QUALITY)
    PAGE.write_text(page(words), encoding="utf-8", newline="\n")


def embedded_words() -> ModelWords:
    """Read the words of the embedded model. Raises ValueError where it has none."""
    words = read_words(EMBEDDED / WORDS_NAME)
    if words is None:
        raise ValueError(f"{EMBEDDED} has no words")
    return words


def page(words: ModelWords) -> str:
    """Write the page in Markdown."""
    terrains = [(name.replace("_", " "), ", ".join(each.nouns)) for name, each in words.terrains.items()]
    near = [(word, ", ".join(words.nearest(words.synonyms[word]))) for word in SHOWN.split(", ")]
    return f"""\
# The words of the embedded model

The small model that ships with tilebake was taught {len(words.terrains)} terrains. A prompt needs one
of their nouns; adjectives before it change how it looks: "mossy cobblestone path", "clear blue water". Any
other noun comes out as something else. SDXL's own checkpoints know far more words.

![Every terrain of the embedded model, painted by the first of its nouns](words.jpg)

| terrain | nouns |
| --- | --- |
{_rows(terrains)}

Adjectives: {", ".join(words.adjectives)}.

## Words that it does not know

They are told before anything is painted, with the nearest noun that it knows: by `tilebake bake`,
`bake --check`, `show prompts`, `show attention`, `tune`, `edit`, `doctor` and `watch`, in the dock and in the
inspector. The record of a bake holds them as `notes`.

```text
{EXAMPLE}
```

Nothing is replaced: the words of a map are painted as they stand. The nearest noun is the one whose picture
comes nearest. There are {len(words.synonyms):,} words in English, German, French, Spanish and Japanese that
have one. Some of them:

| you write | nearest that it knows |
| --- | --- |
{_rows(near)}

Words beside a known noun are told as well, adjectives among them, in a note of their own:

```text
{MODIFIED}
```

What they say is not in the picture, and some spoil what is known. One adjective before a noun is safest.

Nothing is told of words that say nothing of a terrain, such as "seamless", "highly detailed" or "hand
painted".

`tilebake models info embedded --json` lists them all. They come from `words.json` in the model's folder. Any
model's folder may hold one, and whatever it says changes no pixel; of a model without one nothing is told.
"""


def _rows(rows: Sequence[tuple[str, str]]) -> str:
    return "\n".join(f"| {first} | {second} |" for first, second in rows)


if __name__ == "__main__":
    main()
