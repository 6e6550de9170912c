"""`tilebake schema`: the map format, for editors and exporters."""

import json

import click


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of map files."""
    from tilebake.level.map.mapfile import schema

    click.echo(json.dumps(schema(), indent=2))
