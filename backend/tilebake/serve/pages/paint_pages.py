"""Paint a picture page by page, so that memory does not grow with it, and what is unchanged costs nothing.

Each page is a request of its own, whose digest holds what the page depends on and nothing else of the map.
Windows that two pages see are painted once, for they are kept.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import cast

from tilebake.request import Baker, BakeRequest, OnStep, Step
from tilebake.serve.bake.texture_cache import was_painted
from tilebake.serve.owners.ownership import read_record, refuse_foreign
from tilebake.serve.pages.manifest import PAGES, Manifest, Page, PagePlace, read_manifest
from tilebake.serve.pages.page_files import is_recorded_page, write_page
from tilebake.serve.pages.page_jobs import PageJob, page_jobs
from tilebake.serve.pages.paged_texture import PagedTexture, merge_environments
from tilebake.texture import Texture, pixel_hash

PaintEach = Callable[[Callable[["_Due"], "_Made"], Sequence["_Due"]], Iterable["_Made"]]
"""Call a function for each page, and return what it returns in their order, as `map` does."""


def paint_pages(
    baker: Baker,
    request: BakeRequest,
    png: Path,
    root: Path,
    on_step: OnStep,
    *,
    force: bool = False,
    paint_each: PaintEach = map,
) -> PagedTexture:
    """Paint the pages of a request that are not there, and write them beside those that are.

    They become the picture when they are published. With `force`, pages that are there are painted too, and
    whatever stands in the picture's place may be replaced. `paint_each` may paint several at once. Raises
    what the baker raises, and BakeError.
    """
    jobs = page_jobs(request)
    if not force:
        refuse_foreign(png, has_same_pixels=PAGES in (read_record(png) or {}), with_report=False)
    kept = None if force else _Kept(png, request)
    pages = [None if kept is None else kept.find(job) for job in jobs]
    missing = [job for job, page in zip(jobs, pages, strict=True) if page is None]
    ends = list(accumulate((job.work for job in missing), initial=0))
    due = [
        _Due(job, _Steps(on_step, done, job.work, ends[-1]))
        for job, done in zip(missing, ends[:-1], strict=True)
    ]
    painted = iter(paint_each(lambda each: _paint(baker, each.job, png, root, each.on_step), due))
    made = [next(painted) if page is None else _Made(page) for page in pages]
    return _assemble(request, jobs, made, kept)


def cut_pages(texture: Texture, request: BakeRequest, png: Path, root: Path) -> PagedTexture:
    """Write the pages of a picture that was painted whole. Raises BakeError."""

    def cut(place: PagePlace, page: BakeRequest, _on_step: OnStep) -> Texture:
        rows, columns = slice(place.y, place.y + place.height), slice(place.x, place.x + place.width)
        image = np.ascontiguousarray(texture.image[rows, columns])
        cut_out = replace(texture, pixels=image, pixel_hash=pixel_hash(image))
        return replace(cut_out, digest=page.digest(), report=None)

    import numpy as np

    jobs = page_jobs(request)
    made = [_paint(partial(cut, job.place), job, png, root, _ignore) for job in jobs]
    pages = _assemble(request, jobs, made, None)
    return replace(pages, timings=texture.timings, share=texture.share, report=texture.report)


def _ignore(_step: Step) -> None:
    """Do nothing after a step."""


@dataclass(frozen=True)
class _Due:
    """Hold a page that has to be painted, and who is told of its steps."""

    job: PageJob
    on_step: OnStep


@dataclass(frozen=True)
class _Made:
    """Hold a page, and the texture that it was painted as, without its pixels; None where it stood."""

    page: Page
    is_new: bool = False
    facts: "_Facts | None" = None


@dataclass(frozen=True)
class _Facts:
    timings: Mapping[str, float]
    environment: Mapping[str, str]
    degraded: tuple[str, ...]
    share: float


class _Kept:
    """Find pages of the last bake that are what is asked for."""

    def __init__(self, png: Path, request: BakeRequest) -> None:
        record = read_record(png) or {}
        manifest = read_manifest(record)
        found, self.degraded = record.get("environment"), _texts(record.get("degraded"))
        self.environment = {str(key): str(each) for key, each in _fields(found).items()}
        is_accepted = request.accepts(self.environment.get("dtype"), is_degraded=bool(self.degraded))
        files = manifest.files if manifest is not None and is_accepted else ()
        self._png = png
        self._pages = {page.digest: page for page in files}

    def find(self, job: PageJob) -> Page | None:
        """Return the page of a job if it is there as it was published."""
        page = self._pages.get(job.digest)
        if page is None or not is_recorded_page(self._png, page):
            return None
        return replace(page, x=job.place.x, y=job.place.y)


class _Steps:
    """Report steps of one page as some of all pages' steps."""

    def __init__(self, on_step: OnStep, done: int, own: int, total: int) -> None:
        self._on_step = on_step
        self._done = done
        self._own = own
        self._total = total

    def __call__(self, step: Step) -> None:
        share = step.step / max(step.steps, 1)
        self._on_step(Step(self._done + round(self._own * share), self._total, step.progress_image))


def _paint(baker: Baker, job: PageJob, png: Path, root: Path, on_step: OnStep) -> _Made:
    texture = baker(job.request, on_step)
    assert texture.size == (job.place.width, job.place.height), "a page has the size that it was asked for"
    in_haste = job.request.anchor is not None
    page, is_new = write_page(root, png, job.place, texture, in_haste=in_haste)
    facts = _Facts(texture.timings, texture.environment, texture.degraded, texture.share)
    return _Made(page, is_new, facts)


def _assemble(
    request: BakeRequest, jobs: Sequence[PageJob], made: Sequence[_Made], kept: _Kept | None
) -> PagedTexture:
    """Sum up what is known of all pages."""
    facts = [(each.facts, job.work) for each, job in zip(made, jobs, strict=True) if each.facts is not None]
    painted = [each for each, _ in facts]
    stood = [kept] if kept is not None and len(painted) < len(made) else []
    last = jobs[-1].place
    manifest = Manifest(last.x + last.width, last.y + last.height, tuple(each.page for each in made))
    return PagedTexture(
        manifest=manifest,
        digest=request.digest(),
        pixel_hash=manifest.pixel_hash,
        written=sum(each.is_new for each in made),
        timings=_sum_timings([each.timings for each in painted]),
        environment=merge_environments([each.environment for each in (*stood, *painted)]),
        degraded=tuple(dict.fromkeys(text for each in (*stood, *painted) for text in each.degraded)),
        share=sum(each.share * work for each, work in facts) / sum(job.work for job in jobs),
    )


def _sum_timings(timings: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Add up the seconds of pages. Those of the cache count only where nothing was painted."""
    painted = [each for each in timings if was_painted(each)] or timings
    summed: dict[str, float] = {}
    for stage, seconds in (item for each in painted for item in each.items()):
        summed[stage] = summed.get(stage, 0.0) + seconds
    if "load" in summed:  # once for all
        summed["load"] = max(each.get("load", 0.0) for each in painted)
    return summed


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, cast("list[object]", value))) if isinstance(value, list) else ()


def _fields(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}
