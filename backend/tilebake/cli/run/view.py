"""Run `tilebake view`: write the page of a project, and open it in the browser."""

import webbrowser
from pathlib import Path
from typing import Final

import click

from tilebake.cli.output import write_file
from tilebake.cli.terminal.printing import near, print_path, say
from tilebake.cli.view.cards import gather_cards
from tilebake.cli.view.page import MARK, render_page
from tilebake.errors import BakeError, Location, TilebakeError
from tilebake.level.project import find_project, map_folders
from tilebake.level.source.encoding import open_regular
from tilebake.serve.bake.discover import find_maps
from tilebake.serve.bake.texture_cache import user_cache

DEFAULT_OUT: Final = "tilebake.html"
_HEAD: Final = 4096  # bytes, within which our mark stands


def run_view(start: Path, out: Path | None, *, opens: bool) -> None:
    """Write the page. Raises ProjectError and BakeError; what is wrong with a map is on the page."""
    project = find_project(start)
    page = _page_path(out, project.root)
    remarks: list[str] = []
    usable, problems = map_folders(project)
    remarks += map(str, problems)

    def note(error: TilebakeError) -> None:
        remarks.append(str(error))

    maps = find_maps(usable, note, remarks.append)
    cards = [*gather_cards(maps, project, user_cache())]
    write_file(page, render_page(project.root.name or str(project.root), cards, remarks).encode("utf-8"))
    print_path(Path(near(page)))
    if opens and not webbrowser.open(page.absolute().as_uri()):
        say("no browser could be opened: open the page yourself")


def _page_path(out: Path | None, root: Path) -> Path:
    """Return where the page goes. Raises click.BadParameter, and BakeError for a file of somebody else's."""
    if out is not None and out.suffix.lower() not in (".html", ".htm"):
        raise click.BadParameter(f"{str(out)!r} is no .html file", param_hint="--out")
    page = root / DEFAULT_OUT if out is None else out
    if page.exists() and not _is_ours(page):
        hint = "name another by --out"
        raise BakeError("`tilebake view` did not make this file", where=Location(page), hint=hint)
    return page


def _is_ours(page: Path) -> bool:
    try:
        with open_regular(page) as file:
            return MARK.encode("ascii") in file.read(_HEAD)
    except OSError:
        return False
