"""Declare `tilebake schema`: print the map format, for editors and exporters."""

import json

import click

from tilebake.cli.help_sections import SectionCommand
from tilebake.cli.terminal.printing import print_result


@click.command("schema", cls=SectionCommand)
def command() -> None:
    """Print the JSON Schema of map files."""
    from tilebake.level.map.mapfile import schema

    print_result(json.dumps(schema(), indent=2))
