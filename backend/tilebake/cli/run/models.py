"""Run `tilebake models`: print models, and download them."""

import json
from pathlib import Path

from tilebake.cli.terminal.printing import print_result
from tilebake.cli.terminal.table import table
from tilebake.models import hub_cache
from tilebake.models.reference import list_models, model_digest, resolve


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
    """Print what a model is: its files' digest, its size and the settings that it recommends."""
    source = resolve(reference)
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
        print_result(json.dumps(fields))
    else:
        print_result(table((), [(name, str(value)) for name, value in fields.items()]))


def fetch_model(reference: str) -> None:
    """Download a model and print its folder."""
    print_result(str(hub_cache.fetch(reference)))


def _weight_bytes(path: Path) -> int:
    files = [path] if path.is_file() else path.rglob("*.safetensors")
    return sum(file.stat().st_size for file in files)
