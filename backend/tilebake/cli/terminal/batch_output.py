"""Print what a batch does: results on stdout, as paths or JSON lines; messages for people on stderr."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from math import ceil
from pathlib import Path

from tilebake.cli.terminal.bake_time import spell_estimate
from tilebake.cli.terminal.printing import (
    OutputError,
    near,
    print_notes,
    print_path,
    print_result,
    say,
    spell,
    tell_note,
)
from tilebake.errors import BakeError, BusyError, TilebakeError, shown
from tilebake.request import BakeRequest, Step
from tilebake.serve.bake.batch import Baked, Failed, Planned
from tilebake.serve.bake.plan import PlannedBake
from tilebake.serve.bake.texture_cache import FROM_STORE, was_painted
from tilebake.serve.owners.ownership import record_path
from tilebake.serve.pages.manifest import pages_folder
from tilebake.serve.speeds import measure, work_of
from tilebake.texture import NOTES, Texture


class BatchOutput:
    """Print each event of a batch, and count them."""

    def __init__(self, *, as_json: bool, check: bool) -> None:
        self.as_json = as_json
        self._check = check
        self._has_warned = False
        self._told_busy: set[str] = set()
        self._begun: BakeRequest | None = None  # of which no step was taken yet
        self.is_lost = False  # whether a result could not be printed
        self.baked = self.current = self.stale = self.failed = self.busy = 0

    def print_planned(self, event: Planned) -> None:
        """Say whether the texture of a map that was read is up to date."""
        job = event.job
        if job.stale is not None or self._check:
            print_notes(event.job.request.tilemap.notes)
        if job.stale is None:
            self.current += 1
            self._print(
                f"{shown(near(job.png))} is up to date{_reservation(job)}",
                {"status": "up_to_date", **_paths(event), **_missing_models(job)},
            )
        elif self._check:
            self.stale += 1
            self._print(
                f"{shown(near(job.png))} is stale: {job.stale}{_reservation(job)}",
                {"status": "stale", **_paths(event), "reason": job.stale, **_missing_models(job)},
                result=job.map_path,
            )

    def begin(self, request: BakeRequest) -> None:
        """Note that a map's turn has come."""
        self._begun = request

    def spell_kept(self, step: Step) -> str:
        """Tell at the first step of a map in windows how many are kept of an earlier bake; else nothing."""
        request, self._begun = self._begun, None
        if request is None or request.anchor is not None:
            return ""
        work = work_of(request)
        to_paint = ceil(step.steps / work.passes)
        if to_paint >= work.windows:
            return ""
        return f"{work.windows - to_paint:,} of {work.windows:,} windows are kept, {to_paint:,} to paint"

    def print_baked(self, event: Baked) -> None:
        """Say that a texture was written, how long it took, and what was given up for it."""
        self.baked += 1
        width, height = event.texture.size
        timings = event.texture.timings
        is_kept = not was_painted(timings)
        seconds = sum(timings.values()) - timings.get("load", 0.0)  # the model is loaded once for many maps
        same = "" if event.written else "; the pixels are the same, so the file is untouched"
        source = f" from the {'store' if FROM_STORE in timings else 'cache'}" if is_kept else ""
        notes = event.texture.environment.get(NOTES)
        remarks = [*event.texture.degraded, *([shown(notes)] if notes else [])]
        more = "".join(f"; {each}" for each in remarks)
        self._print(
            f"{shown(near(event.job.map_path))}: {width} x {height}{_count_pages(event)} in {seconds:.1f} s"
            f"{source}{same}{more}",
            {
                "status": "baked",
                **_paths(event),
                "size": [width, height],
                "seconds": round(seconds, 3),
                "cached": is_kept,
                "written": event.written,
                "degraded": list(event.texture.degraded),
                **_page_fields(event),
                **_speed_fields(event),
                **({NOTES: notes} if notes else {}),
            },
            result=event.job.png if isinstance(event.texture, Texture) else record_path(event.job.png),
        )

    def print_failed(self, event: Failed) -> None:
        """Say why a map could not be read or painted."""
        self.failed += 1
        is_told = False
        if isinstance(event.error, BusyError):  # of all maps of a project, for one reason
            self.busy += 1
            is_told = str(event.error) in self._told_busy
            self._told_busy.add(str(event.error))
        message = (
            spell(event.error.diagnostic)
            if event.error.where.file
            else f"{shown(near(event.map_path))}: {event.error}"
        )
        self._print(
            "" if is_told else f"error: {message}",
            {"status": "failed", "map": near(event.map_path), "error": error_fields(event.error)},
        )

    def print_estimate(self, seconds: float, megapixels_per_minute: float, is_guess: bool) -> None:
        """Say how long the batch will take, in canvas pixels that become ready a minute."""
        fields = {
            "status": "estimate",
            "seconds": round(seconds, 1),
            "megapixels_per_minute": round(megapixels_per_minute, 3),
            "is_guess": is_guess,
        }
        self._print(spell_estimate(seconds, megapixels_per_minute, is_guess), fields)

    def print_uncached(self, error: BakeError) -> None:
        """Say once that the cache cannot keep textures: the next will fare no better."""
        if not self._has_warned:
            self._has_warned = True
            tell_note(f"nothing is kept in the cache: {error}")

    def print_empty_share(self, index: int, count: int, maps: int) -> None:
        """Say that a share holds no map: there are more shares than maps."""
        fields = {"status": "no_maps", "share": f"{index}/{count}", "maps": maps}
        self._print(f"no map in share {index} of {count}: there are only {maps}", fields)

    def print_stopped(self, total: int, *, keeps_windows: bool) -> None:
        """Say how far a batch came that is stopped: what was finished is kept, of large maps each window."""
        goes_on = "; the same command goes on from the windows that are painted" if keeps_windows else ""
        say(f"stopped: {self.baked} of {total} painted{goes_on}")

    def print_summary(self, seconds: float, megapixels_per_minute: float | None = None) -> None:
        """Print the counts and the time of the whole batch, and how fast this machine paints."""
        counts = {
            "baked": self.baked,
            "up to date": self.current,
            "stale": self.stale,
            "stopped": self.busy,  # by another tilebake, not by an error
            "failed": self.failed - self.busy,
        }
        summary = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
        rate = megapixels_per_minute
        speed = "" if rate is None else f"; this machine paints {rate:.2g} Mpx a minute"
        say(f"{summary or 'no maps'} in {seconds:.1f} s{speed}")

    def _print(self, line: str, fields: Mapping[str, object], *, result: Path | None = None) -> None:
        if line:
            say(line)
        try:
            if self.as_json:
                print_result(json.dumps(fields))
            elif result is not None:
                print_path(Path(near(result)))
        except OutputError as error:  # the pictures count for more
            if not self.is_lost:
                say(f"error: {error}")
            self.is_lost = True


