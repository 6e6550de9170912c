"""`tilebake models`: what there is to paint with."""

import json
from pathlib import Path

import click

from tilebake.cli.options import json_option
from tilebake.cli.table import table


@click.group("models")
def command() -> None:
    """List, inspect and fetch models."""


@command.command("list")
@json_option
def list_models(*, as_json: bool) -> None:
    """The embedded model and every one that was fetched."""
    from tilebake.models.reference import list_models

    sources = list_models()
    if as_json:
        for source in sources:
            click.echo(json.dumps({"model": source.reference, "kind": source.kind, "path": str(source.path)}))
    else:
        click.echo(table(("MODEL", "KIND", "PATH"), [(s.reference, s.kind, str(s.path)) for s in sources]))


@command.command("info")
@click.argument("model")
@json_option
def info(*, model: str, as_json: bool) -> None:
    """What a model is: its files' digest, its size and the settings that it recommends."""
    from tilebake.models.reference import model_digest, resolve

    source = resolve(model)
    fields = {
        "model": source.reference,
        "kind": source.kind,
        "path": str(source.path),
        "megabytes": round(_bytes(source.path) / 1e6, 1),
        "digest": model_digest(source),
        "steps": source.defaults.steps,
        "guidance_scale": source.defaults.guidance_scale,
        "guidance_scale_low": source.defaults.guidance(None, None)[1],
        "scheduler": source.defaults.scheduler,
    }
    if as_json:
        click.echo(json.dumps(fields))
    else:
        click.echo(table((), [(name, str(value)) for name, value in fields.items()]))


@command.command("fetch")
@click.argument("model")
def fetch(*, model: str) -> None:
    """Download a model by its hub id: the only command that uses the network."""
    from tilebake.models.hub_cache import fetch as download

    click.echo(str(download(model)))


def _bytes(path: Path) -> int:
    files = [path] if path.is_file() else path.rglob("*.safetensors")
    return sum(file.stat().st_size for file in files)
