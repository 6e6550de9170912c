"""Say in words that a picture that is up to date lies in other files than are asked for."""

from collections.abc import Mapping

from tilebake.request import BakeRequest
from tilebake.serve.pages.manifest import PAGES, read_manifest
from tilebake.serve.pages.page_jobs import has_pages, lay_page_places


def other_pages(record: Mapping[str, object], request: BakeRequest) -> str | None:
    """Say how a record's pages differ from those that a request's `page_size` asks for; None if not."""
    size, manifest = request.settings.page_size, read_manifest(record)
    if not has_pages(request):
        return None if PAGES not in record else f"it is in pages, and page_size {size} asks for one file"
    places = lay_page_places(request)
    if manifest is None:
        return f"it is one file, and page_size {size} asks for {len(places)} pages"
    if [page.place for page in manifest.files] != list(places):
        return f"page_size is {size}, and its pages have another size"
    return None
