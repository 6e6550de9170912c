"""Hold the tiles of a map as columns: one array for each property, however many tiles there are.

A map of 256 by 256 tiles is read, digested and sent to another process at every save: arrays do that in
milliseconds where objects take a second. NumPy reads them without a copy (`np.asarray(tiles.centre_x)`).
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from operator import lt
from typing import NamedTuple, Self, overload


class Tile(NamedTuple):
    """Describe one visible tile: its cell, terrain and centre in map pixels, and how much of it shows."""

    x: int
    y: int
    terrain: str
    centre_x: float
    centre_y: float
    weight: float = 1.0


@dataclass(frozen=True)
class Tiles(Sequence[Tile]):
    """Hold tiles as columns of equal length; item by item they are `Tile`s."""

    names: tuple[str, ...]  # the terrains that occur, sorted
    terrain: "array[int]"  # index into `names`
    x: "array[int]"
    y: "array[int]"
    centre_x: "array[float]"  # map pixels
    centre_y: "array[float]"  # map pixels
    weight: "array[float]"

    @classmethod
    def of(cls, tiles: Iterable[Tile]) -> Self:
        """Make columns of tiles, in their order."""
        x, y, terrain, centre_x, centre_y, weight = tuple(zip(*tiles, strict=True)) or ((),) * 6
        return cls.from_columns(x, y, terrain, centre_x, centre_y, weight)

    @classmethod
    def from_columns(
        cls,
        x: Sequence[int],
        y: Sequence[int],
        terrain: Sequence[str],
        centre_x: Sequence[float],
        centre_y: Sequence[float],
        weight: Sequence[float],
    ) -> Self:
        """Make arrays of columns, which have one length."""
        names = tuple(sorted(set(terrain)))
        index = {name: number for number, name in enumerate(names)}
        return cls(
            names,
            array("i", map(index.__getitem__, terrain)),
            array("i", x),
            array("i", y),
            array("d", centre_x),
            array("d", centre_y),
            array("d", weight),
        )

    def __len__(self) -> int:
        return len(self.terrain)

    @overload
    def __getitem__(self, index: int) -> Tile: ...
    @overload
    def __getitem__(self, index: slice) -> "Tiles": ...
    def __getitem__(self, index: int | slice) -> "Tile | Tiles":
        if isinstance(index, slice):
            return Tiles.of(list(self)[index])
        name = self.names[self.terrain[index]]
        centre = self.centre_x[index], self.centre_y[index]
        return Tile(self.x[index], self.y[index], name, *centre, self.weight[index])

    def __iter__(self) -> Iterator[Tile]:
        names = map(self.names.__getitem__, self.terrain)
        rows = zip(self.x, self.y, names, self.centre_x, self.centre_y, self.weight, strict=True)
        return map(Tile._make, rows)


@dataclass(frozen=True)
class Centres(Sequence[tuple[float, float]]):
    """Hold points in map pixels as two columns; item by item they are pairs (x, y)."""

    x: "array[float]"
    y: "array[float]"

    @classmethod
    def of(cls, points: Iterable[tuple[float, float]]) -> Self:
        """Make columns of points, in their order."""
        x, y = tuple(zip(*points, strict=True)) or ((), ())
        return cls(array("d", x), array("d", y))

    def __len__(self) -> int:
        return len(self.x)

    @overload
    def __getitem__(self, index: int) -> tuple[float, float]: ...
    @overload
    def __getitem__(self, index: slice) -> "Centres": ...
    def __getitem__(self, index: int | slice) -> "tuple[float, float] | Centres":
        if isinstance(index, slice):
            return Centres(self.x[index], self.y[index])
        return self.x[index], self.y[index]

    def __iter__(self) -> Iterator[tuple[float, float]]:
        return zip(self.x, self.y, strict=True)


@dataclass(frozen=True)
class Cells:
    """Hold the cells of one layer as columns of equal length, in the order in which its file has them."""

    names: tuple[str, ...]  # the terrains that occur, the first one first
    terrain: "array[int]"  # index into `names`
    x: "array[int]"
    y: "array[int]"
    centres: Centres | None = None  # as the engine has them; None where the grid says

    @classmethod
    def of(cls, terrains: Mapping[tuple[int, int], str], centres: Iterable[tuple[float, float]] = ()) -> Self:
        """Make columns of cells with their terrains, and with a centre for each or none at all."""
        x, y = tuple(zip(*terrains, strict=True)) or ((), ())
        names = tuple(dict.fromkeys(terrains.values()))
        index = {name: number for number, name in enumerate(names)}
        terrain = array("i", map(index.__getitem__, terrains.values()))
        return cls(names, terrain, array("i", x), array("i", y), Centres.of(centres) or None)

    def __len__(self) -> int:
        return len(self.terrain)

    @cached_property
    def are_sorted(self) -> bool:
        """Tell whether the cells come line by line, each once."""
        each = zip(self.y, self.x, strict=True)
        return all(map(lt, each, zip(self.y[1:], self.x[1:], strict=True)))

    def has_repeats(self) -> bool:
        """Tell whether a cell is there twice."""
        if self.are_sorted:
            return False
        width = max(self.x) - min(self.x) + 1
        return len({y * width + x for x, y in zip(self.x, self.y, strict=True)}) < len(self)

    def first_of_each(self) -> Mapping[str, int]:
        """Return the index of the first cell of each terrain."""
        first = dict(zip(reversed(self.terrain), reversed(range(len(self))), strict=True))
        return {name: first[number] for number, name in enumerate(self.names)}

    def terrain_among(self, names: Sequence[str]) -> "array[int]":
        """Return the column of terrains as indices into other names, among which are all of these."""
        number_of = [names.index(name) for name in self.names]
        return array("i", map(number_of.__getitem__, self.terrain))

    def rename(self, names: Sequence[str]) -> "Cells":
        """Return the same cells under other names of their terrains, of which some may have become equal."""
        unique = tuple(dict.fromkeys(names))
        return replace(self, names=unique, terrain=replace(self, names=tuple(names)).terrain_among(unique))
