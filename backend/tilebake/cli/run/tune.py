"""Run `tilebake tune`: paint a map with every combination of settings, on one sheet."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from tilebake.cli.options import Choices, Machine
from tilebake.cli.output import picture_path, write_picture
from tilebake.cli.planning import bake_options
from tilebake.cli.terminal.painting import painting
from tilebake.cli.terminal.printing import print_path
from tilebake.level.map_names import map_stem
from tilebake.level.project import find_project
from tilebake.level.tilemap import read_map
from tilebake.models.reference import ModelSource
from tilebake.paint.report.contact_sheet import Panel, contact_sheet
from tilebake.paint.report.seams import like_borders
from tilebake.request import BakeRequest
from tilebake.serve.bake.plan import Planner
from tilebake.texture import Texture

MOST: Final = 64  # bakes; a sheet of more cannot be read
PANEL_SIZE: Final = 512  # pixels


def run_tune(map_path: Path, choices: Choices) -> None:
    """Paint the combinations and write the sheet."""
    lists = {name: values for name, values in choices.settings.items() if isinstance(values, tuple)}
    varied = [name for name, values in lists.items() if len(values) > 1]
    requests = _requests(map_path, choices, lists)
    first = requests[0][0]
    out = picture_path(choices.out, Path(f"{map_stem(map_path)}.tune.png"))
    panels = [
        Panel(_title(request, varied), texture.image, _caption(request, texture))
        for request, texture in _textures(requests, choices.machine)
    ]
    sheet = contact_sheet(
        panels,
        heading=f"{first.tilemap.name}, seed {first.seed}",
        columns=len(lists[varied[-1]]) if len(varied) > 1 else None,
        panel_size=PANEL_SIZE,
    )
    write_picture(out, sheet)
    print_path(out)


def _requests(
    map_path: Path, choices: Choices, lists: Mapping[str, tuple[object, ...]]
) -> list[tuple[BakeRequest, ModelSource]]:
    """Make a request for each combination. All are checked before the first is painted."""
    count = math.prod(len(values) for values in lists.values())
    if count > MOST:
        raise click.UsageError(f"that makes {count} bakes; a sheet holds at most {MOST}")
    project = find_project(map_path)
    tilemap = read_map(map_path, project)
    combinations = (dict(zip(lists, values, strict=True)) for values in itertools.product(*lists.values()))
    options = [bake_options(replace(choices, settings=each)) for each in combinations]
    return [Planner(each).request(tilemap, project) for each in options]


def _textures(
    requests: Sequence[tuple[BakeRequest, ModelSource]], machine: Machine
) -> Iterator[tuple[BakeRequest, Texture]]:
    """Yield each request with its texture. The model is loaded once for all of them."""
    from tilebake.cli.engine import load_pipeline, report_baker  # torch: only once all settings are right

    first, source = requests[0]
    with painting() as work:
        work.shown.start(first.tilemap.name, 1, len(requests))
        with work.loading():
            bake = report_baker(load_pipeline(source, first.loras, machine))
        for index, (request, _) in enumerate(requests, start=1):
            work.interruption.check()
            work.shown.start(request.tilemap.name, index, len(requests))
            yield request, bake(request, work.on_step)


def _title(request: BakeRequest, varied: Sequence[str]) -> str:
    """Name the settings that set this picture apart: those given more than one value."""
    values = ((name, getattr(request.settings, name)) for name in varied)
    return ", ".join(f"{name} {_value_text(value)}" for name, value in values) or "as it is"


def _value_text(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _caption(request: BakeRequest, texture: Texture) -> str:
    """Write figures of placement and seams, by which settings can be told apart that look alike."""
    timings = texture.timings
    seconds = f"{sum(timings.values()) - timings.get('load', 0.0):.1f} s"
    assert texture.report is not None, "it was asked for"
    kept = ", ".join(f"{each.terrain} {each.kept:.0%}" for each in texture.report.terrains)
    right = texture.report.judged_right()
    seams = like_borders(texture.image, request.tilemap)
    figures = (
        *(() if right is None else (f"judged right: {right:.0%}",)),
        *((f"seams {seams:.2f}",) if seams else ()),
        seconds,
    )
    return f"within their tiles: {kept}\n{', '.join(figures)}"
