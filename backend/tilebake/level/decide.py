"""Decide what the settings of a map leave to the map: how a setting counts for its own tiles."""

from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap


def decide_settings(settings: BakeSettings, tilemap: TileMap) -> BakeSettings:
    """Return the settings that a map is painted with.

    A picture is transparent only where there are tiles beside an empty place. A full map then has one digest
    whatever `transparent` says, and a map without any tile shows its base prompt.
    """
    transparent = settings.transparent and len(tilemap.tiles) > 0 and len(tilemap.empty) > 0
    return (
        settings
        if transparent == settings.transparent
        else settings.model_copy(update={"transparent": transparent})
    )
