"""Write the pictures and files that a command makes for its user."""

from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from tilebake.cli.terminal.printing import near
from tilebake.level.map_names import map_stem
from tilebake.level.project import find_project, output_path
from tilebake.serve.files.atomic_write import write_files
from tilebake.serve.files.png import png_bytes
from tilebake.serve.owners.closed_places import refuse_closed_folder


@dataclass(frozen=True)
class EditPlaces:
    """Say where the pictures of edits and their sheet go."""

    out: Path  # of a single edit
    sheet: Path | None  # where it was asked for

    def pictures(self, count: int) -> list[Path]:
        """Return the places of so many edits: NAME-1.png and so on, where there are several."""
        if count == 1:
            return [self.out]
        return [self.out.with_stem(f"{self.out.stem}-{number}") for number in range(1, 1 + count)]

    @property
    def sheet_of_several(self) -> Path:
        """Where the sheet of several edits goes: NAME-sheet.png, unless another place was asked for."""
        return self.sheet or self.out.with_stem(f"{self.out.stem}-sheet")


def picture_path(out: Path | None, default: Path) -> Path:
    """Return where the picture goes, for --out as a .png file or a folder.

    Raises click.BadParameter, and BakeError for a folder that takes no files: before anything is painted.
    """
    path = default if out is None else out / default.name if out.is_dir() else out
    if path is out and path.suffix.lower() != ".png":
        raise click.BadParameter(f"{str(out)!r} is neither a .png file nor a folder", param_hint="--out")
    refuse_closed_folder(path)
    return path


def picture_of_map(out: Path | None, map_path: Path, kind: str) -> Path:
    """Return where a picture about a map goes, NAME.KIND.png: beside the map's texture, or as --out says.

    Raises what `picture_path` raises, and ProjectError for a map that has no place for its texture.
    """
    texture = output_path(find_project(map_path), map_path)
    return picture_path(out, Path(near(texture.with_name(f"{map_stem(map_path)}.{kind}.png"))))


def write_picture(path: Path, image: NDArray[np.uint8]) -> None:
    """Write an image [height, width, 3 or 4] as PNG. Raises BakeError if the disk refuses."""
    write_file(path, png_bytes(image))


def write_file(path: Path, content: bytes) -> None:
    """Write a file as a whole or not at all. Raises BakeError if the disk refuses."""
    write_files(path.parent, {path.name: content})
