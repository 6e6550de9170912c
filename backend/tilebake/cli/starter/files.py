"""Choose the files of a new project: those that a folder has use for, and does not have."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal, NamedTuple

from tilebake.level.project import FILE_NAME
from tilebake.level.settings import Preset

Kind = Literal["empty", "maps", "godot"]

SAMPLE: Final = Path("maps", "lakeside.json")
GODOT_FILE: Final = "project.godot"

_HERE: Final = Path(__file__).parent
_NO_OUTPUT: Final = (
    '# output = "textures"     # a folder for the pictures; without it, each lies beside its map'
)
_GODOT_OUTPUT: Final = 'output = "baked"          # the folder for the pictures'
_MAPS: Final = 'maps = ["maps"]           # the folders that hold maps'
_MAPS_HERE: Final = 'maps = ["."]              # the folders that hold maps'
_PRESET: Final = '# preset = "pixel-art" '


class Starter(NamedTuple):
    """Hold the files to write, by their paths below the folder, and what is there already."""

    files: Mapping[Path, bytes]
    standing: tuple[Path, ...]


def starter_files(folder: Path, kind: Kind, preset: Preset | None) -> Starter:
    """Return what a project in this folder begins with. What is there already stays.

    A folder with maps gets no other map, and neither does a Godot project: its addon writes the maps.
    """
    wanted = {Path(FILE_NAME): _project_file(kind, preset)}
    if kind == "empty":
        wanted[SAMPLE] = _template("lakeside.json")
    if kind != "godot":
        wanted[Path(".gitignore")] = _template("gitignore.txt")
    standing = tuple(path for path in wanted if _is_there(folder / path))
    files = {path: text.encode() for path, text in wanted.items() if path not in standing}
    return Starter(files, standing)


def _project_file(kind: Kind, preset: Preset | None) -> str:
    text = _template("project.toml")
    if kind == "godot":
        text = text.replace(_NO_OUTPUT, _GODOT_OUTPUT)
    if kind == "maps":
        text = text.replace(_MAPS, _MAPS_HERE)
    if preset is not None:
        text = text.replace(_PRESET, f'preset = "{preset}"   ')
    return text


def _template(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _is_there(path: Path) -> bool:
    return path.exists() or path.is_symlink()
