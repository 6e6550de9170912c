"""Write what a model knows: its words.json, and the copy of the Godot addon.

python -m training.text.synonyms.write            # paints each terrain, and measures its look
python -m training.text.synonyms.write --keep     # keeps the looks, and writes the words anew
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from training.text.synonyms.looks import Look, look, paint_terrains
from training.text.synonyms.measured import ASTRAY, CLASHES, PAINTED, phrases
from training.text.synonyms.model_words import adjectives, first_nouns, nouns
from training.text.synonyms.table import modifiers, synonyms, unlike_any

MODEL: Final = Path("backend/tilebake/embedded")
JUDGE: Final = "judge.safetensors"
PICTURES: Final = Path("runs/words")
WORDS: Final = "words.json"
ADDON: Final = Path("godot_addon/addons/tilebake/core/names/known_words.json")


def content(model: Path, looks: Mapping[str, Look]) -> dict[str, Any]:
    """The content of words.json, from a model's judge and how its terrains look."""
    known = nouns(model / JUDGE)
    terrains = {
        name: {
            "nouns": [noun for noun, of in known.items() if of == name],
            "colour": looks[name].colour,
            "roughness": looks[name].roughness,
        }
        for name in dict.fromkeys(known.values())
    }
    return {
        "terrains": terrains,
        "adjectives": adjectives(),
        "unlike_any": unlike_any(),
        "painted": phrases(PAINTED),
        "astray": phrases(ASTRAY),
        "darkens": True,  # by an eighth with "ice" as a map's negative prompt, and broken by dark cracks
        "clashes": list(CLASHES),
        "modifiers": modifiers(adjectives()),
        "synonyms": synonyms(known),
    }


def text(content: Mapping[str, Any]) -> str:
    """The file's text: an entry a line, so that a change of one word is a line in a diff."""
    parts = ['{\n "terrains": {\n' + _entries(content["terrains"]) + "\n }"]
    for key in ("adjectives", "unlike_any", "painted", "astray", "darkens", "clashes"):
        parts.append(f' "{key}": {json.dumps(content[key], ensure_ascii=False)}')
    for key in ("modifiers", "synonyms"):
        parts.append(f' "{key}": {{\n' + _entries(content[key]) + "\n }")
    return ",\n".join(parts) + "\n}\n"


def read_looks(file: Path) -> dict[str, Look]:
    """The looks that a words.json holds."""
    terrains = json.loads(file.read_text(encoding="utf-8"))["terrains"]
    return {name: Look(each["colour"], each["roughness"]) for name, each in terrains.items()}


def _entries(entries: Mapping[str, Any]) -> str:
    return ",\n".join(
        f"  {json.dumps(key, ensure_ascii=False)}: {json.dumps(value, ensure_ascii=False)}"
        for key, value in entries.items()
    )


def _measured(model: Path, pictures: Path) -> dict[str, Look]:
    painted = paint_terrains(model, first_nouns(nouns(model / JUDGE)), pictures)
    return {name: look(each) for name, each in painted.items()}


@click.command()
@click.option("--model", type=click.Path(path_type=Path), default=MODEL, show_default=True)
@click.option("--addon", type=click.Path(path_type=Path), default=ADDON, show_default=True)
@click.option("--pictures", type=click.Path(path_type=Path), default=PICTURES, show_default=True)
@click.option("--keep", is_flag=True, help="Keep the looks that the file holds; paint nothing.")
def main(model: Path, addon: Path, pictures: Path, keep: bool) -> None:
    """Write both files. Pictures that are there are not painted again."""
    looks = read_looks(model / WORDS) if keep else _measured(model, pictures)
    written = text(content(model, looks))
    for path in (model / WORDS, addon):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(written, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
