"""Run `tilebake models`: print models, and download them."""

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tilebake.cli.terminal.printing import print_result, say
from tilebake.cli.terminal.table import table
from tilebake.errors import shown
from tilebake.models import hub_cache
from tilebake.models.lookup import Models
from tilebake.models.reference import list_models, model_digest, resolve
from tilebake.models.words.model_words import ModelWords

_WIDTH: Final = 100  # characters of a line of words


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
    """Print what a model is: its files' digest, its size, its recommended settings, and its words."""
    source = resolve(reference)
    words = Models().words(reference, Path.cwd())
    fields = {
        "model": source.reference,
        "kind": source.kind,
        "path": str(source.path),
        "megabytes": round(_weight_bytes(source.path) / 1e6, 1),
        "digest": model_digest(source),
        "steps": source.defaults.steps,
        "guidance_scale": source.defaults.guidance_scale,
        "guidance_scale_low": source.defaults.guidance(None, None)[1],
        "scheduler": source.defaults.scheduler,
    }
    if as_json:
        known = {} if words is None else {"words": words.as_json()}
        print_result(json.dumps({**fields, **known}))
        return
    print_result(table((), [(name, str(value)) for name, value in fields.items()]))
    if words is not None:
        print_result("\n".join(("", *_word_lines(words, reference))))


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
