"""Describe the sheet of a TileSet: where each tile stands on it, and which terrains its corners have."""

import colorsys
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tilebake.level.torus.corner_set import Arrangement, Corners, tiles_of

FIRST_HUE: Final = 0.33  # green, for terrains are usually first of all grass
SATURATION, VALUE = 0.6, 0.8


@dataclass(frozen=True)
class SheetTile:
    """Name a tile's place on the sheet, in tiles, and the terrains of its corners."""

    column: int
    row: int
    corners: Corners


@dataclass(frozen=True)
class Sheet:
    """Hold what engines have to know of a sheet."""

    name: str
    image: str  # the file beside which it is described
    tile_size: int  # pixels
    terrains: tuple[str, ...]
    tiles: tuple[SheetTile, ...]
    columns: int

    @property
    def colours(self) -> Sequence[tuple[float, float, float]]:
        """A colour for each terrain, red, green and blue in 0..1, by which editors mark it."""
        count = len(self.terrains)
        hues = [(FIRST_HUE + index / count) % 1 for index in range(count)]
        return [colorsys.hsv_to_rgb(hue, SATURATION, VALUE) for hue in hues]


def sheet_of(name: str, terrains: tuple[str, ...], arrangement: Arrangement, width: int) -> Sheet:
    """Return the sheet of a corner set, whose picture is `width` pixels wide."""
    tiles = tuple(SheetTile(*each) for each in tiles_of(arrangement))
    columns = len(arrangement[0])
    return Sheet(name, f"{name}.png", width // columns, terrains, tiles, columns)


def describe(sheet: Sheet) -> str:
    """Return a description in JSON, for engines that know neither Godot's nor Tiled's files."""
    tiles = [
        {
            "x": tile.column * sheet.tile_size,
            "y": tile.row * sheet.tile_size,
            **{corner: sheet.terrains[terrain] for corner, terrain in tile.corners._asdict().items()},
        }
        for tile in sheet.tiles
    ]
    lines = ",\n    ".join(json.dumps(tile) for tile in tiles)
    head = {"image": sheet.image, "tile_size": sheet.tile_size, "terrains": list(sheet.terrains)}
    fields = "".join(f"  {json.dumps(key)}: {json.dumps(value)},\n" for key, value in head.items())
    return f'{{\n{fields}  "tiles": [\n    {lines}\n  ]\n}}\n'
