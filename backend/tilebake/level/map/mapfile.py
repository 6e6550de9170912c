"""Declare the map format, version 1, as it is written: the types are the schema."""

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Discriminator, FailFast, Field, Tag
from pydantic_core import PydanticCustomError

from tilebake.level.constants import MAX_SEED
from tilebake.level.edit.edit_entry import EditEntry
from tilebake.level.map.content import MAX_CELLS
from tilebake.level.map.grid import Axis, GridShape, Layout
from tilebake.level.settings import SettingsOverride
from tilebake.level.source.schema_base import (
    ARRAY,
    CENTRED_ARRAY,
    NUMBER,
    NUMBER_OR_ARRAY,
    OBJECT,
    EmbeddingForms,
    InProject,
    LoraForms,
    PictureName,
    Prompt,
    ReferenceForm,
    StrictModel,
    TerrainForm,
    TerrainName,
    Terrains,
)
from tilebake.level.source.signs import is_one_sign
from tilebake.level.torus.corner_set import FEWEST, MOST
from tilebake.level.torus.wrap import Wrap

VERSION: Final = 1
MAX_COORDINATE: Final = 1_000_000
MAX_TILE_PIXELS: Final = 4096

Coordinate = Annotated[int, Field(ge=-MAX_COORDINATE, le=MAX_COORDINATE)]
PixelCount = Annotated[int, Field(ge=1, le=MAX_TILE_PIXELS)]
Position = Annotated[float, Field(ge=-1e9, le=1e9)]
PixelPair = Annotated[tuple[PixelCount, PixelCount], Field(strict=False)]
PointField = Annotated[tuple[Position, Position], Field(strict=False)]
CellField = Annotated[tuple[Coordinate, Coordinate], Field(strict=False)]


def _one_sign(key: str) -> str:
    if is_one_sign(key):
        return key
    hint = "write one sign: a letter, a digit, an emoji"
    raise PydanticCustomError("several_signs", "is more than one sign", {"hint": hint})


Character = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_one_sign)]
RowText = Annotated[str, Field(max_length=MAX_CELLS)]


class CellEntry(StrictModel):
    """One tile."""

    x: Coordinate
    """Column of the cell in the grid's coordinates."""

    y: Coordinate
    """Row of the cell in the grid's coordinates."""

    terrain: TerrainName
    """The terrain's name."""

    centre: PointField | None = None
    """The tile's centre [x, y] in map pixels, as the engine places it; without it the grid says."""


def _cell_form(value: object) -> str:
    if isinstance(value, list):
        return CENTRED_ARRAY if len(value) == 5 else ARRAY
    return OBJECT


CellArray = Annotated[tuple[Coordinate, Coordinate, TerrainName], Field(strict=False)]
CentredCellArray = Annotated[
    tuple[Coordinate, Coordinate, TerrainName, Position, Position], Field(strict=False)
]
CellForm = Annotated[
    Annotated[CellArray, Tag(ARRAY)]
    | Annotated[CentredCellArray, Tag(CENTRED_ARRAY)]
    | Annotated[CellEntry, Tag(OBJECT)],
    Discriminator(_cell_form),
]


TileSize = Annotated[Annotated[PixelCount, Tag(NUMBER)] | Annotated[PixelPair, Tag(ARRAY)], NUMBER_OR_ARRAY]


class TileBlock(StrictModel):
    """Tiles, written either as rows of characters or as cells."""

    legend: dict[Character, TerrainName | None] | None = None
    """What each character of the rows stands for: a terrain's name, or null for no tile. "." and a space
    stand for no tile unless the legend says otherwise. Layers share the map's legend where they have none."""

    rows: Annotated[
        tuple[RowText, ...], Field(strict=False, min_length=1, max_length=MAX_CELLS), FailFast()
    ] = ()
    """The tiles as a picture: one text a row, top first, one character a tile, all rows of one length."""

    origin: CellField | None = None
    """The cell [x, y] of the rows' first character; [0, 0] unless said. Layers share the map's."""

    cells: Annotated[tuple[CellForm, ...], Field(strict=False, max_length=MAX_CELLS), FailFast()] = ()
    """The tiles one by one: [x, y, "terrain"], or [x, y, "terrain", centre x, centre y] with the centre in
    map pixels, or {"x", "y", "terrain", "centre"}. Within a layer all cells have a centre or none."""


class LayerEntry(TileBlock):
    """One layer of tiles. An upper layer's tile covers the one below it."""

    name: Annotated[str, Field(max_length=200)] | None = None
    """The layer's name; it changes nothing."""

    weight: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How much its tiles cover those below: 1 hides them, 0.5 leaves half of them."""


class SceneEntry(StrictModel):
    """The node of a Godot scene that a map was made from."""

    file: Annotated[str, Field(min_length=1, max_length=1000)]
    """The scene's file, as Godot names it: "res://levels/lake.tscn"."""

    node: Annotated[str, Field(min_length=1, max_length=1000)] = "."
    """The path of its BakedTileMap, from the scene's root."""


