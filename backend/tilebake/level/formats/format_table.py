"""Declare what tilebake.toml can say of another editor's maps: which layers count, and what tiles are."""

import re
from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field

from tilebake.level.source.schema_base import StrictModel

NOTHING: Final = ""  # the terrain of what is not painted
ALL_OTHERS: Final = "*"

_RANGE: Final = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")

_Name = Annotated[str, Field(max_length=200)]
TableTerrains = Annotated[dict[_Name, _Name], Field(max_length=1000)]


class FormatTable(StrictModel):
    """Hold what tilebake.toml says of the maps of another editor."""

    layers: Annotated[tuple[_Name, ...], Field(strict=False, max_length=1000)] = ()
    """The layers that are painted, by their names; all visible ones unless said."""

    terrains: Annotated[dict[_Name, TableTerrains], Field(max_length=1000)] = Field(
        default_factory=dict[str, TableTerrains]
    )
    """What tiles are: by tileset (Tiled) or layer (LDtk), numbers such as "4" or "0-15" or names, and for
    each a terrain; "" is none, and "*" stands for all others."""

    def reads(self, layer: str) -> bool:
        """Tell whether a layer of this name is painted."""
        return not self.layers or layer in self.layers


def find_terrain(terrains: Mapping[str, str], number: int, *names: str) -> str | None:
    """Return the terrain that a table gives to a number, or else to a name; None if it says nothing."""
    for key in (str(number), *names):
        if key in terrains:
            return terrains[key]
    for key, terrain in terrains.items():
        limits = _RANGE.fullmatch(key)
        if limits and int(limits[1]) <= number <= int(limits[2]):
            return terrain
    return None
