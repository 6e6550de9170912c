"""Cut the request of a picture into those of its pages."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import starmap

from tilebake.level.canvas import in_windows
from tilebake.level.map.grid import Bounds
from tilebake.request import BakeRequest
from tilebake.serve.pages.manifest import PagePlace
from tilebake.serve.speeds import work_of


@dataclass(frozen=True)
class PageJob:
    """Hold one page to be painted: its request, and where it lies in the whole picture."""

    cut: Callable[[], BakeRequest]
    digest: str  # of its request
    place: PagePlace
    work: int  # steps of all windows that it shows

    @property
    def request(self) -> BakeRequest:
        """Its request, cut out of the whole each time: those of all pages hold the map many times over."""
        return self.cut()


def has_pages(request: BakeRequest) -> bool:
    """Tell whether a request's picture comes in pages; that of a region is always one file.

    A map of a world is no region, though it is a part of what is painted.
    """
    if (request.region is not None and not request.in_world) or not in_windows(
        request.tilemap, request.settings
    ):
        return False
    from tilebake.level.windows.page_layout import count_pages  # NumPy, for large maps alone

    return count_pages(request.tilemap, request.settings, request.shown) > 0


def lay_page_places(request: BakeRequest) -> tuple[PagePlace, ...]:
    """Return where the pages of a picture that has them lie in it, row by row."""
    return tuple(each for each, _ in _lay(request))


def page_jobs(request: BakeRequest) -> tuple[PageJob, ...]:
    """Return what is to be painted for a picture that has pages, row by row."""
    places, bounds = zip(*_lay(request), strict=True)
    return tuple(starmap(_page_job, zip(_cuts(request, bounds), places, strict=True)))


def _page_job(cut: Callable[[], BakeRequest], place: PagePlace) -> PageJob:
    page = cut()
    return PageJob(cut, page.digest(), place, _steps_of(page))


def _lay(request: BakeRequest) -> Iterator[tuple[PagePlace, Bounds]]:
    """Yield where each page lies in the picture, and which part of the map it shows."""
    from tilebake.level.windows.page_layout import lay_pages
    from tilebake.level.windows.picture_grid import picture_grid

    grid = picture_grid(request.tilemap, request.settings)
    whole = grid.pixels(request.shown)
    for page in lay_pages(request.tilemap, request.settings, request.shown):
        height, width = page.size
        yield PagePlace(page.left - whole.left, page.top - whole.top, width, height), grid.bounds(page)


def _cuts(request: BakeRequest, pages: Sequence[Bounds]) -> list[Callable[[], BakeRequest]]:
    """Return what cuts out the request of each page. Where no patch is seen, it is the anchor's."""
    if request.anchor is None:
        return [partial(request.part, page) for page in pages]
    from tilebake.level.windows.part import around_pieces
    from tilebake.level.windows.patches import find_patches
    from tilebake.level.windows.picture_grid import picture_grid

    grid = picture_grid(request.tilemap, request.settings)
    patches = find_patches(request.anchor, request.tilemap, request.settings)
    if patches is None:  # which a bake refuses
        return [partial(replace, request, region=page) for page in pages]
    seen = [around_pieces(grid.latents(grid.whole_pieces(grid.pixels(page)))) for page in pages]
    before = request.anchor_request
    return [
        partial(replace, request, region=page)
        if any(patch.new_extent.meets(latents) for patch in patches)
        else partial(before.part, page)
        for page, latents in zip(pages, seen, strict=True)
    ]


def _steps_of(request: BakeRequest) -> int:
    work = work_of(request)
    return max(work.windows, 1) * work.passes
