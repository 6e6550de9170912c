"""Find out which terrains a tile of Tiled shows: one, several that share it, or none."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from tilebake.level.formats.format_table import ALL_OTHERS, NOTHING, FormatTable, find_terrain
from tilebake.level.formats.tiled.tiled_file import TiledTile, TiledTileset, WangSet, WithProperties

TERRAIN: Final = "terrain"  # the custom property
MOST_CHARACTERS: Final = 200  # of a terrain's name

_POSITIONS: Final[Mapping[str, slice]] = {  # of a Wang id: an edge, a corner, an edge, ...
    "corner": slice(1, None, 2),
    "edge": slice(0, None, 2),
    "mixed": slice(None),
}

TerrainShares = tuple[tuple[str, float], ...]
"""Terrains and how much of a tile each has. What is left of it shows what lies below."""


@dataclass(frozen=True)
class Tileset:
    """Hold a tileset, and the number in this map of its first tile."""

    first: int
    entry: TiledTileset
    table: Mapping[str, str]  # what tilebake.toml says of it

    def shares_of(self, tile: int, layers_own: str | None) -> TerrainShares | None:
        """Return what a tile shows, by its number in this tileset; None if nobody says.

        The first counts that says something: tilebake.toml, the tile's property, its class, terrain sets,
        the layer's property, the tileset's, and what tilebake.toml says of all others.
        """
        entry = self._tiles.get(tile)
        names = [find_terrain(self.table, tile), *_names_of(entry)]
        if (name := next((each for each in names if each is not None), None)) is not None:
            return _whole(name)
        if (shares := self._wang_shares.get(tile)) is not None:
            return shares
        names = [layers_own, terrain_of(self.entry), self.table.get(ALL_OTHERS)]
        name = next((each for each in names if each is not None), None)
        return None if name is None else _whole(name)

    @cached_property
    def _tiles(self) -> Mapping[int, TiledTile]:
        return {entry.id: entry for entry in self.entry.tiles}

    @cached_property
    def _wang_shares(self) -> Mapping[int, TerrainShares]:
        found: dict[int, TerrainShares] = {}
        for each in self.entry.wangsets:
            for tile, shares in _shares_in(each).items():
                found.setdefault(tile, shares)
        names = [terrain.name for terrain in self.entry.terrains]
        for entry in self.entry.tiles:
            if shares := _count_shares(names, entry.corners):
                found.setdefault(entry.id, shares)
        return found


class Tilesets:
    """Find the tileset of a number."""

    def __init__(self, tilesets: Sequence[TiledTileset], table: FormatTable) -> None:
        ordered = sorted(tilesets, key=lambda entry: entry.firstgid)
        self._all = [Tileset(each.firstgid, each, table.terrains.get(each.name, {})) for each in ordered]
        self._firsts = [each.first for each in self._all]

    def find(self, number: int) -> tuple[Tileset, int] | None:
        """Return the tileset of a tile, and the tile's number in it; None for a number of none."""
        at = bisect_right(self._firsts, number) - 1
        return None if at < 0 else (self._all[at], number - self._all[at].first)


def terrain_of(entry: WithProperties) -> str | None:
    """Return what the property "terrain" says, None without one."""
    value = entry.get(TERRAIN)
    return None if value is None else str(value)[:MOST_CHARACTERS]


def _names_of(entry: TiledTile | None) -> tuple[str | None, ...]:
    """Return what a tile's own entry says it is, the first counting most."""
    return () if entry is None else (terrain_of(entry), entry.type or entry.class_ or None)


def _whole(name: str) -> TerrainShares:
    return () if name.strip() == NOTHING else ((name, 1.0),)


def _shares_in(wang_set: WangSet) -> Mapping[int, TerrainShares]:
    """Return what the tiles of a terrain set show: each corner or edge that has a terrain is a like share.

    Turning and flipping a tile moves its corners, and leaves its shares.
    """
    names = [terrain_of(colour) or colour.name for colour in wang_set.colors]
    found: dict[int, TerrainShares] = {}
    for tile in wang_set.wangtiles:
        numbers = [number - 1 for number in tile.wangid[_POSITIONS[wang_set.type]]]
        if shares := _count_shares(names, numbers):
            found[tile.tileid] = shares
    return found


def _count_shares(names: Sequence[str], numbers: Sequence[int]) -> TerrainShares:
    """Return the shares of terrains by how often their numbers, counted from 0, are among others."""
    known = [names[number] for number in numbers if 0 <= number < len(names) and names[number]]
    return tuple((name, n / len(numbers)) for name, n in sorted(Counter(known).items()))
