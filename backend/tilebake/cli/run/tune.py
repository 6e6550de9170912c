"""Run `tilebake tune`: paint a map with every combination of seeds and settings on one sheet, or keep one."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from tilebake.cli import FAILED
from tilebake.cli.baking.bake_mode import BakeMode
from tilebake.cli.interrupt import CancelledError
from tilebake.cli.options import Choices, Machine
from tilebake.cli.output import picture_of_map, write_picture
from tilebake.cli.planning import bake_options
from tilebake.cli.run.bake import run_bake
from tilebake.cli.terminal.bake_time import spell_estimate, time_painting
from tilebake.cli.terminal.painting import Painting, painting
from tilebake.cli.terminal.printing import near, print_notes, print_path, say, say_loading, tell_note
from tilebake.cli.tuning.axes import Attempt, Axes
from tilebake.errors import BakeError, TilebakeError, shown
from tilebake.level.canvas import width_of_tile
from tilebake.level.project import Project, find_project
from tilebake.level.tilemap import TileMap
from tilebake.models.devices import refuse_absent_device
from tilebake.models.reference import ModelSource
from tilebake.paint import importing_libraries
from tilebake.paint.report.contact_sheet import Panel, contact_sheet, cross
from tilebake.paint.report.judged_tiles import note_on_judging, reservation
from tilebake.paint.report.seams import like_borders
from tilebake.request import Baker, BakeRequest
from tilebake.serve.bake.history import Trial, remember_trials
from tilebake.serve.bake.plan import Planner
from tilebake.serve.bake.save_choice import check_choice, save_choice
from tilebake.serve.bake.texture_cache import keeping, result_digest, user_cache
from tilebake.serve.bulkhead import bulkhead
from tilebake.serve.windows.window_cache import OnRefusal, user_windows
from tilebake.texture import Texture

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


PANEL_SIZE: Final = 512  # pixels


class Combination(NamedTuple):
    """Hold one combination of settings: what it is called, and its request or why there can be none."""

    title: str
    planned: tuple[BakeRequest, ModelSource] | TilebakeError


Outcome = tuple[Combination, tuple[BakeRequest, Texture] | TilebakeError]


def run_tune(map_path: Path, axes: Axes, choices: Choices, *, is_fast: bool) -> int:
    """Paint the combinations, write the sheet, and return the exit code. One that fails stops no other.

    What is stopped leaves the sheet of what was painted until then, with the same numbers.
    """
    refuse_absent_device(choices.machine.device)
    combinations = _combinations(map_path, axes.attempts(choices), is_fast=is_fast)
    if len(combinations) == 1:
        tell_note("this makes one picture; several values make more, such as --seed 1,2,3,4")
    out = picture_of_map(choices.out, map_path, "tune")
    outcomes: list[Outcome] = []
    try:
        for outcome in _paint(combinations, choices.machine):
            outcomes.append(outcome)
    except CancelledError:
        say(f"stopped: {len(outcomes)} of {len(combinations)} painted")
        _finish(map_path, axes, outcomes, out)
        raise
    painted = [each for _, each in outcomes if not isinstance(each, TilebakeError)]
    print_notes(filter(None, (note_on_judging(request, texture.report) for request, texture in painted)))
    has_failed = _finish(map_path, axes, outcomes, out) < len(outcomes)
    return FAILED if has_failed else 0


def _finish(map_path: Path, axes: Axes, outcomes: Sequence[Outcome], out: Path) -> int:
    """Write the sheet of what was painted, if anything was, and return how many pictures are on it."""
    painted = [each for _, each in outcomes if not isinstance(each, TilebakeError)]
    if painted:
        request, texture = painted[0]
        sheet = contact_sheet(
            [_panel(number, each, texture.image) for number, each in enumerate(outcomes, start=1)],
            heading=request.tilemap.name,
            columns=axes.row_length,
            panel_size=PANEL_SIZE,
        )
        write_picture(out, sheet)
        print_path(out)
        remember_trials(map_path, [*_trials(outcomes)])
    if len(painted) > 1:
        name = shown(near(map_path))
        say(f"the same command with --keep 1 to --keep {len(outcomes)} writes one of them into {name}")
    return len(painted)


def run_keep(map_path: Path, axes: Axes, choices: Choices, number: int) -> int:
    """Write the combination of this number, from 1, into the map; bake it, and return the exit code."""
    trials = axes.attempts(choices)
    if number > len(trials):
        what = f"{number} is more than the {len(trials)} that these options make"
        raise click.BadParameter(what, param_hint="--keep")
    if choices.model is not None or choices.out is not None:
        raise click.UsageError("--keep writes into the map, and takes neither --model nor --out")
    refuse_absent_device(choices.machine.device)
    chosen = trials[number - 1]
    options = bake_options(chosen.choices)
    check_choice(map_path, options)
    _combinations(map_path, [chosen], is_fast=False)
    name = shown(near(map_path))
    has_changed = save_choice(map_path, options)
    say(f"saved in {name}: {chosen.title}" if has_changed else f"{name} has this already: {chosen.title}")
    mode = BakeMode(check=False, force=False, use_cache=True, report=False)
    plain = Choices(choices.machine, model=None, loras=(), embeddings=(), seed=None, out=None, settings={})
    return run_bake((map_path,), mode, None, plain, is_fast=False, as_json=False)


def _combinations(map_path: Path, trials: Sequence[Attempt], *, is_fast: bool) -> list[Combination]:
    """Plan each combination before the first is painted. Raises where none of them can be."""
    project = find_project(map_path)
    planners = [Planner(bake_options(trial.choices, is_fast=is_fast)) for trial in trials]
    tilemap = planners[0].read_map(map_path, project)
    made = [
        Combination(trial.title, _plan(planner, tilemap, project))
        for trial, planner in zip(trials, planners, strict=True)
    ]
    errors = [each.planned for each in made if isinstance(each.planned, TilebakeError)]
    if len(errors) == len(made):
        raise errors[0]
    planned = [each.planned for each in made if not isinstance(each.planned, TilebakeError)]
    print_notes(dict.fromkeys(note for request, _ in planned for note in request.tilemap.notes))
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
    """Yield each combination with its texture, or what went wrong. A model is loaded once for its row."""
    painters = _Painters(machine)
    with painting() as work:
        bake_time, on_step = time_painting(work, _tell_time, machine.device)
        for _, planned in combinations:
            if not isinstance(planned, TilebakeError):
                bake_time.add(planned[0])
        for index, combination in enumerate(combinations, start=1):
            work.interruption.check()
            try:
                if isinstance(combination.planned, TilebakeError):
                    raise combination.planned
                request, source = combination.planned
                work.shown.start(request.tilemap.name, index, len(combinations))
                bake_time.start(request)
                with bulkhead(request.tilemap.path):
                    texture = painters.of(request, source, work)(request, on_step)
                bake_time.finish(request, texture)
                yield combination, (request, texture)
            except TilebakeError as error:
                work.shown.say(partial(say, f"error: {combination.title}: {error}"))
                yield combination, error


def _tell_time(seconds: float, megapixels_per_minute: float, is_guess: bool) -> None:
    say(spell_estimate(seconds, megapixels_per_minute, is_guess))


class _Painters:
    """Keep the baker of one model with its LoRAs, and what it painted in the cache, for --keep."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._key: object = None
        self._bake: Baker | None = None
        self._has_warned = False

    def of(self, request: BakeRequest, source: ModelSource, work: Painting) -> Baker:
        """Return a baker for this request. Raises ModelError."""
        if self._bake is None or request.model_key() != self._key:
            self._bake = None  # two models need not be in memory at once
            work.shown.say(partial(say_loading, source.reference))
            warn = partial(self._warn, work)
            with work.loading():
                with importing_libraries():
                    from tilebake.cli.engine import load_pipeline, report_baker  # torch: once all is right

                pipeline = load_pipeline(source, request.loras, self._machine, user_windows(warn))
                self._bake = _keep_if_possible(report_baker(pipeline), warn)
            self._key = request.model_key()
        return self._bake

    def _warn(self, work: Painting, error: BakeError) -> None:
        """Say once that the cache cannot keep what is painted: the next will fare no better."""
        if not self._has_warned:
            self._has_warned = True
            work.shown.say(partial(tell_note, f"nothing is kept in the cache: {error}"))


