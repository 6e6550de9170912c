"""Decide what the settings of a map leave to the map: what counts for its own tiles, and what fits them."""

from dataclasses import replace
from typing import Final, NamedTuple

from tilebake.errors import Diagnostic, Location
from tilebake.level.canvas import (
    default_pixels_per_tile,
    describe_too_large,
    is_paintable,
    largest_fitting,
)
from tilebake.level.map.stray_tiles import or_without_strays
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap

SMALLEST_LOWERED: Final = 8  # canvas pixels a tile: one latent pixel, below which a level is a smear


class DecidedMap(NamedTuple):
    """Hold a map with what its author should know of the size, and the settings that it is painted with."""

    tilemap: TileMap
    settings: BakeSettings


def decide(tilemap: TileMap, settings: BakeSettings) -> DecidedMap:
    """Decide the settings of a map: the size of its tiles, and whether its picture has an alpha.

    A size that does not fit one canvas is lowered to the largest that does, and noted; below 8 pixels a tile
    it stays as it is, for `canvas_for` to refuse.
    """
    decided = settings.model_copy(
        update={
            "pixels_per_tile": settings.pixels_per_tile or default_pixels_per_tile(tilemap.tile_size),
            "transparent": settings.transparent and _has_tiles_and_gaps(tilemap),
        }
    )
    return _lower_to_fit(tilemap, decided)


def _has_tiles_and_gaps(tilemap: TileMap) -> bool:
    """Tell whether transparency would show; a map without any tile shows its base prompt instead."""
    return len(tilemap.tiles) > 0 and len(tilemap.empty) > 0


def _lower_to_fit(tilemap: TileMap, settings: BakeSettings) -> DecidedMap:
    """Lower the size of tiles to what fits one canvas; masks stay as soft as they were, by tiles."""
    asked, fitting = settings.pixels_per_tile or 0, largest_fitting(tilemap)
    if is_paintable(tilemap, asked) or fitting < SMALLEST_LOWERED:
        return DecidedMap(tilemap, settings)
    sigmas = {name: getattr(settings, name) for name in ("mask_sigma", "mask_sigma_end")}
    scaled = {name: sigma * fitting / asked for name, sigma in sigmas.items() if sigma is not None}
    note = Diagnostic(
        f"tiles are painted at {fitting} pixels instead of {asked}, with less detail: "
        f"{describe_too_large(tilemap, asked)}",
        Location(tilemap.path),
        or_without_strays(tilemap.tiles, "split the map for more detail"),
    )
    lowered = settings.model_copy(update={"pixels_per_tile": fitting, **scaled})
    return DecidedMap(replace(tilemap, notes=(*tilemap.notes, note)), lowered)
