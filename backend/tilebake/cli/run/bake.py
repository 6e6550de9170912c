"""Run `tilebake bake`: plan every map, paint what is stale, and report each on stdout or stderr."""

import logging
import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from tilebake.cli import BUSY, FAILED
from tilebake.cli.baking.bake_mode import BakeMode
from tilebake.cli.baking.bakers import baker_loader, kept_around, windows_for
from tilebake.cli.baking.meant_maps import maps_of, note_orphans, refuse_other_pictures, refuse_several
from tilebake.cli.interrupt import CancelledError
from tilebake.cli.options import Choices, Machine
from tilebake.cli.planning import bake_options
from tilebake.cli.terminal.bake_time import BakeTime, spell_windows, time_painting
from tilebake.cli.terminal.batch_output import BatchOutput
from tilebake.cli.terminal.painting import Painting, painting
from tilebake.cli.terminal.printing import near, print_notes, say, say_loading, tell_note
from tilebake.errors import BakeError
from tilebake.level.canvas import in_windows
from tilebake.level.map.grid import Bounds
from tilebake.models.devices import refuse_absent_device
from tilebake.request import OnStep, Step
from tilebake.serve.bake.batch import Baked, Failed, Planned, Started, bake_by, bake_maps, survey
from tilebake.serve.bake.discover import FoundMap
from tilebake.serve.bake.plan import BakeOptions
from tilebake.serve.bake.shares import share_of
from tilebake.serve.files.project_lock import BakeShare, WriterLocks
from tilebake.serve.owners.godot_scenes import why_scene_differs
from tilebake.serve.owners.writing import Writing
from tilebake.serve.store.open_store import open_store
from tilebake.serve.store.shared_store import SharedStore
from tilebake.serve.windows.window_cache import OnRefusal
from tilebake.texture import Texture

STALE: Final = 3

log: Final = logging.getLogger(__name__)


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
    if not mode.check and mode.cluster is None:
        refuse_absent_device(choices.machine.device)
    options = bake_options(choices, is_fast=is_fast, region=region and Bounds(*region), is_fresh=is_fresh)
    refuse_other_pictures(options)
    output = BatchOutput(as_json=as_json, check=mode.check)
    maps = maps_of(paths, output)
    log.info("found %s", "1 map" if len(maps) == 1 else f"{len(maps)} maps")
    refuse_several(maps, options)
    if part is not None:
        found, maps = len(maps), share_of(maps, *part, options)
        log.info("part %s of %s has %s of them", *part, len(maps))
        if found and not maps:
            output.print_empty_share(*part, found)
    if mode.check:
        _check(maps, options, output)
        if not paths:
            note_orphans()
    else:
        share = None if part is None else BakeShare(*part)
        with WriterLocks("tilebake bake", share) as locks:
            writing = Writing(options, locks, tell_note)
            speed = _bake(_Errand(maps, options, output, mode, choices.machine, writing))
    output.print_summary(time.monotonic() - started, speed)
    return _exit_code(output)


def _exit_code(output: BatchOutput) -> int:
    """Return the gravest of what happened: an error, another at work, a stale picture, nothing of these."""
    if output.is_lost or output.failed > output.busy:
        return FAILED
    if output.busy:
        return BUSY
    return STALE if output.stale else 0


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


class _Errand(NamedTuple):
    """Hold what to bake, how, and where to tell of it."""

    maps: list[FoundMap]
    options: BakeOptions
    output: BatchOutput
    mode: BakeMode
    machine: Machine
    writing: Writing


def _bake(errand: _Errand) -> float | None:
    """Paint what is stale, and return how fast, in megapixels a minute."""
    output, mode = errand.output, errand.mode
    with painting() as work:

        def warn(error: BakeError) -> None:
            work.shown.say(partial(output.print_uncached, error))

        bake_time, on_step = time_painting(work, output.print_estimate, errand.machine.device)
        events = _events(errand, work, warn, on_step)
        latest: Started | None = None
        try:
            with closing(events):
                for event in events:
                    if isinstance(event, Planned):
                        errand.writing.sweep(event.job)
                    if isinstance(event, Started):
                        latest = event
                    if mode.cluster is None or not isinstance(event, Started):
                        _print_event(event, output, work)
                    if mode.cluster is None:
                        _note_time(event, bake_time)
                    work.interruption.check()
        except CancelledError:
            work.shown.say(partial(_print_stopped, latest, output, mode))
            raise
        return bake_time.megapixels_per_minute


def _events(
    errand: _Errand, work: Painting, warn: OnRefusal, on_step: OnStep
) -> Generator[Planned | Started | Baked | Failed]:
    """Paint what is stale, here or on a cluster, and yield what happens."""
    maps, options, output, mode, machine, writing = errand
    store = _store_of(mode, work)
    around = kept_around(mode, store, warn)
    if mode.cluster is not None:
        from tilebake.cli.baking.cluster import bake_by_workers

        force, hold = mode.paints_all, writing.hold
        bake = partial(bake_by_workers, mode.cluster, machine, mode.store, work, around, hold, force=force)
        return bake_by(maps, options, bake, force=force)
    windows = windows_for(mode, store, warn)
    tell_loading = None if output.as_json else partial(_tell_loading, work)
    return bake_maps(
        maps,
        options,
        baker_loader(machine, work.interruption, windows, tell_loading, report=mode.report),
        _tell_kept_windows(output, work, on_step),
        force=mode.paints_all,
        whole=mode.report,
        around=around,
        hold=writing.hold,
    )


def _store_of(mode: BakeMode, work: Painting) -> SharedStore | None:
    if mode.store is None:
        return None
    return open_store(mode.store, lambda text: work.shown.say(partial(tell_note, text)))


def _tell_loading(work: Painting, model: str) -> None:
    work.shown.say(partial(say_loading, model))


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


def _print_notes_on_report(event: Baked) -> None:
    if not isinstance(event.texture, Texture) or event.texture.report is None:
        return
    from tilebake.paint.report.judged_tiles import note_on_judging  # where there is a report alone

    note = note_on_judging(event.job.request, event.texture.report)
    print_notes([] if note is None else [note])


def _print_event(event: Planned | Started | Baked | Failed, output: BatchOutput, work: Painting) -> None:
    match event:
        case Planned():
            output.print_planned(event)
        case Failed():
            work.shown.say(partial(output.print_failed, event))
        case Baked():
            work.shown.say(partial(output.print_baked, event))
            work.shown.say(partial(_print_notes_on_report, event))
        case Started():
            output.begin(event.job.request)
            what = near(event.job.map_path) + spell_windows(event.job.request)
            work.shown.start(what, event.index, event.total)
