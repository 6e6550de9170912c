"""Declare `tilebake schema`: print the formats of map and project files, for editors and exporters."""

import json

import click

from tilebake.cli.help_sections import SectionCommand
from tilebake.cli.terminal.printing import print_result


@click.command("schema", cls=SectionCommand)
@click.option("--project", is_flag=True, help="Print that of tilebake.toml instead.")
def command(*, project: bool) -> None:
    """Print the JSON Schema of map files, or of tilebake.toml."""
    from tilebake.level.map.mapfile import schema
    from tilebake.level.project import project_schema

    print_result(json.dumps(project_schema() if project else schema(), indent=2))
