"""Declare what is read of Tiled's maps and tilesets, with the names of its JSON format."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from tilebake.level.formats.lenient_model import LenientModel
from tilebake.level.map.mapfile import MAX_COORDINATE, MAX_TILE_PIXELS

MOST_TILESETS: Final = 1000
MOST_CHUNKS: Final = 70_000  # of four by four cells, the smallest in Tiled, a map has no more
MOST_TILES: Final = 100_000  # of a tileset of which it says something

_Size = Annotated[int, Field(ge=1, le=MAX_COORDINATE)]
_Coordinate = Annotated[int, Field(ge=-MAX_COORDINATE, le=MAX_COORDINATE)]
_Pixels = Annotated[int, Field(ge=1, le=MAX_TILE_PIXELS)]
_Shift = Annotated[float, Field(ge=-1e9, le=1e9)]
_TileId = Annotated[int, Field(ge=0, lt=1 << 28)]
_Corner = Annotated[int, Field(ge=-1, le=10_000)]
_Colour = Annotated[int, Field(ge=0, le=255)]
_Text = Annotated[str, Field(max_length=1000)]


class PropertyEntry(LenientModel):
    """Hold a custom property."""

    name: _Text
    value: Any = ""


class WithProperties(LenientModel):
    """Hold anything that may have custom properties."""

    properties: tuple[PropertyEntry, ...] = ()

    def get(self, name: str) -> object:
        """Return a property's value, None without one."""
        return next((each.value for each in self.properties if each.name == name), None)


class TiledTile(WithProperties):
    """Hold what a tileset says of one tile."""

    id: _TileId
    type: _Text = ""
    """Its class, in all versions but 1.9."""

    class_: _Text = Field("", alias="class")
    """Its class in version 1.9."""

    corners: tuple[_Corner, ...] = Field((), alias="terrain")
    """Its corners' terrains before version 1.5; -1 is none."""


class WangColour(WithProperties):
    """Hold a terrain, as Tiled's terrain brush paints it."""

    name: _Text = ""


class OldTerrain(LenientModel):
    """Hold a terrain of a version before 1.5."""

    name: _Text = ""


class WangTile(LenientModel):
    """Hold which terrains a tile has at its edges and corners, from the upper edge clockwise; 0 is none."""

    tileid: _TileId
    wangid: Annotated[tuple[_Colour, ...], Field(min_length=8, max_length=8)]


class WangSet(WithProperties):
    """Hold a terrain set."""

    type: Literal["corner", "edge", "mixed"] = "corner"
    colors: tuple[WangColour, ...] = ()
    wangtiles: Annotated[tuple[WangTile, ...], Field(max_length=MOST_TILES)] = ()


class TiledTileset(WithProperties):
    """Hold a tileset, or in a map the name of its file."""

    firstgid: Annotated[int, Field(ge=1, lt=1 << 28)] = 1
    source: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    name: _Text = ""
    tiles: Annotated[tuple[TiledTile, ...], Field(max_length=MOST_TILES)] = ()
    wangsets: tuple[WangSet, ...] = ()
    terrains: tuple[OldTerrain, ...] = ()


class ChunkEntry(LenientModel):
    """Hold a part of a layer of an infinite map."""

    x: _Coordinate
    y: _Coordinate
    width: _Size
    height: _Size
    data: Any = ""


class TiledLayer(WithProperties):
    """Hold a layer of tiles, a group or a picture; of other layers no more than that they are there."""

    type: _Text = ""
    name: _Text = ""
    visible: bool = True
    opacity: Annotated[float, Field(ge=0, le=1)] = 1.0
    offsetx: _Shift = 0.0
    offsety: _Shift = 0.0
    width: _Size | None = None
    height: _Size | None = None
    encoding: _Text = ""
    compression: _Text = ""
    data: Any = ""
    chunks: Annotated[tuple[ChunkEntry, ...], Field(max_length=MOST_CHUNKS)] | None = None
    image: _Text = ""
    """The file of a layer that is a picture."""

    layers: "tuple[TiledLayer, ...]" = ()


class TiledMap(WithProperties):
    """Hold a map."""

    orientation: Literal["orthogonal", "isometric", "staggered", "hexagonal"]
    width: Annotated[int, Field(ge=0, le=MAX_COORDINATE)]
    height: Annotated[int, Field(ge=0, le=MAX_COORDINATE)]
    tilewidth: _Pixels
    tileheight: _Pixels
    infinite: bool = False
    hexsidelength: Annotated[int, Field(ge=0, le=MAX_TILE_PIXELS)] = 0
    staggeraxis: Literal["x", "y"] = "y"
    staggerindex: Literal["odd", "even"] = "odd"
    layers: tuple[TiledLayer, ...] = ()
    tilesets: Annotated[tuple[TiledTileset, ...], Field(max_length=MOST_TILESETS)] = ()
