"""Cut a part out of a map, as a map of its own: what a page or a window of a world is painted from."""

from array import array
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tilebake.level.map.grid import Bounds
from tilebake.level.map.tile_columns import Centres, Tiles

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tilebake.level.edit.edit import Edit
    from tilebake.level.tilemap import TileMap

    Indices = NDArray[np.intp]


def crop(tilemap: "TileMap", box: Bounds, bounds: Bounds | None = None) -> "TileMap":
    """Return the part of a map in a rectangle of map pixels: the tiles and empty cells with centres in it.

    Left and upper edges belong to the box, the others to its neighbours. `bounds` become the part's own, and
    are the box unless given. Nothing of a part tells what else the map holds: equal surroundings make equal
    requests. To cut many small parts out of a vast map, cut pages first, and the parts out of them.
    """
    return crop_boxes(tilemap, (box,), bounds or box)


def crop_boxes(tilemap: "TileMap", boxes: Sequence[Bounds], bounds: Bounds) -> "TileMap":
    """Return a map of the tiles and empty cells with centres in any of some boxes, as `crop` does of one."""
    tiles = _crop_tiles(tilemap.tiles, boxes)
    centres = tilemap.empty
    terrains = tuple(terrain for terrain in tilemap.terrains if terrain.name in tiles.names)
    return replace(
        tilemap,
        terrains=terrains,
        tiles=tiles,
        empty=_take_centres(centres, _indices_within_any(centres.x, centres.y, boxes)),
        bounds=bounds,
        art=tilemap.art and tilemap.art.placed(tilemap.bounds),
        keep=tilemap.keep and tilemap.keep.placed(tilemap.bounds),
        structure=tilemap.structure and tilemap.structure.placed(tilemap.bounds),
        edit=tilemap.edit and _crop_edit(tilemap.edit, tiles.names),
        notes=(),
        references=tilemap.references.only([terrain.name for terrain in terrains]),
    )


def _crop_tiles(tiles: Tiles, boxes: Sequence[Bounds]) -> Tiles:
    import numpy as np

    indices = _indices_within_any(tiles.centre_x, tiles.centre_y, boxes)
    used, terrain = np.unique(np.asarray(tiles.terrain)[indices], return_inverse=True)
    return Tiles(
        tuple(tiles.names[index] for index in used),
        array("i", terrain.astype(np.intc).tobytes()),
        _take_integers(tiles.x, indices),
        _take_integers(tiles.y, indices),
        _take_floats(tiles.centre_x, indices),
        _take_floats(tiles.centre_y, indices),
        _take_floats(tiles.weight, indices),
    )


def _crop_edit(edit: "Edit", names: Sequence[str]) -> "Edit | None":
    """Return an edit without the prompts of terrains that are not there; None if it says no others."""
    rewrites = {name: each for name, each in edit.rewrites.items() if name is None or name in names}
    return replace(edit, rewrites=rewrites) if rewrites else None


def _take_centres(centres: Centres, indices: "Indices") -> Centres:
    return Centres(_take_floats(centres.x, indices), _take_floats(centres.y, indices))


def _indices_within_any(xs: "array[float]", ys: "array[float]", boxes: Sequence[Bounds]) -> "Indices":
    """Return the indices of the points in any box, each once, rising."""
    import numpy as np

    found = [_indices_within(xs, ys, box) for box in boxes]
    return found[0] if len(found) == 1 else np.unique(np.concatenate(found))


def _indices_within(xs: "array[float]", ys: "array[float]", box: Bounds) -> "Indices":
    """Return the indices of the points in a box, rising. Points that come row by row are searched by rows."""
    import numpy as np

    x, y = np.asarray(xs), np.asarray(ys)
    right, bottom = box.x + box.width, box.y + box.height
    first, last = 0, len(y)
    if (y[1:] >= y[:-1]).all():
        first, last = np.searchsorted(y, (box.y, bottom))
        y = y[first:last]
    x = x[first:last]
    return first + np.flatnonzero((x >= box.x) & (x < right) & (y >= box.y) & (y < bottom))


def _take_floats(column: "array[float]", indices: "Indices") -> "array[float]":
    import numpy as np

    return array("d", np.asarray(column)[indices].tobytes())


def _take_integers(column: "array[int]", indices: "Indices") -> "array[int]":
    import numpy as np

    return array("i", np.asarray(column)[indices].tobytes())
