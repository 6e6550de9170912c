"""Run `tilebake init`: write the first files of a project, and say what to type next."""

from pathlib import Path

from tilebake.cli.starter.files import GODOT_FILE, SAMPLE, Kind, starter_files
from tilebake.cli.terminal.printing import print_path, say
from tilebake.errors import Location, ProjectError, shown
from tilebake.level.project import FILE_NAME, find_project
from tilebake.level.settings import Preset
from tilebake.serve.bake.discover import is_map
from tilebake.serve.files.atomic_write import write_files
from tilebake.serve.files.map_walk import map_candidates


def run_init(folder: Path, preset: Preset | None) -> None:
    """Write what the folder has use for and does not have. Raises ProjectError and BakeError."""
    if folder.exists() and not folder.is_dir():
        raise ProjectError("this is no folder", where=Location(folder), hint="name a folder")
    _refuse_inside(folder)
    kind = _kind_of(folder)
    if (folder / FILE_NAME).exists():
        say(f"{shown(folder / FILE_NAME)} is there already: nothing is written")
    else:
        starter = starter_files(folder, kind, preset)
        for path, content in starter.files.items():
            write_files((folder / path).parent, {path.name: content})
            print_path(folder / path)
        for path in starter.standing:
            say(f"{shown(folder / path)} is there already, and stays as it is")
    _say_what_next(folder, kind)


def _refuse_inside(folder: Path) -> None:
    """Raise for a folder within a project: what is above it shares its settings already."""
    if (folder / FILE_NAME).exists():
        return
    root = find_project(folder).root
    if (root / FILE_NAME).exists():
        what = f"this folder belongs to the project {shown(root)} already"
        hint = f"put maps where its {FILE_NAME} says, or begin a project elsewhere"
        raise ProjectError(what, where=Location(folder), hint=hint)
    if not (folder / GODOT_FILE).exists():
        place = folder.absolute()
        above = next((each for each in place.parents if (each / GODOT_FILE).is_file()), None)
        if above is not None:
            what = f"this folder belongs to the Godot project {shown(above)}"
            raise ProjectError(what, where=Location(folder), hint=f"tilebake init {shown(above)}")


def _kind_of(folder: Path) -> Kind:
    if (folder / GODOT_FILE).exists():
        return "godot"
    has_map = folder.exists() and any(is_map(Path(entry.path)) for entry in map_candidates(folder))
    return "maps" if has_map else "empty"


def _say_what_next(folder: Path, kind: Kind) -> None:
    enter = [] if folder.resolve() == Path.cwd() else [("cd " + shown(folder), "")]
    if kind == "godot":
        steps = [
            ("enable the Tilebake addon", "in Godot: it writes the maps, and has them painted"),
            ("tilebake bake", "paints the maps without the editor"),
        ]
    else:
        steps = [
            (
                "tilebake bake",
                f"paints {SAMPLE.with_suffix('.png')}" if kind == "empty" else "paints the maps",
            ),
            ("tilebake watch", "paints each map whenever you save it"),
            ("tilebake view", "shows all maps in the browser"),
        ]
    say("\nnext:")
    for command, what in [*enter, *steps]:
        say(f"  {command:<28}{what}".rstrip())
