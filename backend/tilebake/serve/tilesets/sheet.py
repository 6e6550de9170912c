"""Describe the sheet of a TileSet: where each tile stands on it, and which terrains it has where."""

import colorsys
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tilebake.level.torus.blob_set import GROUND, BlobTile
from tilebake.level.torus.set_form import SetForm, TileSetForm
from tilebake.level.torus.tile_layout import SetLayout, SetTile

FIRST_HUE: Final = 0.33  # green, for terrains are usually first of all grass
SATURATION, VALUE = 0.6, 0.8


@dataclass(frozen=True)
class SheetTile:
    """Name a tile's place on the sheet, in tiles, and what the tile is."""

    column: int
    row: int
    tile: SetTile


@dataclass(frozen=True)
class Sheet:
    """Hold what engines have to know of a sheet."""

    name: str
    image: str  # the file beside which it is described
    tile_size: int  # pixels
    form: SetForm
    terrains: tuple[str, ...]
    tiles: tuple[SheetTile, ...]
    columns: int

    @property
    def colours(self) -> Sequence[tuple[float, float, float]]:
        """A colour for each terrain, red, green and blue in 0..1, by which editors mark it."""
        count = len(self.terrains)
        hues = [(FIRST_HUE + index / count) % 1 for index in range(count)]
        return [colorsys.hsv_to_rgb(hue, SATURATION, VALUE) for hue in hues]


def sheet_of(name: str, tile_set: TileSetForm, layout: SetLayout, width: int) -> Sheet:
    """Return the sheet of a TileSet, whose picture is `width` pixels wide."""
    tiles = tuple(SheetTile(*each) for each in layout.sheet_tiles())
    columns = len(layout.sheet[0])
    return Sheet(name, f"{name}.png", width // columns, tile_set.form, tile_set.terrains, tiles, columns)


def describe(sheet: Sheet) -> str:
    """Return a description in JSON, for engines that know neither Godot's nor Tiled's files."""
    tiles = [
        {"x": tile.column * sheet.tile_size, "y": tile.row * sheet.tile_size, **_words(sheet, tile.tile)}
        for tile in sheet.tiles
    ]
    lines = ",\n    ".join(json.dumps(tile) for tile in tiles)
    head = {
        "image": sheet.image,
        "tile_size": sheet.tile_size,
        **({} if sheet.form == "corners" else {"form": sheet.form}),
        "terrains": list(sheet.terrains),
    }
    fields = "".join(f"  {json.dumps(key)}: {json.dumps(value)},\n" for key, value in head.items())
    return f'{{\n{fields}  "tiles": [\n    {lines}\n  ]\n}}\n'


def _words(sheet: Sheet, tile: SetTile) -> dict[str, object]:
    """Say which terrain each corner of a tile has; of a blob's also the sides and the tile itself."""
    if not isinstance(tile, BlobTile):
        return {corner: sheet.terrains[terrain] for corner, terrain in tile._asdict().items()}
    around = {
        name: sheet.terrains[tile.terrain if goes_on else GROUND]
        for name, goes_on in tile.around._asdict().items()
    }
    return {"terrain": sheet.terrains[tile.terrain], "number": tile.around.number, **around}
