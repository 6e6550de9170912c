"""Declare `tilebake view`: show all maps of a project in the browser."""

from pathlib import Path

import click

from tilebake.cli.help_sections import SectionCommand
from tilebake.cli.options import project_argument


@click.command("view", cls=SectionCommand, short_help="Show all maps in the browser.")
@project_argument
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The .html file to write. [default: tilebake.html in the project]",
)
@click.option("--open/--no-open", "opens", default=True, help="Open the page in the browser. On by default.")
def command(*, project: Path | None, out: Path | None, opens: bool) -> None:
    """Write one page with every map of a project, and open it in the browser.

    PROJECT is any folder of the project. The default is the current folder.

    The page shows each map's picture, whether it is up to date or why not, notes, seed and settings, and what
    the last `bake --report` found. Where the cache has them, it also shows the picture before the last change
    to compare with, and those of the map's last `tune`. It needs no network. Nothing is painted.
    """
    from tilebake.cli.run.view import run_view

    run_view(project or Path.cwd(), out, opens=opens)
