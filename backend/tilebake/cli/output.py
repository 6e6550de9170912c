"""Pictures that a command was asked for by itself: where they go, and writing them whole."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def picture_path(out: Path | None, otherwise: Path) -> Path:
    """Where the picture goes: a .png file, or a folder for it. Raises click.BadParameter for another kind."""
    if out is None:
        return otherwise
    if out.is_dir():
        return out / otherwise
    if out.suffix.lower() != ".png":
        raise click.BadParameter(f"{str(out)!r} is neither a .png file nor a folder", param_hint="--out")
    return out


def write_picture(path: Path, image: "NDArray[np.uint8]") -> None:
    """Write an image [height, width, 3 or 4] as PNG. Raises BakeError if the disk refuses."""
    from tilebake.serve.files.png import png_bytes

    write_file(path, png_bytes(image))


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all. Raises BakeError if the disk refuses."""
    from tilebake.serve.files.atomic_write import write_files

    write_files(path.parent, {path.name: content})
