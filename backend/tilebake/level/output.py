"""Say how large a map's picture is, and how large one may be: known from its tiles, before any model is."""

from collections.abc import Iterator
from math import floor, sqrt
from typing import Final, NamedTuple

from tilebake.level.map.grid import Bounds
from tilebake.level.map.stray_tiles import or_without_strays
from tilebake.level.map.tile_columns import Tiles
from tilebake.level.source.refuse import Refuse

MOST_PIXELS: Final = 2**28  # of a picture: 16,384 by 16,384
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


def refuse_vast_picture(bounds: Bounds, tiles: Tiles, tile_width: int, refuse: Refuse) -> None:
    """Raise what `refuse` makes for a picture that is too large to be made and read back."""
    size = picture_size(bounds)
    if size.area <= MOST_PIXELS:
        return
    fitting = floor(tile_width * sqrt(MOST_PIXELS / size.area))
    lower = f"lower tile_size to {fitting:,} or less, or split the map" if fitting else "split the map"
    raise refuse(
        f"the picture would be {size} and take {size.memory / _GIB:,.1f} GiB of memory; at most "
        f"{MOST_PIXELS:,} pixels can be made",
        ("tile_size",),
        hint=or_without_strays(tiles, lower),
    )


def picture_notes(bounds: Bounds) -> Iterator[str]:
    """Yield what a game developer should know of a picture that can be made, but not be used everywhere."""
    size = picture_size(bounds)
    if max(size.width, size.height) > ENGINE_SIDE:
        yield (
            f"the picture will be {size}; Godot and most graphics cards show at most "
            f"{ENGINE_SIDE:,} along a side, so split the map or lower tile_size"
        )
    elif size.area > HEAVY_TEXTURE:
        yield (
            f"the picture will be {size}: {size.memory / _GIB:.1f} GiB of memory to make it, and "
            f"{size.area * 4 / _MIB:,.0f} MiB of video memory in the game"
        )
