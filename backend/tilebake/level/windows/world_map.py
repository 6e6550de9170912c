"""Join the maps of one world: each is painted as a part of it, and meets its neighbours without a seam."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tilebake.errors import Location, MapError, shown
from tilebake.level.art.references import References
from tilebake.level.map.grid import Bounds
from tilebake.level.map.tile_columns import Centres, Tiles
from tilebake.level.terrain import Terrain
from tilebake.level.tilemap import TileMap

Dtype = TypeVar("Dtype", np.intc, np.float64)
Seen = NDArray[np.bool_]


def join_maps(own: TileMap, others: Sequence[TileMap]) -> TileMap:
    """Return a map with the tiles of its world's other maps around its own, and bounds around them all.

    A map's rectangle is its own: what others have there is left away, and of two others the first counts.
    Tiles come row by row, whichever map joins them. Raises MapError where two maps differ in what a world has
    only once.
    """
    for other in others:
        _refuse_difference(own, other)
    maps = [own, *others]
    above = [
        [other.bounds for other in maps[:at] if _touch(each.bounds, other.bounds)]
        for at, each in enumerate(maps)
    ]
    seen = [_beside(each.tiles, rectangles) for each, rectangles in zip(maps, above, strict=True)]
    free = [_beside(each.empty, rectangles) for each, rectangles in zip(maps, above, strict=True)]
    tiles = _join_tiles([each.tiles for each in maps], seen)
    terrains = {terrain.name: terrain for each in maps for terrain in each.terrains}
    return replace(
        own,
        terrains=tuple(terrains[name] for name in tiles.names),
        tiles=tiles,
        empty=_join_centres([each.empty for each in maps], free),
        bounds=_around([each.bounds for each in maps]),
        references=_join_references(maps, tiles.names),
    )


def _refuse_difference(own: TileMap, other: TileMap) -> None:
    """Raise MapError for what would show as a seam, or cannot be painted in one picture."""
    for what in _differences(own, other):
        mine, theirs = shown(own.path or own.name), shown(other.path or other.name)
        raise MapError(
            f"{mine} and {theirs} are maps of one world, and differ in {what}",
            where=Location(other.path),
            hint="say what they share in tilebake.toml, or take one of them out of [worlds]",
        )


def _differences(own: TileMap, other: TileMap) -> Iterator[str]:
    if (own.grid, own.tile_size) != (other.grid, other.tile_size):
        yield "their grid or tile_size"
    if own.wrap != other.wrap:
        yield "their wrap"
    if own.seed != other.seed:
        yield "their seed"
    if own.settings != other.settings:
        yield "their settings"
    if (own.base_prompt, own.negative_prompt) != (other.base_prompt, other.negative_prompt):
        yield "their base_prompt or negative_prompt"
    if (own.model, own.loras) != (other.model, other.loras):
        yield "their model or loras"
    if own.embeddings != other.embeddings:
        yield "their embeddings"
    if own.references.whole != other.references.whole:
        yield "their reference"
    mine: dict[str, Terrain] = {terrain.name: terrain for terrain in own.terrains}
    for terrain in other.terrains:
        if mine.get(terrain.name, terrain) != terrain:
            yield f"the terrain {shown(terrain.name)}"
        elif terrain.name in mine and own.references.terrains.get(
            terrain.name
        ) != other.references.terrains.get(terrain.name):
            yield f"the reference of the terrain {shown(terrain.name)}"


def _join_references(maps: Sequence[TileMap], names: Sequence[str]) -> References:
    terrains = {name: each for one in maps for name, each in one.references.terrains.items()}
    return References(maps[0].references.whole, terrains).only(names)


def _touch(one: Bounds, other: Bounds) -> bool:
    """Tell whether two rectangles have a point in common, be it of their edges: few of a large world's do."""
    return (
        one.x <= other.x + other.width
        and other.x <= one.x + one.width
        and one.y <= other.y + other.height
        and other.y <= one.y + one.height
    )


def _beside(points: Tiles | Centres, rectangles: Sequence[Bounds]) -> Seen:
    """Tell which tiles or points have their centres in none of some rectangles: [N]."""
    columns = (points.centre_x, points.centre_y) if isinstance(points, Tiles) else (points.x, points.y)
    x, y = (np.asarray(column) for column in columns)
    beside = np.ones(len(x), bool)
    for left, top, width, height in rectangles:
        beside &= (x < left) | (x >= left + width) | (y < top) | (y >= top + height)
    return beside


def _join_tiles(parts: Sequence[Tiles], seen: Sequence[Seen]) -> Tiles:
    """Join what is seen of columns of tiles, sorted by row, column and terrain."""
    used = [np.asarray(part.terrain)[mask] for part, mask in zip(parts, seen, strict=True)]
    names = sorted(
        {part.names[index] for part, own in zip(parts, used, strict=True) for index in np.unique(own)}
    )
    number_of = {name: number for number, name in enumerate(names)}
    terrain = np.concatenate(
        [
            np.array([number_of.get(name, -1) for name in part.names], np.intc)[own]
            for part, own in zip(parts, used, strict=True)
        ]
    )
    x, y = (_join([getattr(part, name) for part in parts], seen, np.intc) for name in ("x", "y"))
    order = np.lexsort((terrain, x, y))
    terrain, x, y = (array("i", column[order].tobytes()) for column in (terrain, x, y))
    centre_x, centre_y, weight = (
        _floats(_join([getattr(part, name) for part in parts], seen, np.float64)[order])
        for name in ("centre_x", "centre_y", "weight")
    )
    return Tiles(tuple(names), terrain, x, y, centre_x, centre_y, weight)


def _join_centres(parts: Sequence[Centres], seen: Sequence[Seen]) -> Centres:
    x, y = (_join([getattr(part, name) for part in parts], seen, np.float64) for name in ("x", "y"))
    order = np.lexsort((x, y))
    return Centres(_floats(x[order]), _floats(y[order]))


def _join(columns: Sequence["array[int]"], seen: Sequence[Seen], kind: type[Dtype]) -> NDArray[Dtype]:
    joined = [np.asarray(column, kind)[mask] for column, mask in zip(columns, seen, strict=True)]
    return np.concatenate(joined)


def _floats(column: NDArray[np.float64]) -> "array[float]":
    return array("d", column.tobytes())


def _around(rectangles: Sequence[Bounds]) -> Bounds:
    left, top = min(each.x for each in rectangles), min(each.y for each in rectangles)
    right = max(each.x + each.width for each in rectangles)
    bottom = max(each.y + each.height for each in rectangles)
    return Bounds(left, top, right - left, bottom - top)
