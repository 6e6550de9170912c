"""Find the maps that a bake means, and refuse options that do not fit them."""

from pathlib import Path
from typing import Final

import click

from tilebake.cli.terminal.batch_output import BatchOutput
from tilebake.cli.terminal.printing import near, tell_note
from tilebake.errors import TilebakeError, shown
from tilebake.level.project import FILE_NAME, find_project, map_folders
from tilebake.serve.bake.batch import Failed
from tilebake.serve.bake.discover import FoundMap, find_maps
from tilebake.serve.bake.plan import BakeOptions
from tilebake.serve.owners.godot_scenes import IF_LOST, why_lost
from tilebake.serve.owners.orphans import find_orphans

OTHER_PICTURES: Final = frozenset(  # endings that no folder is meant by
    {
        ".webp",
        ".jpg",
        ".jpeg",
        ".gif",
        ".bmp",
        ".tga",
        ".tif",
        ".tiff",
        ".exr",
        ".svg",
        ".avif",
        ".jxl",
        ".dds",
    }
)


def maps_of(paths: tuple[Path, ...], output: BatchOutput) -> list[FoundMap]:
    """Find the maps that are meant, and report what is in the way of finding them."""

    def report(error: TilebakeError) -> None:
        output.print_failed(Failed(error.where.file or Path.cwd(), error))

    folders = paths
    if not paths:
        project = find_project(Path.cwd())
        note_no_project(project.root)
        usable, problems = map_folders(project)
        folders = tuple(usable)
        for problem in problems:
            report(problem)
    found = find_maps(folders, report, tell_note)
    return [each for each in found if each.path in paths or not _is_lost(each.path)]


def note_no_project(root: Path) -> None:
    """Tell what is meant where no tilebake.toml says which folders hold maps."""
    if not (root / FILE_NAME).is_file():
        what = f"there is no {FILE_NAME} here or above, so every map below {shown(root)} is meant"
        tell_note(f"{what}; `tilebake init` begins a project")


def _is_lost(map_path: Path) -> bool:
    """Tell whether the scene of a map is gone, and note it: such a map is painted only if it is named."""
    why = why_lost(map_path)
    if why is not None:
        tell_note(f"{shown(near(map_path))} is not painted: {why}; {IF_LOST}")
    return why is not None


def note_orphans() -> None:
    """Tell which pictures of the project have no map any more."""

    def note(error: TilebakeError) -> None:
        tell_note(f"pictures without a map are not looked for: {error}")

    for orphan in find_orphans(find_project(Path.cwd()), note):
        name = shown(near(orphan.png))
        tell_note(f"the map of {name} is gone; `tilebake clean` removes what such maps left")


def refuse_other_pictures(options: BakeOptions) -> None:
    """Raise click.BadParameter for an output that is neither a PNG nor a folder."""
    if options.out is not None and options.out.suffix.lower() in OTHER_PICTURES and not options.out.is_dir():
        raise click.BadParameter(
            f"{str(options.out)!r} is neither a .png file nor a folder", param_hint="--out"
        )


def refuse_several(maps: list[FoundMap], options: BakeOptions) -> None:
    """Raise click.BadParameter where options mean one map and there are more."""
    if len(maps) < 2:
        return
    if options.out is not None and options.out.suffix.lower() == ".png":
        raise click.BadParameter(
            f"one file cannot hold {len(maps)} textures; name a folder", param_hint="--out"
        )
    if options.region is not None:
        raise click.BadParameter(f"a region is of one map, and there are {len(maps)}", param_hint="--region")
