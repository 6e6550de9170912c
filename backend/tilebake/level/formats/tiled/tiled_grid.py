"""Say which grid a Tiled map has, and by how many cells an offset in pixels moves its tiles."""

from tilebake.level.formats.beside import WorldPlace
from tilebake.level.formats.tiled.tiled_file import TiledMap
from tilebake.level.map.content import Cell
from tilebake.level.map.grid import Axis, Grid, Layout
from tilebake.level.source.json_positions import JsonPath
from tilebake.level.source.refuse import Refuse


def read_grid(entry: TiledMap, refuse: Refuse) -> Grid:
    """Return a map's grid. Raises what `refuse` makes for hexagons with sides longer than they are."""
    size = entry.tilewidth, entry.tileheight
    if entry.orientation == "orthogonal":
        return Grid("square", size)
    if entry.orientation == "isometric":
        return Grid("isometric", size, layout="diamond_down")
    axis: Axis = "horizontal" if entry.staggeraxis == "y" else "vertical"
    layout: Layout = "stacked" if entry.staggerindex == "odd" else "stacked_offset"
    if entry.orientation == "staggered":
        return Grid("isometric", size, axis, layout)
    length = entry.tileheight if axis == "horizontal" else entry.tilewidth
    if entry.hexsidelength > length:
        what = f"a hexagon's side of {entry.hexsidelength} pixels is longer than the hexagon, {length}"
        raise refuse(what, ("hexsidelength",), hint="correct it in Tiled, in the map's properties")
    return Grid("hexagonal", size, axis, layout, spacing=(length + entry.hexsidelength) / 2 / length)


def cells_of_offset(entry: TiledMap, x: float, y: float, path: JsonPath, refuse: Refuse) -> tuple[int, int]:
    """Return by how many columns and rows an offset in map pixels moves a layer, rounded to whole cells.

    In grids whose lines are shifted against one another it moves by an even number of lines.
    """
    across, down = x / entry.tilewidth, y / entry.tileheight
    if max(abs(across), abs(down)) > 1e6:
        raise refuse("its offset is too large", path, hint="correct it in Tiled, in the layer's properties")
    if entry.orientation == "orthogonal":
        return round(across), round(down)
    if entry.orientation == "isometric":
        return round(down + across), round(down - across)
    spacing = read_grid(entry, refuse).line_spacing
    if entry.staggeraxis == "y":
        return round(across), 2 * round(down / spacing / 2)
    return 2 * round(across / spacing / 2), round(down)


def first_cell(entry: TiledMap, place: WorldPlace | None, refuse: Refuse) -> Cell:
    """Return which cell of its world a map's cell [0, 0] is.

    Raises what `refuse` makes for a map that lies beside the grid of its world, or has a grid without one.
    """
    if place is None:
        return 0, 0
    hint = "move it in Tiled's world tool, or take the world out of [worlds] in tilebake.toml"
    if entry.orientation != "orthogonal":
        raise refuse("maps of a world of Tiled are orthogonal here", ("orientation",), hint=hint)
    columns, rows = place.x / entry.tilewidth, place.y / entry.tileheight
    if not columns.is_integer() or not rows.is_integer():
        what = f"its world has the map at [{place.x}, {place.y}], which is no whole number of tiles"
        raise refuse(what, hint=hint)
    return int(columns), int(rows)