def error_fields(error: TilebakeError) -> dict[str, object]:
    """Return an error's diagnostic as JSON: its kind, its parts, and the whole message."""
    diagnostic = error.diagnostic
    where = diagnostic.where
    return {
        "kind": type(error).__name__,
        "message": str(diagnostic),
        "what": diagnostic.what,
        **asdict(where),
        "file": None if where.file is None else str(where.file),
        "hint": diagnostic.hint,
    }


def _count_pages(event: Baked) -> str:
    """Say how many pages a picture has, and how many were written; nothing of one in one file."""
    if isinstance(event.texture, Texture):
        return ""
    return f" in {len(event.texture.manifest.files)} pages, {event.texture.written} of them new,"


def _page_fields(event: Baked) -> dict[str, object]:
    if isinstance(event.texture, Texture):
        return {}
    folder = pages_folder(event.job.png)
    pages = [near(folder / page.file) for page in event.texture.manifest.files]
    return {"pages": pages, "pages_written": event.texture.written}


def _speed_fields(event: Baked) -> dict[str, object]:
    speed = measure(event.job.request, event.texture)
    if speed is None:
        return {}
    return {"megapixels_per_minute": round(speed.megapixels_per_minute(work_of(event.job.request)), 3)}


def _reservation(job: PlannedBake) -> str:
    """Say what could not be compared, as the end of a sentence."""
    names = " and ".join(map(shown, job.uncompared))
    return f", going by its record: {names} could not be compared, for it is not here" if names else ""


def _missing_models(job: PlannedBake) -> dict[str, object]:
    return {"uncompared": list(job.uncompared)} if job.uncompared else {}


def _paths(event: Planned | Baked) -> dict[str, object]:
    return {
        "map": near(event.job.map_path),
        "texture": near(event.job.png),
        "digest": event.job.digest,
        "notes": [str(note) for note in event.job.request.tilemap.notes],
    }
