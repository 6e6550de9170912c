"""Hold what a map file says, whatever its format: every reader of a format returns a `MapContent`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from tilebake.level.art.own_picture import OwnPicture
from tilebake.level.edit.edit_entry import EditEntry
from tilebake.level.map.grid import Grid
from tilebake.level.map.tile_columns import Cells
from tilebake.level.settings import SettingsOverride
from tilebake.level.source.json_positions import JsonPath
from tilebake.level.source.refuse import Refuse
from tilebake.level.source.schema_base import TerrainEntry
from tilebake.level.terrain import EmbeddingRef, LoraRef, ReferenceRef
from tilebake.level.torus.set_form import TileSetForm
from tilebake.level.torus.wrap import Wrap

MAX_CELLS: Final = 1024 * 1024  # of the rectangle around all tiles; a map has no use for more in one picture

Cell = tuple[int, int]
Point = tuple[float, float]


class Rectangle(NamedTuple):
    """Describe the cells that rows of characters cover, with or without a tile."""

    x: int
    y: int
    width: int
    height: int

    def cells(self) -> Iterator[Cell]:
        """Yield each cell, row by row."""
        for y in range(self.y, self.y + self.height):
            for x in range(self.x, self.x + self.width):
                yield x, y

    def border(self) -> Iterator[Cell]:
        """Yield the cells of its outermost two rows and columns, of which there are few."""
        columns, rows = range(self.x, self.x + self.width), range(self.y, self.y + self.height)
        for y in (*rows[:2], *rows[-2:]):
            yield from ((x, y) for x in columns)
        for x in (*columns[:2], *columns[-2:]):
            yield from ((x, y) for y in rows)


@dataclass(frozen=True)
class MapLayer:
    """Hold one layer: which terrain each of its cells has, and where the file says so."""

    cells: Cells
    path: JsonPath  # of the rows or cells
    named_at: Mapping[str, JsonPath]  # each terrain's first mention
    weight: float = 1.0
    rectangle: Rectangle | None = None  # of rows


@dataclass(frozen=True)
class MapContent:
    """Hold what one map file says. None is what it leaves to its project."""

    grid: Grid
    layers: Sequence[MapLayer]  # the lowest first
    refuse: Refuse  # makes the error for what is wrong at a path of this file
    name: str | None = None
    terrains: Mapping[str, TerrainEntry] = field(default_factory=dict[str, TerrainEntry])
    base_prompt: str | None = None
    negative_prompt: str | None = None
    seed: int = 0
    settings: SettingsOverride = field(default_factory=SettingsOverride)
    model: str | None = None
    loras: tuple[LoraRef, ...] | None = None
    embeddings: tuple[EmbeddingRef, ...] = ()  # beside the project's
    edit: EditEntry | None = None
    extent: Rectangle | None = None  # the cells of the picture; None is those around all tiles
    wrap: Wrap | None = None
    tile_set: TileSetForm | None = None
    art: OwnPicture | None = None  # to begin from
    keep: OwnPicture | None = None  # to stay as it is
    structure: OwnPicture | None = None  # what lies where
    reference: ReferenceRef | None = None  # what the whole map is to look like
    reference_at: JsonPath = ("reference",)
