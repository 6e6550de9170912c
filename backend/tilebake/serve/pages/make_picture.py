"""Paint what was planned and publish it, in one file or in pages."""

from collections.abc import Callable
from typing import NamedTuple

from tilebake.request import Baker, OnStep
from tilebake.serve.bake.history import remembering_picture
from tilebake.serve.bake.plan import PlannedBake
from tilebake.serve.bake.publish import publish
from tilebake.serve.pages.page_jobs import has_pages
from tilebake.serve.pages.paged_texture import AnyTexture, PagedTexture
from tilebake.serve.pages.paint_pages import PaintEach, cut_pages, paint_pages
from tilebake.serve.pages.publish_pages import publish_pages


class MadePicture(NamedTuple):
    """Hold what was published, and whether its pixels are other ones than stood there."""

    texture: AnyTexture
    is_new: bool


def make_picture(
    baker: Baker,
    job: PlannedBake,
    on_step: OnStep,
    *,
    force: bool = False,
    whole: bool = False,
    is_wanted: Callable[[], bool] = lambda: True,
    paint_each: PaintEach = map,
) -> MadePicture | None:
    """Paint and publish a picture; None if it is not wanted any more once it is painted.

    `force` paints pages that are there too, and replaces what tilebake did not make. With `whole`, pages are
    cut out of a picture that is painted at once, for its report. `paint_each` may paint several pages at
    once. Raises what the baker and `publish` raise.
    """
    request, png, root = job.request, job.png, job.root
    if not has_pages(request):
        texture: AnyTexture = baker(request, on_step)
    elif whole:
        texture = cut_pages(baker(request, on_step), request, png, root)
    else:
        texture = paint_pages(baker, request, png, root, on_step, force=force, paint_each=paint_each)
    if not is_wanted():
        return None
    with remembering_picture(job.map_path, png):
        if isinstance(texture, PagedTexture):
            is_new = publish_pages(texture, request, png, root, replaces_foreign=force)
        else:
            is_new = publish(texture, request, png, root, replaces_foreign=force)
    return MadePicture(texture, is_new)
