"""Run `tilebake bake`: plan every map, paint what is stale, and report each on stdout or stderr."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import click

from tilebake.cli import BUSY, FAILED
from tilebake.cli.interrupt import CancelledError, Interruption
from tilebake.cli.options import Choices, Machine
from tilebake.cli.planning import bake_options
from tilebake.cli.terminal.bake_time import BakeTime, spell_windows, time_painting
from tilebake.cli.terminal.batch_output import BatchOutput
from tilebake.cli.terminal.painting import Painting, painting
from tilebake.cli.terminal.printing import near, say, say_loading, tell_note
from tilebake.errors import BakeError, TilebakeError, shown
from tilebake.level.canvas import in_windows
from tilebake.level.map.grid import Bounds
from tilebake.level.project import FILE_NAME, find_project, map_folders
from tilebake.models.devices import refuse_absent_device
from tilebake.request import Baker, OnStep, Step
from tilebake.serve.bake.batch import Baked, BakerFor, Failed, Planned, Started, bake_maps, survey
from tilebake.serve.bake.discover import FoundMap, find_maps
from tilebake.serve.bake.plan import BakeOptions, PlannedBake
from tilebake.serve.bake.shares import share_of
from tilebake.serve.bake.texture_cache import cached, keeping, user_cache
from tilebake.serve.files.project_lock import BakeShare, WriterLocks
from tilebake.serve.owners.godot_scenes import IF_LOST, why_lost, why_scene_differs
from tilebake.serve.owners.orphans import find_orphans
from tilebake.serve.owners.writing import Writing
from tilebake.serve.windows.window_cache import AnewCache, OnRefusal, WindowCache, user_windows

STALE: Final = 3
OTHER_PICTURES: Final = frozenset(  # endings that no folder is meant by
    {
        ".webp",
        ".jpg",
        ".jpeg",
        ".gif",
        ".bmp",
        ".tga",
        ".tif",
        ".tiff",
        ".exr",
        ".svg",
        ".avif",
        ".jxl",
        ".dds",
    }
)

log: Final = logging.getLogger(__name__)


@dataclass(frozen=True)
class BakeMode:
    """Say what to do with maps that are stale and with those that are not."""

    check: bool
    force: bool
    use_cache: bool
    report: bool

    @property
    def paints_all(self) -> bool:
        """Whether textures that are up to date are painted too."""
        return self.force or self.report


def run_bake(
    paths: tuple[Path, ...],
    mode: BakeMode,
    part: tuple[int, int] | None,
    choices: Choices,
    *,
    is_fast: bool,
    as_json: bool,
    region: tuple[int, int, int, int] | None = None,
    is_fresh: bool = False,
) -> int:
    """Bake or check the maps, print what happens, and return the exit code."""
    started, speed = time.monotonic(), None
    if not mode.check:
        refuse_absent_device(choices.machine.device)
    options = bake_options(choices, is_fast=is_fast, region=region and Bounds(*region), is_fresh=is_fresh)
    _refuse_other_pictures(options)
    output = BatchOutput(as_json=as_json, check=mode.check)
    maps = _maps_of(paths, output)
    log.info("found %s", "1 map" if len(maps) == 1 else f"{len(maps)} maps")
    _refuse_several(maps, options)
    if part is not None:
        found, maps = len(maps), share_of(maps, *part, options)
        log.info("part %s of %s has %s of them", *part, len(maps))
        if found and not maps:
            output.print_empty_share(*part, found)
    if mode.check:
        _check(maps, options, output)
        if not paths:
            _note_orphans()
    else:
        share = None if part is None else BakeShare(*part)
        with WriterLocks("tilebake bake", share) as locks:
            writing = Writing(options, locks, tell_note)
            speed = _bake(maps, options, output, mode, choices.machine, writing)
    output.print_summary(time.monotonic() - started, speed)
    return _exit_code(output)


def _refuse_other_pictures(options: BakeOptions) -> None:
    if options.out is not None and options.out.suffix.lower() in OTHER_PICTURES and not options.out.is_dir():
        raise click.BadParameter(
            f"{str(options.out)!r} is neither a .png file nor a folder", param_hint="--out"
        )


def _refuse_several(maps: list[FoundMap], options: BakeOptions) -> None:
    """Raise click.BadParameter where options mean one map and there are more."""
    if len(maps) < 2:
        return
    if options.out is not None and options.out.suffix.lower() == ".png":
        raise click.BadParameter(
            f"one file cannot hold {len(maps)} textures; name a folder", param_hint="--out"
        )
    if options.region is not None:
        raise click.BadParameter(f"a region is of one map, and there are {len(maps)}", param_hint="--region")


def _exit_code(output: BatchOutput) -> int:
    """Return the gravest of what happened: an error, another at work, a stale picture, nothing of these."""
    if output.is_lost or output.failed > output.busy:
        return FAILED
    if output.busy:
        return BUSY
    return STALE if output.stale else 0


def _maps_of(paths: tuple[Path, ...], output: BatchOutput) -> list[FoundMap]:
    """Find the maps that are meant, and report what is in the way of finding them."""

    def report(error: TilebakeError) -> None:
        output.print_failed(Failed(error.where.file or Path.cwd(), error))

    folders = paths
    if not paths:
        project = find_project(Path.cwd())
        if not (project.root / FILE_NAME).is_file():
            what = f"there is no {FILE_NAME} here or above, so every map below {shown(project.root)} is meant"
            tell_note(f"{what}; `tilebake init` begins a project")
        usable, problems = map_folders(project)
        folders = tuple(usable)
        for problem in problems:
            report(problem)
    found = find_maps(folders, report, tell_note)
    return [each for each in found if each.path in paths or not _is_lost(each.path)]


def _is_lost(map_path: Path) -> bool:
    """Tell whether the scene of a map is gone, and note it: such a map is painted only if it is named."""
    why = why_lost(map_path)
    if why is not None:
        tell_note(f"{shown(near(map_path))} is not painted: {why}; {IF_LOST}")
    return why is not None


def _note_orphans() -> None:
    def note(error: TilebakeError) -> None:
        tell_note(f"pictures without a map are not looked for: {error}")

    for orphan in find_orphans(find_project(Path.cwd()), note):
        name = shown(near(orphan.png))
        tell_note(f"the map of {name} is gone; `tilebake clean` removes what such maps left")


def _check(maps: list[FoundMap], options: BakeOptions, output: BatchOutput) -> None:
    for event in survey(maps, options, trusts_records=True):
        if isinstance(event, Planned):
            output.print_planned(_compare_scene(event))
        else:
            output.print_failed(event)


def _compare_scene(event: Planned) -> Planned:
    """Count a picture that is up to date as stale where its Godot scene would show it in another place."""
    job = event.job
    if job.stale:
        return event
    differs = why_scene_differs(job.map_path, job.request.tilemap.bounds, job.png)
    return Planned(replace(job, stale=differs))


def _bake(
    maps: list[FoundMap],
    options: BakeOptions,
    output: BatchOutput,
    mode: BakeMode,
    machine: Machine,
    writing: Writing,
) -> float | None:
    """Paint what is stale, and return how fast, in megapixels a minute."""
    with painting() as work:

        def warn(error: BakeError) -> None:
            work.shown.say(partial(output.print_uncached, error))

        bake_time, on_step = time_painting(work, output.print_estimate, machine.device)
        tell_loading = None if output.as_json else partial(_tell_loading, work)
        load = _baker_loader(
            machine, work.interruption, _windows_for(mode, warn), tell_loading, report=mode.report
        )

        events = bake_maps(
            maps,
            options,
            load,
            _tell_kept_windows(output, work, on_step),
            force=mode.paints_all,
            whole=mode.report,
            around=partial(_with_cache, mode, warn),
            hold=writing.hold,
        )
        latest: Started | None = None
        try:
            for event in events:
                if isinstance(event, Planned):
                    writing.sweep(event.job)
                if isinstance(event, Started):
                    latest = event
                _print_event(event, output, work)
                _note_time(event, bake_time)
                work.interruption.check()
        except CancelledError:
            work.shown.say(partial(_print_stopped, latest, output, mode))
            raise
        return bake_time.megapixels_per_minute


def _with_cache(mode: BakeMode, warn: OnRefusal, baker: Baker) -> Baker:
    if not mode.use_cache:
        return baker
    with_cache = keeping if mode.paints_all else cached
    try:
        return with_cache(baker, user_cache(), warn)
    except BakeError as error:  # it is another user's
        warn(error)
        return baker


def _tell_kept_windows(output: BatchOutput, work: Painting, on_step: OnStep) -> OnStep:
    def report(step: Step) -> None:
        if text := output.spell_kept(step):
            work.shown.say(partial(say, text))
        on_step(step)

    return report


def _print_stopped(latest: Started | None, output: BatchOutput, mode: BakeMode) -> None:
    request = None if latest is None else latest.job.request
    is_large = request is not None and in_windows(request.tilemap, request.settings)
    total = 0 if latest is None else latest.total
    output.print_stopped(total, keeps_windows=is_large and mode.use_cache)


def _note_time(event: Planned | Started | Baked | Failed, bake_time: BakeTime) -> None:
    match event:
        case Planned(job) if job.stale:
            bake_time.add(job.request)
        case Started():
            bake_time.start(event.job.request)
        case Baked():
            bake_time.finish(event.job.request, event.texture)
        case _:
            pass


def _print_event(event: Planned | Started | Baked | Failed, output: BatchOutput, work: Painting) -> None:
    match event:
        case Planned():
            output.print_planned(event)
        case Failed():
            work.shown.say(partial(output.print_failed, event))
        case Baked():
            work.shown.say(partial(output.print_baked, event))
        case Started():
            output.begin(event.job.request)
            what = near(event.job.map_path) + spell_windows(event.job.request)
            work.shown.start(what, event.index, event.total)


def _tell_loading(work: Painting, model: str) -> None:
    work.shown.say(partial(say_loading, model))


def _windows_for(mode: BakeMode, on_refusal: OnRefusal) -> WindowCache | AnewCache | None:
    """Return where the windows of large maps are kept, and taken from if they may be."""
    cache = user_windows(on_refusal) if mode.use_cache else None
    return AnewCache(cache) if cache is not None and mode.paints_all else cache


def _baker_loader(
    machine: Machine,
    interruption: Interruption,
    windows: WindowCache | AnewCache | None,
    tell_loading: Callable[[str], None] | None,
    *,
    report: bool,
) -> BakerFor:
    def load_baker(job: PlannedBake) -> Baker:
        if tell_loading is not None:
            tell_loading(job.source.reference)
        with interruption.at_once():  # the import of torch takes long, too
            from tilebake.cli.engine import load_pipeline, report_baker  # only once there is work for it

            pipeline = load_pipeline(job.source, job.request.loras, machine, windows)
        return report_baker(pipeline) if report else pipeline.bake

    return load_baker
