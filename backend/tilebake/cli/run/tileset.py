"""Run `tilebake tileset`: bake files that are TileSets, and tell which files came beside their sheets."""

from pathlib import Path

from tilebake.cli.baking.bake_mode import BakeMode
from tilebake.cli.options import Choices
from tilebake.cli.planning import bake_options
from tilebake.cli.run.bake import run_bake
from tilebake.cli.terminal.printing import near, say, tell_note
from tilebake.errors import Location, MapError, TilebakeError, shown
from tilebake.level.project import find_project
from tilebake.serve.bake.discover import find_maps
from tilebake.serve.bake.plan import Planner
from tilebake.serve.owners.ownership import read_record
from tilebake.serve.tilesets.beside import changed_beside, hashes_beside


def run_tileset(files: tuple[Path, ...], choices: Choices, *, check: bool, force: bool, as_json: bool) -> int:
    """Paint or check TileSets, print what happens, and return the exit code.

    Raises MapError for maps of tiles.
    """
    planner = Planner(bake_options(choices), trusts_records=True)
    found = find_maps(files)
    for each in found:
        _refuse_map(planner, each.path)
    mode = BakeMode(check=check, force=force, use_cache=True, report=False)
    code = run_bake(files, mode, None, choices, is_fast=False, as_json=as_json)
    if not check:
        for each in found:
            try:
                _tell_beside(planner.plan(*each).png)
            except TilebakeError:  # which the bake has told
                continue
    return code


def _refuse_map(planner: Planner, path: Path) -> None:
    """Raise MapError for a map of tiles; a broken file is told by the bake."""
    try:
        tilemap = planner.read_map(path, find_project(path))
    except TilebakeError:
        return
    if tilemap.tile_set is None:
        hint = 'give it "corners": ["grass", "water"] in place of tiles, or paint it by `tilebake bake`'
        raise MapError("this map is no TileSet", where=Location(path), hint=hint)


def _tell_beside(png: Path) -> None:
    record = read_record(png) or {}
    changed = changed_beside(png, record)
    names = [name for name in hashes_beside(record) if name not in changed]
    if names:
        say(f"beside {shown(near(png))}: {', '.join(map(shown, names))}")
    if changed:
        tell_note(f"{', '.join(map(shown, changed))} stays as you changed it; remove it to get it anew")
