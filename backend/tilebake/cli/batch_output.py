"""What a batch is told as: results on stdout, as paths or JSON lines; everything for people on stderr."""

import json
from collections.abc import Mapping
from pathlib import Path

import click

from tilebake.errors import BakeError, TilebakeError
from tilebake.serve.bake.batch import Baked, Failed, Planned
from tilebake.serve.bake.texture_cache import FROM_CACHE


class Report:
    """Tells events one by one and counts them."""

    def __init__(self, *, as_json: bool, check: bool) -> None:
        self._as_json = as_json
        self._check = check
        self._unkept = False
        self.baked = self.current = self.stale = self.failed = 0

    def planned(self, event: Planned) -> None:
        """A map was read: whether its texture is up to date."""
        job = event.job
        if job.stale is None:
            self.current += 1
            self._tell(f"{near(job.png)} is up to date", {"status": "up_to_date", **_paths(event)})
        elif self._check:
            self.stale += 1
            self._tell(
                f"{near(job.png)} is stale: {job.stale}",
                {"status": "stale", **_paths(event), "reason": job.stale},
                result=job.map_path,
            )

    def done(self, event: Baked) -> None:
        """A texture stands in its place."""
        self.baked += 1
        height, width = event.texture.image.shape[:2]
        timings = event.texture.timings
        from_cache = FROM_CACHE in timings
        seconds = sum(timings.values()) - timings.get("load", 0.0)  # the model is loaded once for many maps
        same = "" if event.written else "; same pixels, so the file is untouched"
        source = " from the cache" if from_cache else ""
        degraded = "".join(f"; {loss}" for loss in event.texture.degraded)
        self._tell(
            f"{event.job.map_path}: {width} x {height} in {seconds:.1f} s{source}{same}{degraded}",
            {
                "status": "baked",
                **_paths(event),
                "size": [width, height],
                "seconds": round(seconds, 3),
                "cached": from_cache,
                "written": event.written,
                "degraded": list(event.texture.degraded),
            },
            result=event.job.png,
        )

    def failure(self, event: Failed) -> None:
        """A map could not be read or baked."""
        self.failed += 1
        message = str(event.error) if event.error.where.file else f"{event.map_path}: {event.error}"
        self._tell(
            f"error: {message}",
            {"status": "failed", "map": str(event.map_path), "error": error_fields(event.error)},
        )

    def unkept(self, error: BakeError) -> None:
        """The cache cannot keep a texture: told once, for the next will fare no better."""
        if not self._unkept:
            self._unkept = True
            click.echo(f"note: nothing is kept in the cache: {error}", err=True)

    def summary(self, seconds: float) -> None:
        """How it all came out."""
        counts = {
            "baked": self.baked,
            "up to date": self.current,
            "stale": self.stale,
            "failed": self.failed,
        }
        told = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
        click.echo(f"{told} in {seconds:.1f} s", err=True)

    def _tell(self, line: str, fields: Mapping[str, object], *, result: Path | None = None) -> None:
        click.echo(line, err=True)
        if self._as_json:
            click.echo(json.dumps(fields))
        elif result is not None:
            click.echo(near(result))


def error_fields(error: TilebakeError) -> dict[str, object]:
    """An error as JSON: what, where and the hint, each by itself, and the whole message."""
    place = error.where
    return {
        "kind": type(error).__name__,
        "message": str(error),
        "what": error.what,
        "file": None if place.file is None else str(place.file),
        "line": place.line,
        "column": place.column,
        "json_path": place.json_path,
        "hint": error.hint,
    }


def near(path: Path) -> str:
    """A path as one would type it here: relative to the current folder if it lies below that."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_absolute() and path.is_relative_to(here) else path)


def _paths(event: Planned | Baked) -> dict[str, object]:
    return {
        "map": str(event.job.map_path),
        "texture": near(event.job.png),
        "digest": event.job.digest,
    }
