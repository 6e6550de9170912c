"""Find what a map's painting is held to; where it is held to nothing, nothing is imported for it."""

from typing import TYPE_CHECKING

from tilebake.level.art.structure import structure_of
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap

if TYPE_CHECKING:
    from tilebake.paint.structure.placed_structure import PlacedStructure


def find_structure(tilemap: TileMap, settings: BakeSettings, canvas_scale: float) -> "PlacedStructure | None":
    """Return what a map's painting is held to, placed in the world; None where it is held to nothing."""
    if structure_of(tilemap, settings) is None:
        return None
    from tilebake.paint.structure.placed_structure import place_structure

    return place_structure(tilemap, settings, canvas_scale)
