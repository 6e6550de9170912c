"""Run `tilebake models`: print models, and download them."""

import json
import re
import shlex
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from tilebake.cli.terminal.printing import near, print_result, say
from tilebake.cli.terminal.table import table
from tilebake.errors import shown
from tilebake.level.containment import is_within
from tilebake.level.project import find_project
from tilebake.models import hub_cache
from tilebake.models.added.describe import describe_added
from tilebake.models.added.kinds import AddedKind
from tilebake.models.defaults import Defaults
from tilebake.models.labels.few_steps import few_steps_of
from tilebake.models.labels.label import read_label
from tilebake.models.lookup import Models
from tilebake.models.reference import find_added, list_models, model_digest, resolve
from tilebake.models.weights import tensor_shapes
from tilebake.models.words.model_words import ModelWords

_WIDTH: Final = 100  # characters of a line of words
_NEEDS: Final = {  # what has to be said beside it
    AddedKind.IP_ADAPTER: 'a picture: "reference" in a map, on a terrain or in tilebake.toml',
    AddedKind.CONTROLNET: 'a picture: "structure" or "art" in a map',
}


def print_models(*, as_json: bool) -> None:
    """Print the embedded model and every one that was downloaded."""
    sources = list_models()
    if as_json:
        for source in sources:
            fields = {"model": source.reference, "kind": source.kind, "path": str(source.path)}
            print_result(json.dumps(fields))
    else:
        print_result(table(("MODEL", "KIND", "PATH"), [(s.reference, s.kind, str(s.path)) for s in sources]))


def describe_model(reference: str, *, as_json: bool) -> None:
    """Print what a model is: its files' digest, its size, its recommended settings, and its words.

    Of what is loaded beside a model, such as a LoRA, what it is and how to name it.
    """
    added = find_added(reference)
    if added is not None:
        _print_fields(_added_fields(reference, *added), as_json=as_json)
        return
    source = resolve(reference)
    words = Models().words(reference, Path.cwd())
    fields = {
        "model": source.reference,
        "kind": source.kind,
        "path": str(source.path),
        "megabytes": round(_weight_bytes(source.path) / 1e6, 1),
        "digest": model_digest(source),
        **_settings_fields(source.defaults),
    }
    if as_json:
        known = {} if words is None else {"words": words.as_json()}
        print_result(json.dumps({**fields, **known}))
        return
    print_result(table((), [(name, str(value)) for name, value in fields.items()]))
    if words is not None:
        print_result("\n".join(("", *_word_lines(words, reference))))


def _settings_fields(defaults: Defaults) -> dict[str, object]:
    """Return the settings that are recommended, and why, where it is for the name."""
    return {
        "steps": defaults.steps,
        "guidance_scale": defaults.guidance_scale,
        "guidance_scale_low": defaults.guidance(None, None)[1],
        "scheduler": defaults.scheduler,
        **({"timestep_spacing": defaults.timestep_spacing} if defaults.timestep_spacing else {}),
        **({"guidance_rescale": defaults.guidance_rescale} if defaults.guidance_rescale else {}),
        **({"because": defaults.because} if defaults.because else {}),
    }


def _added_fields(reference: str, path: Path, kind: AddedKind) -> dict[str, object]:
    """Return what is to be known of a thing that is loaded beside a model, and how to name it."""
    described = describe_added(path, kind)
    few_steps = few_steps_of(read_label(path), is_lora=True) if kind is AddedKind.LORA else None
    return {
        kind.name.lower(): reference,
        **described.fields,
        "path": str(described.path.absolute()),
        "megabytes": round(sum(file.stat().st_size for file in described.files) / 1e6, 1),
        "digest": described.digest(),
        **({} if few_steps is None else _settings_fields(few_steps)),
        **_naming(described.path, kind),
    }


def _naming(path: Path, kind: AddedKind) -> Mapping[str, object]:
    """Return how a file is named in tilebake.toml, if it lies in the project, and on the command line."""
    word = _word_of(path) if kind is AddedKind.EMBEDDING else None
    typed = shlex.quote(near(path) if word is None else f"{word}={near(path)}")
    need = _NEEDS.get(kind) if word is None else f"{word} in a prompt"
    return {
        **_line_of_project(path, kind, word),
        "option": f"{kind.option} {typed}",
        **({} if need is None else {"needs": need}),
    }


def _line_of_project(path: Path, kind: AddedKind, word: str | None) -> Mapping[str, object]:
    root = find_project(Path.cwd()).root.resolve()
    if not is_within(path, root):
        return {}
    name = json.dumps(path.resolve().relative_to(root).as_posix(), ensure_ascii=False)
    forms = {AddedKind.LORA: f"{kind.key} = [{name}]", AddedKind.EMBEDDING: f"{kind.key}.{word} = {name}"}
    return {"tilebake_toml": forms.get(kind, f"{kind.key} = {name}")}


def _word_of(path: Path) -> str:
    """Return a word for a textual inversion, like the name that it was trained under; CLIP knows no such."""
    (first, *_) = tensor_shapes(path)
    name = first if path.stem == "learned_embeds" else path.stem
    word = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-").lower()
    return word if "-" in word else f"{word}-style".lstrip("-")


def _print_fields(fields: Mapping[str, object], *, as_json: bool) -> None:
    rows = [(name, str(value)) for name, value in fields.items()]
    print_result(json.dumps(fields) if as_json else table((), rows))


def _word_lines(words: ModelWords, reference: str) -> Iterator[str]:
    """Yield what a model was taught to paint, as lines of a table."""
    rows = [(name, ", ".join(terrain.nouns)) for name, terrain in words.terrains.items()]
    yield table(("TERRAIN", "NOUNS"), rows)
    yield ""
    yield from textwrap.wrap(f"adjectives: {', '.join(words.adjectives)}", _WIDTH)
    for clash in words.clashes:
        noun = words.terrains[clash.paints].nouns[0]
        kinds = f"{', '.join(clash.one)} with {', '.join(clash.other)}"
        yield f"not together, for whatever they stand before comes out as {noun}: {kinds}"
    yield ""
    further = len(words.synonyms) + len(words.modifiers)
    yield f"{further:,} further words are unknown to it, and told with the nearest that it knows:"
    yield f"tilebake models info {reference} --json"


def fetch_model(reference: str) -> None:
    """Say how large a model is and under which licence, download it, and print its folder."""
    print_result(str(hub_cache.fetch(reference, _say_what_comes)))


def _say_what_comes(download: hub_cache.Download) -> None:
    licence = f"licence {download.licence}" if download.licence else "its card names no licence"
    size = f"{download.size / 1e9:.1f} GB"
    say(f"{shown(download.repo_id)}: {size}, {shown(licence)}, into {shown(download.folder)}")
    say("Ctrl-C stops it, and a later fetch goes on from there")


def _weight_bytes(path: Path) -> int:
    files = [path] if path.is_file() else path.rglob("*.safetensors")
    return sum(file.stat().st_size for file in files)
