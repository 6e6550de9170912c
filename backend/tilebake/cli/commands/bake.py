"""Declare `tilebake bake`: paint maps into textures."""

import re
from pathlib import Path

import click

from tilebake.cli.help_sections import SectionCommand
from tilebake.cli.options import Choices, choices, fast_option, json_option, store_option
from tilebake.cli.setting_options import SETTINGS


def _parse_shard(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> tuple[int, int] | None:
    if value is None:
        return None
    match = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", value)
    if not match or not 1 <= int(match[1]) <= int(match[2]):
        raise click.BadParameter(f"{value!r} is not I/N with I from 1 to N, such as 2/4", context, parameter)
    return int(match[1]), int(match[2])


def _parse_region(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> tuple[int, int, int, int] | None:
    if value is None:
        return None
    match = re.fullmatch(r"(-?[0-9]{1,9}),(-?[0-9]{1,9}),([0-9]{1,9}),([0-9]{1,9})", value.replace(" ", ""))
    if not match or 0 in (int(match[3]), int(match[4])):
        what = f"{value!r} is not X,Y,W,H in whole tiles, such as 10,20,16,12"
        raise click.BadParameter(what, context, parameter)
    return int(match[1]), int(match[2]), int(match[3]), int(match[4])


def _parse_cluster(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is None or re.fullmatch(r"auto|local:[1-9][0-9]{0,2}|[^\s/]+:[1-9][0-9]{0,4}", value):
        return value
    what = f"{value!r} is not local:N, auto or HOST:PORT, such as local:4 or 10.0.0.5:6379"
    raise click.BadParameter(what, context, parameter)


@click.command("bake", cls=SectionCommand, short_help="Paint maps.")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path, readable=False))
@click.option("--check", is_flag=True, help="Paint nothing. Exit with 3 if any texture is stale.")
@click.option("--force", is_flag=True, help="Paint all maps, even those up to date or in the cache.")
@click.option(
    "--fresh",
    is_flag=True,
    help="Paint patched textures clean, too: those that `tilebake watch` changed around an edit alone.",
)
@click.option("--no-cache", is_flag=True, help="Neither read nor write the cache of textures and windows.")
@click.option(
    "--report",
    is_flag=True,
    help="Paint all maps and write NAME.report.png beside each texture: how well terrains keep to their "
    "tiles, and what the model's judge takes each tile for.",
)
@click.option(
    "--image-layer",
    is_flag=True,
    help="Also write NAME.painted.tmx (.tmj) beside each map of Tiled among PATH: a copy that shows the "
    "painting over the tiles.",
)
@click.option(
    "--region",
    metavar="X,Y,W,H",
    callback=_parse_region,
    help="Paint only a part of one map, in tiles, as NAME.region.png: column, row, width and height. It has "
    "the pixels that the whole map has there.",
)
@click.option(
    "--shard",
    metavar="I/N",
    callback=_parse_shard,
    help="Paint only part I of N, to share the work among machines.",
)
@click.option(
    "--cluster",
    metavar="PLACE",
    callback=_parse_cluster,
    help="Have workers paint: local:N are N on this machine, auto is the Ray cluster that it is part of, "
    "HOST:PORT another. Needs the extra tilebake[cluster].",
)
@store_option
@fast_option
@json_option
@choices(
    *SETTINGS,
    out="Folder for the textures, or a .png file for a single map. [default: as the project says]",
)
def command(
    *,
    paths: tuple[Path, ...],
    check: bool,
    force: bool,
    fresh: bool,
    no_cache: bool,
    report: bool,
    image_layer: bool,
    region: tuple[int, int, int, int] | None,
    shard: tuple[int, int] | None,
    cluster: str | None,
    store: str | None,
    choices: Choices,
    fast: bool,
    as_json: bool,
) -> int:
    """Paint maps.

    PATH is a map file, or a folder with maps. Without one, bake paints the map folders of the project.

    Each texture is written as NAME.png, a large one as pages, with its record NAME.bake.json beside it.
    Textures that are up to date are left alone. If a map fails, the others are painted all the same, and the
    exit code is 1.

    Settings given here win over those in the map and in tilebake.toml.
    """
    if check and (force or report):
        raise click.UsageError("--check paints nothing, so it does not go with --force or --report")
    if region and (check or report or shard):
        raise click.UsageError("--region paints a part of one map, without --check, --report and --shard")
    if cluster and (check or report or shard):
        raise click.UsageError("--cluster paints all maps, without --check, --report and --shard")
    if image_layer and (check or region or not paths):
        raise click.UsageError("--image-layer copies maps that are named, without --check and --region")
    from tilebake.cli.baking.bake_mode import BakeMode
    from tilebake.cli.run.bake import run_bake

    mode = BakeMode(
        check=check, force=force, use_cache=not no_cache, report=report, store=store, cluster=cluster
    )
    code = run_bake(paths, mode, shard, choices, is_fast=fast, as_json=as_json, region=region, is_fresh=fresh)
    if image_layer:
        from tilebake.cli.baking.painted_copies import write_painted_copies
        from tilebake.cli.planning import bake_options

        write_painted_copies(paths, bake_options(choices, is_fast=fast))
    return code
