"""Find the pictures whose maps are gone, and remove them: those alone that their records prove to be ours."""

import hashlib
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tilebake.errors import BakeError, Location, TilebakeError
from tilebake.level.formats.part import file_of, part_of
from tilebake.level.map_names import RECORD_SUFFIX, is_record_name
from tilebake.level.project import Project, enclosing_project, find_project, map_folders, output_path
from tilebake.level.source.encoding import open_regular
from tilebake.serve.bake.discover import find_maps
from tilebake.serve.bake.publish import is_recorded_picture
from tilebake.serve.bulkhead import bulkhead
from tilebake.serve.files.disk_errors import disk_errors
from tilebake.serve.files.map_walk import PassedOver, folders_below
from tilebake.serve.files.png import LARGEST_FILE
from tilebake.serve.files.safe_folder import folder_inside
from tilebake.serve.owners.ownership import is_record, read_record, report_path
from tilebake.serve.owners.texture_owners import TextureOwners
from tilebake.serve.pages.manifest import PAGES, pages_folder, recorded_pages
from tilebake.serve.pages.one_file import is_one_file
from tilebake.serve.pages.page_files import is_recorded_page, remove_pages
from tilebake.serve.tilesets.beside import hashes_beside

_NOT_OURS: Final = "the picture is not the one that was baked, so it stays"


@dataclass(frozen=True)
class Orphan:
    """Hold what is left of a map that is gone. `why_kept` says why it is not to be removed, if it is not."""

    png: Path
    files: tuple[Path, ...]  # those that tilebake made, the record last
    why_kept: str | None = None


def find_orphans(project: Project, on_problem: Callable[[TilebakeError], None]) -> list[Orphan]:
    """Return what is left of maps that are gone, in the project's folders of maps and in its output folder.

    A record tells of one: it lies where no map of the project has its own, and the map that it names is gone.
    Nothing is found where a folder of maps cannot be searched: a map in it would seem to be gone.
    `on_problem` is told of that, and of every folder and record that cannot be read.
    """
    folders, problems = map_folders(project)
    errors: list[TilebakeError] = [*problems]
    maps = [each.path for each in find_maps(folders, errors.append)]
    if unsearched := [error for error in errors if error.what != "no map in this folder"]:
        for error in unsearched:
            on_problem(error)
        return []
    claimed, names = _claim_all(maps), {_real(each) for each in maps}
    places = [*folders, *([project.output] if project.output is not None and project.output.is_dir() else [])]
    records = {record.resolve(): record for place in places for record in _records_below(place, on_problem)}
    orphans: list[Orphan] = []
    for real, record in sorted(records.items()):
        try:
            with bulkhead(record):
                if not claimed.has(real) and _is_of_a_lost_map(record, project, names):
                    orphans.append(_orphan_of(record))
        except TilebakeError as error:
            on_problem(error)
    return orphans


def remove_orphan(orphan: Orphan, root: Path) -> None:
    """Remove an orphan's files, the record last: it says whose the others are. Raises BakeError."""
    with disk_errors(orphan.png), folder_inside(root, orphan.png.parent) as place:
        if any(file.parent != orphan.png.parent for file in orphan.files):
            remove_pages(place, orphan.png, read_record(orphan.png) or {})
        for file in orphan.files:
            if file.parent == orphan.png.parent:
                place.remove(file.name)
        place.sync()


def _claim_all(maps: Iterable[Path]) -> TextureOwners:
    """Claim the places of every map that there is, even of one that could not be painted now."""
    owners = TextureOwners()
    for map_path in maps:
        try:
            owners.claim(output_path(find_project(map_path), map_path), map_path)
        except TilebakeError:  # its place is taken, or it has none
            continue
    return owners


def _records_below(folder: Path, on_problem: Callable[[TilebakeError], None]) -> Iterator[Path]:
    def tell(passed: PassedOver) -> None:
        on_problem(BakeError(passed.why, where=Location(passed.path), hint="check its permissions"))

    for place, names in folders_below(folder, tell):
        yield from (place / name for name in names if is_record_name(name))


def _is_of_a_lost_map(record: Path, project: Project, maps: Collection[Path]) -> bool:
    """Tell whether this is a record of this very project that names a map, or a part, which is gone."""
    content = read_record(_png_of(record))
    if content is None or not is_record(content):
        return False
    if (enclosing_project(record.parent) or project.root) != project.root:
        return False  # a project within this one cleans up after itself
    named = content.get("map")
    if not isinstance(named, str):
        return False
    path = project.root / named
    if part_of(path) is None or not os.path.lexists(file_of(path)):
        return not os.path.lexists(file_of(path))
    is_read = any(file_of(each) == _real(file_of(path)) and part_of(each) is not None for each in maps)
    return is_read and _real(path) not in maps


def _real(path: Path) -> Path:
    return path.parent.resolve() / path.name


def _orphan_of(record: Path) -> Orphan:
    png = _png_of(record)
    content = read_record(png) or {}
    report = report_path(png)
    is_ours = not report.is_symlink() and report.is_file() and _sha256(report) == content.get("report_hash")
    reports = (report,) if is_ours else ()
    pages = [pages_folder(png) / page.file for page in recorded_pages(content)]
    there = [page for page in pages if os.path.lexists(page)]
    if png.is_symlink() or not _are_ours(png, content, there):
        return Orphan(png, (), _NOT_OURS)
    beside = [
        png.with_name(name)
        for name, known in hashes_beside(content).items()
        if Path(name).name == name and _sha256(png.with_name(name)) == known
    ]
    return Orphan(png, (*((png,) if png.exists() else ()), *there, *reports, *beside, record))


def _are_ours(png: Path, record: Mapping[str, object], pages: Iterable[Path]) -> bool:
    """Tell whether what is there of a picture or its pages is what was baked."""
    known = {page.file: page for page in recorded_pages(record)}
    is_ours = not png.exists() or (is_one_file if PAGES in record else is_recorded_picture)(png, record)
    return is_ours and all(is_recorded_page(png, known[page.name]) for page in pages)


def _png_of(record: Path) -> Path:
    return record.with_name(f"{record.name[: -len(RECORD_SUFFIX)]}.png")


def _sha256(path: Path) -> str | None:
    try:
        with open_regular(path) as file:
            return hashlib.sha256(file.read(LARGEST_FILE)).hexdigest()
    except OSError:
        return None
