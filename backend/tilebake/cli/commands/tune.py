"""`tilebake tune`: one map under several settings, side by side."""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from tilebake.cli.help_sections import SectionCommand
from tilebake.cli.options import Choices, choices
from tilebake.cli.setting_options import SETTINGS

if TYPE_CHECKING:
    from tilebake.cli.options import Machine
    from tilebake.models.reference import ModelSource
    from tilebake.request import BakeRequest
    from tilebake.texture import Texture

MOST: Final = 64  # bakes; a sheet of more cannot be read
PANEL_SIZE: Final = 512


@click.command("tune", cls=SectionCommand, short_help="Paint a map under several settings, side by side.")
@click.argument("map_path", metavar="MAP", type=click.Path(path_type=Path))
@choices(
    *(setting.listed() for setting in SETTINGS),
    out="The .png file to write; NAME.tune.png unless said.",
)
def command(*, map_path: Path, choices: Choices) -> None:
    """Paint MAP under every combination of the settings given as lists, and lay them out on one sheet.

    Such as: tilebake tune maps/forest.json --mask-sigma 3,5,8 --base-prompt-weight 0.1,0.3,0.5

    Under each picture stands how much of each terrain's words works within its own tiles, how many tiles
    the model's judge takes for their terrain, if it has one, and how borders between like tiles compare
    with their insides: 1 where they cannot be told.
    """
    from tilebake.cli.output import picture_path, write_picture
    from tilebake.level.map_names import map_stem
    from tilebake.paint.report.contact_sheet import Panel, contact_sheet

    lists = {field: values for field, values in choices.settings.items() if isinstance(values, tuple)}
    varied = [field for field, values in lists.items() if len(values) > 1]
    requests = _requests(map_path, choices, lists)
    tilemap = requests[0][0].tilemap
    out = picture_path(choices.out, Path(f"{map_stem(map_path)}.tune.png"))
    panels = [
        Panel(_label(request, varied), texture.image, _small_print(request, texture))
        for request, texture in _textures(requests, choices.machine)
    ]
    sheet = contact_sheet(
        panels,
        heading=f"{tilemap.name}, seed {requests[0][0].seed}",
        columns=len(lists[varied[-1]]) if len(varied) > 1 else None,
        panel_size=PANEL_SIZE,
    )
    write_picture(out, sheet)
    click.echo(str(out))


def _requests(
    map_path: Path, choices: Choices, lists: dict[str, tuple[object, ...]]
) -> "list[tuple[BakeRequest, ModelSource]]":
    """A request for each combination: all are checked before the first is baked."""
    from tilebake.level.project import find_project
    from tilebake.level.tilemap import read_map
    from tilebake.serve.bake.plan import Planner

    count = math.prod(len(values) for values in lists.values())
    if count > MOST:
        raise click.UsageError(f"that makes {count} bakes; a sheet holds at most {MOST}")
    project = find_project(map_path)
    tilemap = read_map(map_path, project)
    settings = (dict(zip(lists, values, strict=True)) for values in itertools.product(*lists.values()))
    orders = [replace(choices, settings=each).order() for each in settings]
    return [Planner(order).request(tilemap, project) for order in orders]


def _textures(
    requests: "Sequence[tuple[BakeRequest, ModelSource]]", machine: "Machine"
) -> "Iterator[tuple[BakeRequest, Texture]]":
    """Each request with its texture; the model is loaded once for all of them."""
    from tilebake.cli.engine import load_pipeline
    from tilebake.cli.interrupt import interruptible
    from tilebake.cli.progress import progress
    from tilebake.paint.report.placement_report import bake_with_report
    from tilebake.request import Step

    first, source = requests[0]
    with interruptible() as interruption, progress() as shown:

        def on_step(step: Step) -> None:
            shown.step(step)
            interruption.check()

        shown.start(first.tilemap.name, 1, len(requests))
        pipeline = load_pipeline(source, first.loras, machine)
        for index, (request, _) in enumerate(requests, start=1):
            interruption.check()
            shown.start(request.tilemap.name, index, len(requests))
            yield request, bake_with_report(pipeline, request, on_step)


def _label(request: "BakeRequest", varied: Sequence[str]) -> str:
    """What sets this picture apart: the settings of which more than one value was given."""
    return ", ".join(f"{field} {getattr(request.settings, field)}" for field in varied) or "as it is"


def _small_print(request: "BakeRequest", texture: "Texture") -> str:
    """Figures of placement and seams, by which settings can be told apart that look alike."""
    from tilebake.paint.report.seams import like_borders

    timings = texture.timings
    seconds = f"{sum(timings.values()) - timings.get('load', 0.0):.1f} s"
    assert texture.report is not None, "it was asked for"
    kept = ", ".join(f"{each.terrain} {each.kept:.0%}" for each in texture.report.terrains)
    right = texture.report.judged_right()
    seams = like_borders(texture.image, request.tilemap)
    told = (
        *(() if right is None else (f"judged right: {right:.0%}",)),
        *((f"seams {seams:.2f}",) if seams else ()),
        seconds,
    )
    return f"within their tiles: {kept}\n{', '.join(told)}"
