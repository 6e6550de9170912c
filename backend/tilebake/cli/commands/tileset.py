"""Declare `tilebake tileset`: paint TileSets, with the files by which engines read them."""

from pathlib import Path

import click

from tilebake.cli.help_sections import SectionCommand
from tilebake.cli.options import Choices, choices, json_option
from tilebake.cli.setting_options import SETTINGS


@click.command("tileset", cls=SectionCommand, short_help="Paint TileSets with transitions.")
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path, readable=False)
)
@click.option("--check", is_flag=True, help="Paint nothing. Exit with 3 if any TileSet is stale.")
@click.option("--force", is_flag=True, help="Paint all of them, even those up to date or in the cache.")
@json_option
@choices(
    *SETTINGS, out="Folder for the sheets, or a .png file for a single one. [default: as the project says]"
)
def command(*, files: tuple[Path, ...], check: bool, force: bool, choices: Choices, as_json: bool) -> int:
    """Paint TileSets: sheets of tiles for every way in which two to four terrains can meet.

    FILE is a map with "corners", the names of its terrains, in place of tiles. Beside the sheet NAME.png come
    NAME.tres for Godot, NAME.tsx for Tiled and NAME.tileset.json for others. What you change in one of these
    stays. `bake` and `watch` paint TileSets, too.
    """
    if check and force:
        raise click.UsageError("--check paints nothing, so it does not go with --force")
    from tilebake.cli.run.tileset import run_tileset

    return run_tileset(files, choices, check=check, force=force, as_json=as_json)
