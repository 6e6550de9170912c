"""Publish a picture in pages: once all are written, one new record says at once that they are the picture.

A reader takes the record first, and then the pages that it lists. Those of the record before stay until the
next picture is published, so a reader never misses a page, and never sees pages of two bakes.
"""

from pathlib import Path

from tilebake.request import BakeRequest
from tilebake.serve.bake.publish import record_bytes, record_of
from tilebake.serve.files.atomic_write import put_files
from tilebake.serve.files.disk_errors import disk_errors
from tilebake.serve.files.png import png_bytes
from tilebake.serve.files.safe_folder import folder_inside
from tilebake.serve.owners.ownership import (
    read_record,
    record_path,
    refuse_foreign,
    refuse_unwritable,
    report_path,
)
from tilebake.serve.pages.manifest import PAGES, PREVIOUS, read_manifest
from tilebake.serve.pages.one_file import describe_one_file, remove_one_file
from tilebake.serve.pages.page_files import remove_unlisted
from tilebake.serve.pages.paged_texture import PagedTexture


def publish_pages(
    texture: PagedTexture, request: BakeRequest, png: Path, root: Path, *, replaces_foreign: bool = False
) -> bool:
    """Make written pages the picture, by a new record; True unless they were the picture before.

    A picture in one file that they take the place of is removed, if tilebake made it, and so are pages that
    neither this record nor the one before lists. Raises BakeError as `publish` does.
    """
    with disk_errors(record_path(png)), folder_inside(root, png.parent) as place:
        before = read_record(png) or {}
        was = read_manifest(before)
        is_same = texture.manifest.shows_same(was)
        previous = read_manifest(before, PREVIOUS) if is_same else was
        report = None if texture.report is None else png_bytes(texture.report.sheet)
        record = {
            **record_of(texture, request, report=report),
            PAGES: texture.manifest.as_json(),
            **({PREVIOUS: previous.without_digests().as_json()} if previous is not None else {}),
            **describe_one_file(png, before),
        }
        if not replaces_foreign:
            refuse_foreign(png, has_same_pixels=PAGES in before, with_report=report is not None)
        files = {record_path(png).name: record_bytes(record)}
        if report is not None:
            files[report_path(png).name] = report
        refuse_unwritable(place, files)
        put_files(place, files)
        remove_one_file(place, png, record)
        names = texture.manifest.names | (frozenset() if previous is None else previous.names)
        remove_unlisted(place, png, names, before)
    return not is_same
