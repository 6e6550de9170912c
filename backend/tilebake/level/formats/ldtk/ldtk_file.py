"""Declare what is read of LDtk's projects and levels. The commands in them are never even looked at."""

from typing import Annotated, Any, Final

from pydantic import Field

from tilebake.level.formats.lenient_model import LenientModel
from tilebake.level.map.mapfile import MAX_TILE_PIXELS

INT_GRID: Final = "IntGrid"
_MOST_PIXELS: Final = 1_000_000_000  # from a world's origin

_Text = Annotated[str, Field(max_length=1000)]
_Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,100}$")]
_Coordinate = Annotated[int, Field(ge=-_MOST_PIXELS, le=_MOST_PIXELS)]
_Length = Annotated[int, Field(ge=1, le=_MOST_PIXELS)]
_Pixels = Annotated[int, Field(ge=1, le=MAX_TILE_PIXELS)]


class IntGridValue(LenientModel):
    """Hold what a number in a layer stands for."""

    value: Annotated[int, Field(ge=0, lt=1 << 31)]
    identifier: _Text | None = None


class LayerDefinition(LenientModel):
    """Hold a layer that every level has."""

    identifier: _Text
    type: _Text = Field("", alias="__type")
    grid_size: _Pixels = Field(alias="gridSize")
    values: tuple[IntGridValue, ...] = Field((), alias="intGridValues")


class Definitions(LenientModel):
    """Hold what all levels share."""

    layers: tuple[LayerDefinition, ...] = ()


class LayerInstance(LenientModel):
    """Hold a layer of one level."""

    identifier: _Text = Field(alias="__identifier")
    type: _Text = Field("", alias="__type")
    columns: _Length = Field(alias="__cWid")
    rows: _Length = Field(alias="__cHei")
    grid_size: _Pixels = Field(alias="__gridSize")
    opacity: Annotated[float, Field(ge=0, le=1)] = Field(1.0, alias="__opacity")
    offset_x: _Coordinate = Field(0, alias="__pxTotalOffsetX")
    offset_y: _Coordinate = Field(0, alias="__pxTotalOffsetY")
    visible: bool = True
    numbers: Any = Field((), alias="intGridCsv")


class LdtkLayers(LenientModel):
    """Hold what a level's own file adds."""

    layers: tuple[LayerInstance, ...] | None = Field(None, alias="layerInstances")


class LdtkLevel(LdtkLayers):
    """Hold a level."""

    identifier: _Identifier
    world_x: _Coordinate = Field(0, alias="worldX")
    world_y: _Coordinate = Field(0, alias="worldY")
    depth: int = Field(0, alias="worldDepth")
    width: _Length = Field(alias="pxWid")
    height: _Length = Field(alias="pxHei")
    file: Annotated[str, Field(min_length=1, max_length=1000)] | None = Field(None, alias="externalRelPath")


class LdtkWorld(LenientModel):
    """Hold a world, of which a project may have several."""

    identifier: _Text = ""
    layout: _Text | None = Field(None, alias="worldLayout")
    levels: tuple[LdtkLevel, ...] = ()


class LdtkProject(LdtkWorld):
    """Hold a project: one world, or several."""

    worlds: tuple[LdtkWorld, ...] = ()
    definitions: Definitions = Field(Definitions(), alias="defs")
