"""Write what a model knows: its words.json, and the copy of the Godot addon.

python -m training.text.synonyms.write            # paints each terrain to measure its look
python -m training.text.synonyms.write --keep     # keeps the looks, and writes the words anew
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

import tilebake
from training.text.synonyms.looks import Look, look, paint
from training.text.synonyms.model_words import adjectives, nouns
from training.text.synonyms.table import synonyms

SEEDS: Final = (1, 2)
WORDS: Final = "words.json"
ADDON: Final = Path("godot_addon/addons/tilebake/core/names/known_words.json")


def content(model: Path, looks: Mapping[str, Look]) -> dict[str, Any]:
    """The content of words.json, from a model's judge and how its terrains look."""
    known = nouns(model / "judge.safetensors")
    terrains = {
        name: {
            "nouns": [noun for noun, of in known.items() if of == name],
            "colour": looks[name].colour,
            "roughness": looks[name].roughness,
        }
        for name in dict.fromkeys(known.values())
    }
    return {"terrains": terrains, "adjectives": adjectives(), "synonyms": synonyms(known)}


def text(content: Mapping[str, Any]) -> str:
    """The file's text: an entry a line, so that a change of one word is a line in a diff."""
    parts = ['{\n "terrains": {\n' + _entries(content["terrains"]) + "\n }"]
    parts.append(f' "adjectives": {json.dumps(content["adjectives"], ensure_ascii=False)}')
    parts.append(' "synonyms": {\n' + _entries(content["synonyms"]) + "\n }")
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


def _measured(model: Path) -> dict[str, Look]:
    painter = tilebake.load_painter(str(model))
    looks: dict[str, Look] = {}
    for noun, name in nouns(model / "judge.safetensors").items():
        if name not in looks:
            looks[name] = look([paint(painter, noun, seed) for seed in SEEDS])
            click.echo(f"{name}: {looks[name].colour}, {looks[name].roughness}")
    return looks


@click.command()
@click.option("--model", type=click.Path(path_type=Path), default=Path("backend/tilebake/embedded"))
@click.option("--addon", type=click.Path(path_type=Path), default=ADDON, show_default=True)
@click.option("--keep", is_flag=True, help="Keep the looks that the file holds; paint nothing.")
def main(model: Path, addon: Path, keep: bool) -> None:
    """Write both files."""
    looks = read_looks(model / WORDS) if keep else _measured(model)
    written = text(content(model, looks))
    for path in (model / WORDS, addon):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(written, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
