"""Find tiles that lie far from all others: mostly put there by mistake, they make a map vast."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from tilebake.level.map.tile_columns import Tiles
from tilebake.level.source.json_positions import snippet

_FEW: Final = 0.01  # share of a map's tiles, from which on a group of them is no mistake
_GAP: Final = 8  # cells without a tile, at least
_GAP_SHARE: Final = 0.1  # of the map's whole extent, at least


class StrayTiles(NamedTuple):
    """Describe the tiles beyond a map's widest gap: how many, one of them, and how far they lie."""

    number: int
    terrain: str
    x: int
    y: int
    distance: int  # cells

    def __str__(self) -> str:
        """Name one of them by terrain and cell, and how far it lies from the rest."""
        more = f" and {self.number - 1} more" if self.number > 1 else ""
        return f"{snippet(self.terrain)} at [{self.x}, {self.y}]{more}, {self.distance} cells from the rest"


def find_stray_tiles(tiles: Tiles) -> StrayTiles | None:
    """Return the few tiles that lie beyond the widest gap of a map, or None if there are none such."""
    found = [_beyond_gap(tiles.x, len(tiles)), _beyond_gap(tiles.y, len(tiles))]
    groups = [group for group in found if group is not None]
    if not groups:
        return None
    distance, indices = max(groups, key=lambda group: group[0])
    first = indices[0]
    return StrayTiles(
        len(indices), tiles.names[tiles.terrain[first]], tiles.x[first], tiles.y[first], distance
    )


def or_without_strays(tiles: Tiles, remedy: str) -> str:
    """Return the hint for a map that is too large: the remedy, or before it a tile that may be a mistake."""
    stray = find_stray_tiles(tiles)
    return remedy if stray is None else f"is this tile a stray: {stray}? Remove it, or {remedy}"


def _beyond_gap(places: Sequence[int], count: int) -> tuple[int, list[int]] | None:
    """Return the width of the widest gap along an axis, and the indices of the few beyond it."""
    lines = sorted(set(places))
    if len(lines) < 2:
        return None
    gap, low, high = max((high - low, low, high) for low, high in pairwise(lines))
    if gap <= max(_GAP, _GAP_SHARE * (lines[-1] - lines[0])):
        return None
    below = sum(place <= low for place in places)
    few = max(1, int(_FEW * count))
    if below <= few and below < count - below:
        return gap, [index for index, place in enumerate(places) if place <= low]
    if count - below <= few:
        return gap, [index for index, place in enumerate(places) if place >= high]
    return None
