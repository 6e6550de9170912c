"""Make the layer of a map that is a TileSet: a cell for each corner of its tiles."""

from typing import Final

from tilebake.level.map.content import MapLayer
from tilebake.level.map.mapfile import MapFile
from tilebake.level.map.tile_columns import Cells
from tilebake.level.source.json_positions import snippet
from tilebake.level.source.refuse import Refuse
from tilebake.level.terrain import spell_name
from tilebake.level.torus.corner_set import arrange

_FOREIGN: Final = ("rows", "cells", "layers", "legend", "origin", "edit")
"""What a map of tiles may have, and a TileSet has no use for."""


def read_corners(file: MapFile, refuse: Refuse) -> MapLayer:
    """Return the corners of a set as the cells of a layer.

    Raises the error that `refuse` makes for terrains that come twice, and for what a TileSet cannot have.
    """
    corners = file.corners or ()
    for name in _FOREIGN:
        if name in file.model_fields_set:
            hint = "remove it, or write it in a map of its own"
            raise refuse(f'a TileSet, which has "corners", has no "{name}"', (name,), hint=hint, at_key=True)
    if file.wrap not in (None, "both"):
        raise refuse("a TileSet wraps along both axes", ("wrap",), hint='write "both", or leave it out')
    size = file.tile_size
    if not isinstance(size, int) and size[0] != size[1]:
        raise refuse("tiles of a TileSet are square", ("tile_size",), hint="write one number")
    spelled = [spell_name(name) for name in corners]
    for index, name in enumerate(spelled):
        if name in spelled[:index]:
            raise refuse(f"{snippet(name)} is there twice", ("corners", index), hint="remove one of the two")
    arrangement = arrange(len(corners), file.variants)
    terrains = {
        (x, y): corners[terrain] for y, row in enumerate(arrangement) for x, terrain in enumerate(row)
    }
    named_at = {name: ("corners", index) for index, name in enumerate(corners)}
    return MapLayer(Cells.of(terrains), ("corners",), named_at)
