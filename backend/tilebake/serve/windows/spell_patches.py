"""Tell in words which part of a large map was painted anew after a save."""

from math import ceil

from tilebake.level.canvas import LATENT, width_of_tile
from tilebake.level.tilemap import TileMap
from tilebake.request import BakeRequest


def spell_patches(request: BakeRequest, anchor: TileMap) -> str:
    """Spell what a patched painting of a map paints anew, in tiles: "patched 5 x 4 tiles around the change".

    A patch holds all that a changed tile reaches, so that it is larger than what was changed.
    """
    from tilebake.level.windows.patches import find_patches  # NumPy, for large maps alone

    tile_width, tile_height = request.tilemap.tile_size
    width = width_of_tile(request.settings, request.tilemap.tile_size) / LATENT
    height = width * tile_height / tile_width
    sides = [
        (ceil(across / width), ceil(down / height))
        for patch in find_patches(anchor, request.tilemap, request.settings) or ()
        for down, across in [patch.new_extent.size]
    ]
    match sides:
        case []:
            return "patched nothing, for nothing of the change shows"
        case [(across, down)]:
            return f"patched {across} x {down} tiles around the change"
        case _:
            tiles = sum(across * down for across, down in sides)
            return f"patched {len(sides)} places around the changes, {tiles:,} tiles in all"
