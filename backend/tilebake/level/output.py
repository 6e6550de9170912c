"""Say how large a map's picture is, and how large one may be: known from its tiles, before any model is."""

from collections.abc import Iterator
from math import floor, sqrt
from pathlib import Path
from typing import Final, NamedTuple

from tilebake.errors import Location, MapError
from tilebake.level.map.grid import Bounds
from tilebake.level.map.stray_tiles import or_without_strays
from tilebake.level.map.tile_columns import Tiles
from tilebake.level.source.refuse import Refuse

MOST_PIXELS: Final = 2**28  # of a picture in one file, or of a page: 16,384 by 16,384
MOST_PIXELS_IN_PAGES: Final = 2**36  # of a picture: 262,144 by 262,144
ENGINE_SIDE: Final = 16_384  # pixels along a texture's side that Godot and graphics cards can show
HEAVY_TEXTURE: Final = 2**26  # pixels: 256 MiB of video memory
BYTES_PER_PIXEL: Final = 20  # of memory at most while a picture is scaled, fitted to a palette and written

_MIB: Final = 2**20
_GIB: Final = 2**30


class PictureSize(NamedTuple):
    """Hold the size of a map's picture in its own pixels."""

    width: int
    height: int

    @property
    def area(self) -> int:
        """How many pixels it has."""
        return self.width * self.height

    @property
    def memory(self) -> int:
        """How many bytes of memory it takes at most until it is written, besides the model."""
        return self.area * BYTES_PER_PIXEL

    def __str__(self) -> str:
        return f"{self.width:,} by {self.height:,} pixels"


def picture_size(bounds: Bounds, scale: float = 1.0) -> PictureSize:
    """Return the size of the picture of a map with these bounds, at so many pixels a map pixel."""
    return PictureSize(max(1, round(bounds.width * scale)), max(1, round(bounds.height * scale)))


def art_block(tile_width: float, art_pixels: int | None) -> int:
    """Return how many pixels of a picture an art pixel measures: whole ones, so that all blocks are alike."""
    return 1 if art_pixels is None else max(1, round(tile_width / art_pixels))


def refuse_vast_world(bounds: Bounds, tiles: Tiles, tile_width: int, refuse: Refuse) -> None:
    """Raise what `refuse` makes for a picture that is too large even in pages."""
    size = picture_size(bounds)
    if size.area > MOST_PIXELS_IN_PAGES:
        lower = _lower(tile_width, MOST_PIXELS_IN_PAGES, size)
        what = f"the picture would be {size}; at most {MOST_PIXELS_IN_PAGES:,} can be made, in pages"
        raise refuse(what, ("tile_size",), hint=or_without_strays(tiles, lower))


def refuse_vast_file(size: PictureSize, tiles: Tiles, tile_width: int, path: Path | None) -> None:
    """Raise MapError for a picture in one file that is too large to be made and read back."""
    if size.area > MOST_PIXELS:
        lower = _lower(tile_width, MOST_PIXELS, size)
        raise MapError(
            f"the picture would be {size} and take {size.memory / _GIB:,.1f} GiB of memory; at most "
            f"{MOST_PIXELS:,} pixels can be made in one piece",
            where=Location(path, json_path="$.tile_size"),
            hint=or_without_strays(tiles, f'set "windows" to "always", {lower}'),
        )


def _lower(tile_width: int, most: int, size: PictureSize) -> str:
    fitting = floor(tile_width * sqrt(most / size.area))
    return f"lower tile_size to {fitting:,} or less, or split the map" if fitting else "split the map"


def picture_notes(size: PictureSize) -> Iterator[str]:
    """Yield what a game developer should know of a picture in one file that cannot be used everywhere."""
    if max(size.width, size.height) > ENGINE_SIDE:
        yield (
            f"the picture will be {size}; Godot and most graphics cards show at most "
            f'{ENGINE_SIDE:,} along a side, so set "windows" to "always", split the map or lower tile_size'
        )
    elif size.area > HEAVY_TEXTURE:
        yield (
            f"the picture will be {size}: {size.memory / _GIB:.1f} GiB of memory to make it, and "
            f"{size.area * 4 / _MIB:,.0f} MiB of video memory in the game"
        )
