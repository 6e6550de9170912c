"""Declare `tilebake tune`: paint a map with several settings, side by side."""

from pathlib import Path

import click

from tilebake.cli.help_sections import SectionCommand
from tilebake.cli.options import Choices, choices
from tilebake.cli.setting_options import SETTINGS


@click.command("tune", cls=SectionCommand, short_help="Paint a map with several settings, side by side.")
@click.argument("map_path", metavar="MAP", type=click.Path(path_type=Path))
@choices(
    *(setting.listed() for setting in SETTINGS),
    out="The .png file to write. [default: NAME.tune.png]",
)
def command(*, map_path: Path, choices: Choices) -> int:
    """Paint MAP with every combination of the settings, and lay the pictures out on one sheet.

    Give each setting one value, or several divided by commas.

    For example: tilebake tune maps/forest.json --mask-sigma 3,5,8 --base-prompt-weight 0.1,0.3,0.5

    Under each picture stand three figures: how much of each terrain's attention lies within its own tiles;
    how many tiles the model's judge takes for their terrain, if the model has a judge; and how visible the
    borders between like tiles are, where 1 means not at all. A combination that fails is crossed out, the
    others are painted all the same, and the exit code is 1.
    """
    from tilebake.cli.run.tune import run_tune

    return run_tune(map_path, choices)
