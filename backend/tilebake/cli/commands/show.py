"""Declare `tilebake show`: see what a map makes the model do, before it paints and while it does."""

import re
from pathlib import Path
from typing import Final

import click

from tilebake.cli.help_sections import SectionCommand
from tilebake.cli.options import Choices, choices, json_option
from tilebake.cli.setting_options import BLENDING, SETTINGS

MAP: Final = click.argument("map_path", metavar="MAP", type=click.Path(path_type=Path, readable=False))


def _parse_steps(context: click.Context, parameter: click.Parameter, value: str | None) -> slice:
    """Parse steps as people count them, "2-5" or "3", into a slice; all of them without."""
    match = re.fullmatch(r"(\d{1,4})(?:-(\d{1,4}))?", value or "1-9999")
    if match is None or not 1 <= int(match[1]) <= int(match[2] or match[1]):
        raise click.BadParameter(
            f"{value!r} is not FIRST-LAST, counted from 1, such as 2-5", context, parameter
        )
    return slice(int(match[1]) - 1, int(match[2] or match[1]))


@click.group("show")
def command() -> None:
    """Show a map's masks, prompts or attention."""


@command.command("masks", cls=SectionCommand)
@MAP
@choices(
    *BLENDING,
    out="The .png file to write. [default: NAME.masks.png beside the texture]",
    model=False,
    seed=False,
)
def masks(*, map_path: Path, choices: Choices) -> None:
    """Draw the tiles of MAP, each terrain's mask, their sum and the edges. Loads no model."""
    from tilebake.cli.run.show import show_masks

    show_masks(map_path, choices)


@command.command("prompts", cls=SectionCommand)
@MAP
@json_option
@choices(seed=False)
def prompts(*, map_path: Path, choices: Choices, as_json: bool) -> None:
    """Print how the model reads the prompts of MAP: tokens, their weights, and the shapes of embeddings."""
    from tilebake.cli.run.show import show_prompts

    show_prompts(map_path, choices, as_json=as_json)


@command.command("attention", cls=SectionCommand)
@MAP
@click.option("--words", required=True, metavar="WORD,...", help="Words or phrases of the map's prompts.")
@click.option("--terrain", metavar="NAME", help="Search only this terrain's prompt. [default: all prompts]")
@click.option(
    "--during",
    metavar="FIRST-LAST",
    callback=_parse_steps,
    help="Average over these steps, counted from 1. [default: all steps]",
)
@click.option(
    "--level",
    metavar="SIZE",
    help="Average over the layers with maps of this size, such as 32 or 32x24. [default: all layers]",
)
@click.option("--npz", type=click.Path(path_type=Path), help="Also write the maps as numpy arrays.")
@choices(*SETTINGS, out="The .png file to write. [default: NAME.attention.png beside the texture]")
def attention(
    *,
    map_path: Path,
    words: str,
    terrain: str | None,
    during: slice,
    level: str | None,
    npz: Path | None,
    choices: Choices,
) -> None:
    """Paint MAP and draw where single words of its prompts are attended to, step by step.

    For example: tilebake show attention maps/forest.json --words grass,water
    """
    from tilebake.cli.planning import AttentionOptions
    from tilebake.cli.run.show import show_attention

    sought = tuple(word.strip() for word in words.split(","))
    show_attention(map_path, AttentionOptions(sought, terrain, during, level, npz), choices)
