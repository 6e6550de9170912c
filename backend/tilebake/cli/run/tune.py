"""Run `tilebake tune`: paint a map with every combination of settings, on one sheet."""

import itertools
import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from tilebake.cli import FAILED
from tilebake.cli.options import Choices, Machine
from tilebake.cli.output import picture_path, write_picture
from tilebake.cli.planning import bake_options
from tilebake.cli.terminal.painting import Painting, painting
from tilebake.cli.terminal.printing import print_path, say
from tilebake.errors import TilebakeError
from tilebake.level.map_names import map_stem
from tilebake.level.project import Project, find_project
from tilebake.level.tilemap import TileMap, read_map
from tilebake.models.reference import ModelSource
from tilebake.paint.report.contact_sheet import Panel, contact_sheet, cross
from tilebake.paint.report.seams import like_borders
from tilebake.request import Baker, BakeRequest
from tilebake.serve.bake.plan import Planner
from tilebake.serve.bulkhead import bulkhead
from tilebake.texture import Texture

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


MOST: Final = 64  # bakes; a sheet of more cannot be read
PANEL_SIZE: Final = 512  # pixels
LINE: Final = 72  # characters of small print under a panel


class Combination(NamedTuple):
    """Hold one combination of settings: what it is called, and its request or why there can be none."""

    title: str
    planned: tuple[BakeRequest, ModelSource] | TilebakeError


Outcome = tuple[Combination, tuple[BakeRequest, Texture] | TilebakeError]


def run_tune(map_path: Path, choices: Choices) -> int:
    """Paint the combinations, write the sheet, and return the exit code. One that fails stops no other."""
    lists = {name: values for name, values in choices.settings.items() if isinstance(values, tuple)}
    varied = [name for name, values in lists.items() if len(values) > 1]
    combinations = _combinations(map_path, choices, lists, varied)
    out = picture_path(choices.out, Path(f"{map_stem(map_path)}.tune.png"))
    outcomes = [*_paint(combinations, choices.machine)]
    painted = [each for _, each in outcomes if not isinstance(each, TilebakeError)]
    if painted:
        request, texture = painted[0]
        sheet = contact_sheet(
            [_panel(each, texture.image) for each in outcomes],
            heading=f"{request.tilemap.name}, seed {request.seed}",
            columns=len(lists[varied[-1]]) if len(varied) > 1 else None,
            panel_size=PANEL_SIZE,
        )
        write_picture(out, sheet)
        print_path(out)
    return 0 if len(painted) == len(outcomes) else FAILED


def _combinations(
    map_path: Path, choices: Choices, lists: Mapping[str, tuple[object, ...]], varied: Sequence[str]
) -> list[Combination]:
    """Plan each combination before the first is painted. Raises where none of them can be."""
    count = math.prod(len(values) for values in lists.values())
    if count > MOST:
        raise click.UsageError(f"that makes {count} bakes; a sheet holds at most {MOST}")
    project = find_project(map_path)
    tilemap = read_map(map_path, project)
    combinations = [dict(zip(lists, values, strict=True)) for values in itertools.product(*lists.values())]
    options = [bake_options(replace(choices, settings=each)) for each in combinations]
    made = [
        Combination(_title(each, varied), _plan(Planner(option), tilemap, project))
        for each, option in zip(combinations, options, strict=True)
    ]
    errors = [each.planned for each in made if isinstance(each.planned, TilebakeError)]
    if len(errors) == len(made):
        raise errors[0]
    return made


def _plan(
    planner: Planner, tilemap: TileMap, project: Project
) -> tuple[BakeRequest, ModelSource] | TilebakeError:
    try:
        with bulkhead(tilemap.path):
            return planner.request(tilemap, project)
    except TilebakeError as error:
        return error


def _paint(combinations: Sequence[Combination], machine: Machine) -> Iterator[Outcome]:
    """Yield each combination with its texture, or what went wrong. The model is loaded once for all."""
    from tilebake.cli.engine import load_pipeline, report_baker  # torch: only once all settings are right

    request, source = next(each.planned for each in combinations if isinstance(each.planned, tuple))
    with painting() as work:
        work.shown.start(request.tilemap.name, 1, len(combinations))
        with work.loading():
            bake = report_baker(load_pipeline(source, request.loras, machine))
        for index, combination in enumerate(combinations, start=1):
            work.interruption.check()
            work.shown.start(request.tilemap.name, index, len(combinations))
            try:
                yield combination, _texture(combination, bake, work)
            except TilebakeError as error:
                work.shown.say(partial(say, f"error: {combination.title}: {error}"))
                yield combination, error


def _texture(combination: Combination, bake: Baker, work: Painting) -> tuple[BakeRequest, Texture]:
    """Paint one combination. Raises TilebakeError, whatever goes wrong."""
    if isinstance(combination.planned, TilebakeError):
        raise combination.planned
    request, _ = combination.planned
    with bulkhead(request.tilemap.path):
        return request, bake(request, work.on_step)


def _panel(outcome: Outcome, like: "NDArray[np.uint8]") -> Panel:
    """Make the panel of a picture, or of one that failed: of the size that it would have had."""
    combination, made = outcome
    if isinstance(made, TilebakeError):
        return Panel(combination.title, cross(like), "\n".join(textwrap.wrap(f"failed: {made.what}", LINE)))
    request, texture = made
    return Panel(combination.title, texture.image, _caption(request, texture))


def _title(settings: Mapping[str, object], varied: Sequence[str]) -> str:
    """Name the settings that set this picture apart: those given more than one value."""
    return ", ".join(f"{name} {_value_text(settings[name])}" for name in varied) or "as it is"


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
