"""Declare `tilebake generate`: paint a prompt without a map, as a baseline."""

import click

from tilebake.cli.help_sections import SectionCommand
from tilebake.cli.options import Choices, choices, json_option, size_options
from tilebake.cli.setting_options import SAMPLING
from tilebake.level.torus.wrap import WRAPS, Wrap


@click.command("generate", cls=SectionCommand, short_help="Paint a prompt without a map.")
@click.argument("prompt")
@click.option("--negative", default="", metavar="PROMPT", help="What the picture must not show.")
@size_options
@click.option(
    "--wrap",
    type=click.Choice(WRAPS),
    is_flag=False,
    flag_value="both",
    help="Let the picture go on at its other side, so that it repeats without a seam: along x, y or both, "
    "which it is without a value.",
)
@click.option("--fast", is_flag=True, help="Paint a preview: of the same size, in fewer steps.")
@json_option
@choices(*SAMPLING, out="The .png file to write. [default: generated.png]")
def command(
    *,
    prompt: str,
    negative: str,
    width: int,
    height: int,
    wrap: Wrap | None,
    choices: Choices,
    fast: bool,
    as_json: bool,
) -> None:
    """Paint PROMPT without a map, with the same model and code path, and print how long it took.

    For example: tilebake generate "mossy stone" --width 512 --height 256 --out stone.png
    """
    from tilebake.cli.run.generate import run_generate

    run_generate(prompt, negative, (width, height), choices, wrap, is_fast=fast, as_json=as_json)
