"""Declare `tilebake tune`: paint a map with several seeds and settings, side by side, and keep one."""

from pathlib import Path

import click

from tilebake.cli.help_sections import SectionCommand
from tilebake.cli.options import (
    Choices,
    WholeNumber,
    check_seed,
    choices,
    fast_option,
    model_option,
    parse_lora,
)
from tilebake.cli.setting_options import SETTINGS
from tilebake.level.terrain import LoraRef


def _parse_seeds(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> tuple[int, ...] | None:
    if value is None:
        return None
    parts = [part.strip() for part in value.split(",")]
    wrong = next((part for part in parts if not part.isdecimal()), None)
    if wrong is not None:
        raise click.BadParameter(
            f"{wrong!r} is not a seed such as 7, nor several such as 1,2,3", context, parameter
        )
    for part in parts:
        check_seed(context, parameter, int(part))
    return tuple(dict.fromkeys(map(int, parts)))


def _parse_weights(
    _context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[LoraRef, ...], ...]:
    """Parse PATH=WEIGHT,...: each LoRA with the weights to try, in the order given."""
    return tuple(_lora_weights(value) for value in values)


def _lora_weights(text: str) -> tuple[LoraRef, ...]:
    path, _, weights = text.rpartition("=")
    tried = tuple(parse_lora(f"{path}={weight.strip()}") for weight in weights.split(","))
    are_weights = bool(path) and all(lora.path == path for lora in tried)
    return tuple(dict.fromkeys(tried)) if are_weights else (parse_lora(text),)


@click.command("tune", cls=SectionCommand, short_help="Paint a map with several settings, side by side.")
@click.argument("map_path", metavar="MAP", type=click.Path(path_type=Path, readable=False))
@click.option(
    "--keep",
    metavar="N",
    type=WholeNumber(1),
    help="Write the N-th combination of the sheet into MAP, and paint it. No sheet is made.",
)
@fast_option
@choices(
    *(setting.listed() for setting in SETTINGS),
    out="The .png file to write. [default: NAME.tune.png beside the texture]",
    lora=False,
    seed=False,
)
@model_option(
    "--lora",
    "weighed_loras",
    metavar="PATH[=WEIGHT,...]",
    multiple=True,
    callback=_parse_weights,
    help="LoRA to add to the model, with the weights to try. May be repeated.",
)
@model_option("--seed", "seeds", metavar="SEED,...", callback=_parse_seeds, help="Seeds to try.")
def command(
    *,
    map_path: Path,
    keep: int | None,
    seeds: tuple[int, ...] | None,
    weighed_loras: tuple[tuple[LoraRef, ...], ...],
    choices: Choices,
    fast: bool,
) -> int:
    """Paint MAP with every combination of the settings, and lay the pictures out on one sheet.

    Give each setting one value, or several divided by commas.

    \b
    tilebake tune maps/forest.json --seed 1,2,3,4
    tilebake tune maps/forest.json --seed 1,2,3,4 --keep 3
    tilebake tune maps/forest.json --mask-sigma 3,5,8 --base-prompt-weight 0.1,0.3,0.5
    tilebake tune maps/forest.json --preset painting,pixel-art

    The same command with --keep N writes what sets the N-th picture apart into MAP, and changes nothing else
    there; every later bake paints it, in full after --fast too.

    Under each picture stand three figures: how much of each terrain's attention lies within its own tiles;
    how many tiles the model's judge takes for their terrain, if the model has a judge; and how visible the
    borders between like tiles are, where 1 means not at all. A combination that fails is crossed out, the
    others are painted all the same, and the exit code is 1.
    """
    from tilebake.cli.run.tune import run_keep, run_tune
    from tilebake.cli.tuning.axes import Axes

    axes = Axes(choices.settings, seeds or (), weighed_loras)
    if keep is not None:
        return run_keep(map_path, axes, choices, keep)
    return run_tune(map_path, axes, choices, is_fast=fast)
