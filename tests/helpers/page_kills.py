"""A process that publishes pictures in pages and in one file, in turn, to be killed; no test itself.

    python -m tests.helpers.page_kills PICTURE COUNT

It says "ready" when it begins, and ends after so many.
"""

import sys
from itertools import cycle, islice
from pathlib import Path

from tests.helpers.page_painter import PagePainter, ignore, map_of, paint, request_for, with_sand
from tilebake.request import BakeRequest
from tilebake.serve.bake.publish import publish
from tilebake.serve.pages.page_jobs import has_pages
from tilebake.serve.pages.paint_pages import paint_pages
from tilebake.serve.pages.publish_pages import publish_pages

LEVEL = map_of(64, 33)  # four pages
ROUND = (
    *(request_for(LEVEL if column is None else with_sand(LEVEL, column, 4)) for column in (None, 4, 9)),
    request_for(map_of(8, 8)),  # in one file
)


def publish_one(request: BakeRequest, png: Path) -> None:
    """Paint and publish a picture, as a bake does."""
    root = png.parent.parent
    if has_pages(request):
        publish_pages(paint_pages(PagePainter(), request, png, root, ignore), request, png, root)
    else:
        publish(paint(request), request, png, root)


def main(png: Path, count: int) -> None:
    """Publish pictures until it is enough."""
    print("ready", flush=True)
    for request in islice(cycle(ROUND), count):
        publish_one(request, png)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
