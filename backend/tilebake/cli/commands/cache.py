"""Declare `tilebake cache`: show and empty the cache of finished textures and windows."""

import click

from tilebake.cli.help_sections import SectionCommand
from tilebake.cli.options import json_option


@click.group("cache")
def command() -> None:
    """Show or empty the cache of finished textures, and of windows of large maps."""


@command.command("info", cls=SectionCommand)
@json_option
def info(*, as_json: bool) -> None:
    """Print where the cache is, how much it holds and how much it may."""
    from tilebake.cli.run.cache import show_cache

    show_cache(as_json=as_json)


@command.command("prune", cls=SectionCommand)
@click.option(
    "--max-size",
    metavar="SIZE",
    default="2GiB",
    show_default=True,
    help="How much may stay of each, such as 500MB. 0 empties the cache.",
)
@json_option
def prune(*, max_size: str, as_json: bool) -> None:
    """Remove the textures and windows that were not used for longest, until the rest fits."""
    from tilebake.cli.run.cache import prune_cache

    prune_cache(max_size, as_json=as_json)