def _keep_if_possible(bake: Baker, warn: OnRefusal) -> Baker:
    try:
        return keeping(bake, user_cache(), warn)
    except BakeError as error:  # it is another user's
        warn(error)
        return bake


def _panel(number: int, outcome: Outcome, like: "NDArray[np.uint8]") -> Panel:
    """Make the panel of a picture, or of one that failed: of the size that it would have had."""
    combination, made = outcome
    title = f"{number}: {combination.title}"
    if isinstance(made, TilebakeError):
        return Panel(title, cross(like), f"failed: {made.what}")
    request, texture = made
    return Panel(title, texture.image, _caption(request, texture))


def _trials(outcomes: Sequence[Outcome]) -> Iterator[Trial]:
    for combination, made in outcomes:
        if not isinstance(made, TilebakeError):
            yield Trial(title=combination.title, digest=result_digest(made[1]))


def _caption(request: BakeRequest, texture: Texture) -> str:
    """Write figures of placement and seams, by which settings can be told apart that look alike."""
    timings = texture.timings
    seconds = f"{sum(timings.values()) - timings.get('load', 0.0):.1f} s"
    assert texture.report is not None, "it was asked for"
    kept = [f"{each.terrain} {each.attention.kept:.0%}" for each in texture.report.terrains if each.attention]
    right = texture.report.judged_right()
    width = width_of_tile(request.settings, request.tilemap.tile_size)
    seams = like_borders(texture.image, request.tilemap)
    figures = (
        *(() if right is None else (f"judged right: {right:.0%}{reservation(width)}",)),
        *((f"seams {seams:.2f}",) if seams else ()),
        seconds,
    )
    within = f"within their tiles: {', '.join(kept)}\n" if kept else ""
    return f"{within}{', '.join(figures)}"
