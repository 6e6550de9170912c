"""Declare `tilebake init`: begin a project that paints at once."""

from pathlib import Path
from typing import Any

import click

from tilebake.cli.help_sections import SectionCommand
from tilebake.cli.setting_options import SETTINGS


def _preset_option(command: Any) -> Any:
    """Give the command --preset, with the names that every other command knows."""
    (preset,) = (setting for setting in SETTINGS if setting.name == "preset")
    return click.option("--preset", type=preset.type, help="Preset of the project's settings.")(command)


@click.command("init", cls=SectionCommand, short_help="Begin a project that paints at once.")
@click.argument("folder", required=False, metavar="[FOLDER]", type=click.Path(path_type=Path))
@_preset_option
def command(*, folder: Path | None, preset: Any) -> None:
    """Begin a project: a tilebake.toml with comments, a map to edit, and a .gitignore.

    FOLDER is made if it is not there. The default is the current folder. No file is ever overwritten. In a
    Godot project only tilebake.toml is written, for the addon writes the maps.
    """
    from tilebake.cli.run.init import run_init

    run_init(folder or Path(), preset)
