"""`tilebake bake`: maps to textures."""

import re
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from tilebake.cli.help_sections import SectionCommand
from tilebake.cli.options import Choices, Machine, choices, json_option
from tilebake.cli.setting_options import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tilebake.cli.batch_output import Report
    from tilebake.cli.interrupt import Interruption
    from tilebake.request import Baker
    from tilebake.serve.bake.batch import BakerFor
    from tilebake.serve.bake.discover import FoundMap
    from tilebake.serve.bake.plan import BakeOptions, PlannedBake

FAILED: Final = 1
STALE: Final = 3


def _read_shard(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> tuple[int, int] | None:
    if value is None:
        return None
    match = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", value)
    if not match or not 1 <= int(match[1]) <= int(match[2]):
        raise click.BadParameter(f"{value!r} is not I/N with I from 1 to N, such as 2/4", context, parameter)
    return int(match[1]), int(match[2])


@click.command("bake", cls=SectionCommand, short_help="Paint maps.")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Bake nothing; exit with 3 if any texture is stale.")
@click.option("--force", is_flag=True, help="Bake what is up to date or in the cache as well.")
@click.option("--no-cache", is_flag=True, help="Neither take textures from the cache nor keep them there.")
@click.option(
    "--report",
    "placement",
    is_flag=True,
    help="Paint anew, and say beside each texture how well terrains kept to their tiles, "
    "and what the model's judge takes the tiles for, if it has one.",
)
@click.option(
    "--shard", metavar="I/N", callback=_read_shard, help="Only this machine's share of the maps, such as 2/4."
)
@choices(
    *SETTINGS,
    out="Folder for the textures, or for a single map its .png file; else where the project says.",
)
@json_option
def command(
    *,
    paths: tuple[Path, ...],
    check: bool,
    force: bool,
    no_cache: bool,
    placement: bool,
    shard: tuple[int, int] | None,
    choices: Choices,
    as_json: bool,
) -> int:
    """Paint maps: files, or folders with all maps in them; without any, the project's own folders.

    Each texture is written as NAME.png with NAME.bake.json beside it. Maps whose textures are up to date
    are left alone. A map that fails stops no other; the exit code is then 1.
    """
    from tilebake.cli.batch_output import Report
    from tilebake.serve.bake.discover import find_maps
    from tilebake.serve.bake.discover import shard as share

    if check and (force or placement):
        raise click.UsageError("--check bakes nothing, so --force and --report have nothing to do")
    started = time.monotonic()
    order = choices.order()
    maps = find_maps(paths or _project_folders())
    if len(maps) > 1 and order.out is not None and order.out.suffix.lower() == ".png":
        raise click.BadParameter(f"one file for {len(maps)} maps; name a folder", param_hint="--out")
    if shard is not None:
        maps = share(maps, *shard)
    report = Report(as_json=as_json, check=check)
    if check:
        _check(maps, order, report)
    else:
        load = partial(_loading, choices.machine, placement=placement)
        _bake(maps, order, report, load, force=force or placement, no_cache=no_cache)
    report.summary(time.monotonic() - started)
    return STALE if report.stale else FAILED if report.failed else 0


def _project_folders() -> tuple[Path, ...]:
    from tilebake.level.project import find_project

    return find_project(Path.cwd()).maps


def _check(maps: "list[FoundMap]", order: "BakeOptions", report: "Report") -> None:
    from tilebake.serve.bake.batch import Planned, survey

    for event in survey(maps, order):
        if isinstance(event, Planned):
            report.planned(event)
        else:
            report.failure(event)


def _bake(
    maps: "list[FoundMap]",
    order: "BakeOptions",
    report: "Report",
    load: "Callable[[Interruption], BakerFor]",
    *,
    force: bool,
    no_cache: bool,
) -> None:
    from tilebake.cli.interrupt import interruptible
    from tilebake.cli.progress import progress
    from tilebake.request import Step
    from tilebake.serve.bake.batch import Baked, Failed, Planned, bake_maps
    from tilebake.serve.bake.texture_cache import cached, keeping, user_cache

    with interruptible() as interruption, progress() as shown:

        def on_step(step: Step) -> None:
            shown.step(step)
            interruption.check()

        def around(baker: "Baker") -> "Baker":
            if no_cache:
                return baker
            kept = keeping if force else cached
            return kept(baker, user_cache(), lambda error: shown.say(lambda: report.unkept(error)))

        for event in bake_maps(maps, order, load(interruption), on_step, force=force, around=around):
            match event:
                case Planned():
                    report.planned(event)
                case Failed():
                    shown.say(lambda event=event: report.failure(event))
                case Baked():
                    shown.say(lambda event=event: report.done(event))
                case _:
                    shown.start(str(event.job.map_path), event.index, event.total)
            interruption.check()


def _loading(machine: Machine, interruption: "Interruption", *, placement: bool) -> "BakerFor":
    def baker_for(job: "PlannedBake") -> "Baker":
        from tilebake.cli.engine import load_pipeline

        pipeline = load_pipeline(job.source, job.request.loras, machine)
        interruption.check()
        if not placement:
            return pipeline.bake
        from tilebake.paint.report.placement_report import bake_with_report

        return partial(bake_with_report, pipeline)

    return baker_for
