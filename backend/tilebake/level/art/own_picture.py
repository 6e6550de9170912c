"""Hold a picture that a map names, and read it from its PNG file."""

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tilebake.errors import Location, MapError, TilebakeError
from tilebake.level.art.decode_png import BrokenPictureError, decode_png
from tilebake.level.formats.beside import Beside
from tilebake.level.map.grid import Bounds
from tilebake.level.source.json_positions import JsonPath
from tilebake.level.source.refuse import Refuse

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_ART_PIXELS: Final = 2**25  # 5,792 by 5,792: more than any map has that is painted in one piece


@dataclass(frozen=True)
class OwnPicture:
    """Hold a picture of the game's own, packed as its file is: a plan keeps it, and a process sends it on."""

    width: int
    height: int
    digest: str  # SHA-256 (hex) of its size and pixels, however they are packed
    is_empty: bool  # no pixel of it shows anything
    content: bytes = field(repr=False)  # of the PNG file
    bounds: Bounds | None = None  # where it lies, in map pixels; None is the bounds of the map that names it

    def placed(self, bounds: Bounds) -> "OwnPicture":
        """Return it with its place, for a part of the map that has these bounds."""
        return self if self.bounds is not None else replace(self, bounds=bounds)

    def content_key(self) -> tuple[object, ...]:
        """Return what tells its pixels and its place from others."""
        return (self.digest, *(float(edge) for edge in self.bounds or ()))

    def pixels(self) -> "NDArray[np.uint8]":
        """Unpack it: RGBA [height, width, 4]."""
        return decode_png(self.content, MOST_ART_PIXELS, "RGBA")


def read_own_picture(
    name: str, at: JsonPath, named_in: Path | None, beside: Beside, refuse: Refuse
) -> OwnPicture:
    """Read the picture that a map names at a path of its file, relative to the map.

    Raises MapError for a name that leads out of the project or to nothing, and for a file that is no PNG, is
    broken, or would unpack to more than MOST_ART_PIXELS.
    """

    def refuse_file(what: str, hint: str) -> TilebakeError:
        return refuse(what, at, hint=hint)

    file, content = beside.read(name, named_in, refuse_file)
    try:
        return beside.once.get(content, lambda: _unpack(content))
    except BrokenPictureError as error:
        hint = "save it anew as a PNG, with at most 33 million pixels"
        raise MapError(f"is no picture that can be read: {error}", where=Location(file), hint=hint) from None


def _unpack(content: bytes) -> OwnPicture:
    import numpy as np

    pixels = decode_png(content, MOST_ART_PIXELS, "RGBA")
    height, width = pixels.shape[:2]
    shows = pixels[..., 3:] > 0
    digest = hashlib.sha256(f"{width}x{height}".encode("ascii"))
    digest.update(np.where(shows, pixels, 0).tobytes())  # what a program leaves under holes shows nowhere
    return OwnPicture(width, height, digest.hexdigest(), not shows.any(), content)
