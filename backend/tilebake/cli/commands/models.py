"""Declare `tilebake models`: list, inspect and download what there is to paint with."""

import click

from tilebake.cli.help_sections import SectionCommand
from tilebake.cli.options import json_option


@click.group("models")
def command() -> None:
    """List, inspect or download models."""


@command.command("list", cls=SectionCommand)
@json_option
def list_models(*, as_json: bool) -> None:
    """List the embedded model and every model that was downloaded."""
    from tilebake.cli.run.models import print_models

    print_models(as_json=as_json)


@command.command("info", cls=SectionCommand)
@click.argument("model")
@json_option
def info(*, model: str, as_json: bool) -> None:
    """Print the digest and size of MODEL's files, the settings it recommends, and the words it was taught.

    Of a LoRA, a textual inversion, a ControlNet, an IP-Adapter or a VAE, print what it is, which models it
    fits, and the line of tilebake.toml that names it.
    """
    from tilebake.cli.run.models import describe_model

    describe_model(model, as_json=as_json)


@command.command("fetch", cls=SectionCommand)
@click.argument("model")
def fetch(*, model: str) -> None:
    """Download MODEL by its hub id. No other command uses the network."""
    from tilebake.cli.run.models import fetch_model

    fetch_model(model)
