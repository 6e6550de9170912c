"""Read the tile layers of Godot's scene files from their bytes, independently of the engine.

Written from the format alone, as far as the export tests need it, so that what the addon exports is compared
with a second opinion.
"""

import base64
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tilebake.level.map.grid import Axis, Grid, GridShape, Layout

_SHAPES: Final[tuple[GridShape, ...]] = ("square", "isometric", "half_offset", "hexagonal")
_LAYOUTS: Final[tuple[Layout, ...]] = (
    "stacked",
    "stacked_offset",
    "stairs_right",
    "stairs_down",
    "diamond_right",
    "diamond_down",
)
_AXES: Final[tuple[Axis, ...]] = ("horizontal", "vertical")
_SECTION: Final = re.compile(r'^\[(\w+)((?: \w+=(?:"[^"]*"|\w+\([^)]*\)|\[[^\]]*\]|[^\s\]]+))*) ?\]$')
_ATTRIBUTE: Final = re.compile(r'(\w+)=("[^"]*"|\w+\([^)]*\)|\[[^\]]*\]|\S+)')
_ASSIGNMENT: Final = re.compile(r"^([\w/:]+|\"[^\"]+\") = ")
_RECORD: Final = struct.Struct("<hhHHHH")  # x, y, source, atlas x, atlas y, alternative


@dataclass(frozen=True)
class CellRecord:
    """Describe one cell, as its twelve bytes do."""

    x: int
    y: int
    source: int
    atlas: tuple[int, int]
    alternative: int


@dataclass
class Section:
    """Hold a `[...]` line of a scene file and the values under it, as they are written."""

    kind: str
    attributes: Mapping[str, str]
    values: dict[str, str] = field(default_factory=dict[str, str])

    def reference(self, key: str) -> str:
        """Return the id in `SubResource("id")`."""
        return re.findall(r'"([^"]*)"', self.values[key])[0]


class SceneFile:
    """Read a .tscn file."""

    def __init__(self, path: Path) -> None:
        self.sections = list(_sections(path.read_text(encoding="utf-8")))

    def node(self, name: str) -> Section:
        """Return the node of this name."""
        return next(each for each in self.sections if each.attributes.get("name") == name)

    def resource(self, identifier: str) -> Section:
        """Return the resource of this id that the file holds itself."""
        found = (each for each in self.sections if each.attributes.get("id") == identifier)
        return next(each for each in found if each.kind == "sub_resource")

    def tile_set(self, node: str) -> Section:
        """Return the TileSet of a node."""
        return self.resource(self.node(node).reference("tile_set"))

    def grid(self, node: str) -> Grid:
        """Return the grid of a node's TileSet."""
        values = self.tile_set(node).values
        width, height = (int(number) for number in re.findall(r"\d+", values.get("tile_size", "16, 16"))[-2:])
        return Grid(
            _SHAPES[int(values.get("tile_shape", 0))],
            (width, height),
            _AXES[int(values.get("tile_offset_axis", 0))],
            _LAYOUTS[int(values.get("tile_layout", 0))],
        )

    def cells(self, node: str, layer: int | None = None) -> list[CellRecord]:
        """Return the cells of a TileMapLayer, or of one layer of a TileMap."""
        values = self.node(node).values
        if layer is not None:
            return list(records(_integers(values.get(f"layer_{layer}/tile_data", "PackedInt32Array()"))))
        if "tile_map_data" not in values:
            return []
        data = _bytes(values["tile_map_data"])
        version = int.from_bytes(data[:2], "little")
        if version != 0:
            raise ValueError(f"tile_map_data of version {version}")
        return list(records(data[2:]))

    def terrain(self, node: str, cell: CellRecord) -> str | None:
        """Return a tile's terrain: its custom data, else its terrain in the TileSet, else None."""
        tile_set = self.tile_set(node)
        source = self.resource(tile_set.reference(f"sources/{cell.source}")).values
        tile = f"{cell.atlas[0]}:{cell.atlas[1]}/{cell.alternative & 0xFFF}"
        custom = source.get(f"{tile}/custom_data_0", '""').strip('"')
        if custom:
            return custom
        if f"{tile}/terrain" not in source:
            return None
        return tile_set.values[f"terrain_set_0/terrain_{source[f'{tile}/terrain']}/name"].strip('"')


def records(data: bytes) -> Iterator[CellRecord]:
    """Decode cells of twelve bytes each."""
    for x, y, source, atlas_x, atlas_y, alternative in _RECORD.iter_unpack(data):
        yield CellRecord(x, y, source, (atlas_x, atlas_y), alternative)


def _bytes(value: str) -> bytes:
    """Decode a PackedByteArray: base64 in files of format 4, numbers in smaller ones of format 3."""
    encoded = re.findall(r'"([^"]*)"', value)
    if encoded:
        return base64.b64decode(encoded[0], validate=True)
    return bytes(int(number) for number in re.findall(r"\d+", value))


def _integers(value: str) -> bytes:
    """Decode a PackedInt32Array into bytes."""
    numbers = [int(number) for number in re.findall(r"-?\d+", value.removeprefix("PackedInt32Array"))]
    return struct.pack(f"<{len(numbers)}i", *numbers)


def _sections(text: str) -> Iterator[Section]:
    section: Section | None = None
    key = ""
    for line in text.splitlines():
        if head := _SECTION.match(line):
            if section is not None:
                yield section
            attributes = {name: value.strip('"') for name, value in _ATTRIBUTE.findall(head[2])}
            section, key = Section(head[1], attributes), ""
        elif section is not None and (start := _ASSIGNMENT.match(line)):
            key = start[1].strip('"')
            section.values[key] = line[start.end() :]
        elif section is not None and key:
            section.values[key] += "\n" + line
    if section is not None:
        yield section