class MapFile(TileBlock):
    """A tilebake map: a level's tiles, and in words what they look like. Give one of rows, cells, layers.

    In a TileSet, give corners or blob in place of tiles.
    """

    tilebake: Literal[1]
    """The version of this format."""

    schema_reference: str | None = Field(default=None, alias="$schema")
    """Where an editor finds this schema; tilebake does not read it."""

    name: Annotated[str, Field(max_length=200)] | None = None
    """What the map is called in messages; the file's name unless said. It changes no pixel."""

    scene: SceneEntry | None = None
    """The Godot scene that the map was made from. It changes no pixel. A map whose scene is gone is not
    painted, unless it is asked for by its name."""

    grid: GridShape = "square"
    """The shape of the tiles and how they lie, as in Godot's TileSet."""

    tile_size: TileSize = 64
    """A tile's size in map pixels: one number, or [width, height]."""

    offset_axis: Axis = "horizontal"
    """Along which axis every other line is shifted, as in Godot's TileSet. Square grids have none."""

    layout: Layout = "stacked"
    """How a cell's coordinates lie in a grid that is not square, as in Godot's TileSet."""

    wrap: Wrap | None = None
    """Along which axes the picture goes on at its other side, as a texture that repeats does: "x", "y" or
    "both". Square grids alone wrap."""

    corners: (
        Annotated[tuple[TerrainName, ...], Field(strict=False, min_length=FEWEST, max_length=MOST)] | None
    ) = None
    """Two to four terrains of a TileSet, in place of tiles. The picture is a sheet with a tile for each way
    in which they can meet at a tile's four corners. Tiles whose edges may meet fit to the pixel."""

    variants: Annotated[int, Field(ge=1, le=32)] = 1
    """How many looks a terrain's own tile has at least in a TileSet, so that wide ground does not repeat."""

    dual_grid: bool = False
    """Whether the sheet of two corners is laid out for dual grids, in the order of TileMapDual. The first
    terrain is the ground."""

    blob: Annotated[tuple[TerrainName, TerrainName], Field(strict=False)] | None = None
    """The upper terrain of a TileSet and the ground beneath it, in place of tiles. The picture is a sheet of
    the 47 tiles of a blob and the ground's own: the upper terrain goes on at the sides and corners of a tile
    at which it has neighbours. Tiles whose edges may meet fit to the pixel."""

    base_prompt: Prompt | None = None
    """What the whole picture is; the project's unless said."""

    negative_prompt: Prompt | None = None
    """What must not be in the picture; the project's unless said."""

    seed: Annotated[int, Field(ge=0, le=MAX_SEED)] = 0
    """The same seed, map, settings and model give the same picture."""

    model: InProject | None = None
    """The model to paint with: "embedded", a folder or file of the project, or a hub id."""

    loras: LoraForms | None = None
    """LoRA files, each a path or {"path", "weight"}; they replace the project's."""

    embeddings: EmbeddingForms = Field(default_factory=dict[str, str])
    """Textual inversions: by the word of prompts that each stands for, its .safetensors file, relative to the
    project's folder. They are there beside the project's."""

    settings: SettingsOverride = SettingsOverride()
    """Settings of the bake that differ from the project's."""

    terrains: Terrains = Field(default_factory=dict[str, TerrainForm])
    """What each terrain looks like: its prompt, or {"prompt", "negative_prompt", "weight", "reference",
    "loras"}. What is left out comes from tilebake.toml."""

    art: PictureName | None = None
    """A PNG of the map as the game shows it, its tiles side by side, from which the painting begins under
    init_strength. Its name is relative to the map; its scale is free. Where it is transparent, the nearest
    colours go on."""

    keep: PictureName | None = None
    """A PNG as large as the map's picture, or a whole part of it: where it is opaque, its pixels stay as they
    are, and the painting is fitted to them. Its name is relative to the map."""

    structure: PictureName | None = None
    """A PNG of what lies where: a depth image, lines, flat shapes. A ControlNet, which the setting controlnet
    names, holds the painting to it; without one of its own it takes art. Its name is relative to the map; its
    scale is free. Where it is transparent, it is black."""

    reference: ReferenceForm | None = None
    """A PNG that the whole picture is to look like, or {"path", "weight"}; a terrain's own goes before it. It
    takes an IP-Adapter, which the setting ip_adapter names. Its name is relative to the map."""

    edit: EditEntry | None = None
    """Other words for some prompts: the map is painted under both, and keeps the layout of its own."""

    layers: Annotated[
        tuple[LayerEntry, ...], Field(strict=False, min_length=1, max_length=256), FailFast()
    ] = ()
    """Several layers of tiles, the lowest first."""


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a map file."""
    body = tidy_schema(MapFile.model_json_schema())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:tilebake:map:{VERSION}",
        **body,
        "title": f"tilebake map, version {VERSION}",
        "oneOf": [{"required": [name]} for name in ("rows", "cells", "layers", "corners", "blob")],
    }


def tidy_schema(node: Any) -> Any:
    """Put descriptions on one line, and drop titles made from field names."""
    match node:
        case dict():
            return {
                key: " ".join(value.split())
                if key == "description" and isinstance(value, str)
                else tidy_schema(value)
                for key, value in node.items()
                if not (key == "title" and isinstance(value, str))
            }
        case list():
            return [tidy_schema(item) for item in node]
        case _:
            return node
