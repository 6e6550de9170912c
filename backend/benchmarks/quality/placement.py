"""Placement: is each tile painted as its terrain? The verdicts on tiles, counted in several ways."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from tilebake.level.map.grid import GridShape
from tilebake.level.tilemap import TileMap
from tilebake.paint.judge.judging import judge_map_tiles
from tilebake.paint.judge.network import Judge
from tilebake.paint.picture import PixelArray
from tilebake.paint.report.neighbours import HALF_STEPS, QUARTERS, QuarterStep, TileLayout, layout, place_of

SIDES: Final[Mapping[GridShape, int]] = {"square": 4, "isometric": 4, "half_offset": 6, "hexagonal": 6}


class Verdict(NamedTuple):
    """One tile: its picture, the terrain it is meant to be, the one it is judged, and where it lies."""

    picture: str
    wanted: str
    found: str
    is_inner: bool  # a like neighbour on each side
    is_thin: bool  # part of something one tile wide (square maps)

    @property
    def is_right(self) -> bool:
        """Whether the tile is judged what it is meant to be."""
        return self.found == self.wanted


class Share(NamedTuple):
    """How many of some tiles are right."""

    right: int
    total: int

    @property
    def value(self) -> float:
        """In 0..1; of nothing, all is right."""
        return self.right / self.total if self.total else 1.0


def judge_map(
    judge: Judge, image: PixelArray, tilemap: TileMap, names: Mapping[str, str], title: str
) -> list[Verdict]:
    """Verdicts on every tile whose core is whole. `names`: the judge's name for each terrain of the map."""
    terrains = layout(tilemap, names)
    verdicts: list[Verdict] = []
    for tile, found in judge_map_tiles(judge, image, tilemap, {*judge.common, *names.values()}):
        place = place_of(tile, tilemap)
        verdicts.append(
            Verdict(
                picture=title,
                wanted=names[tile.terrain],
                found=found,
                is_inner=is_inner(place, terrains, tilemap.grid),
                is_thin=tilemap.grid == "square" and is_thin(place, terrains),
            )
        )
    return verdicts


def share(tiles: Iterable[Verdict]) -> Share:
    """How many are judged right."""
    right = [tile.is_right for tile in tiles]
    return Share(sum(right), len(right))


def by_terrain(tiles: Iterable[Verdict]) -> dict[str, Share]:
    """How many of each terrain are judged right, the worst first."""
    groups: dict[str, list[Verdict]] = {}
    for tile in tiles:
        groups.setdefault(tile.wanted, []).append(tile)
    shares = {name: share(group) for name, group in groups.items()}
    return dict(sorted(shares.items(), key=lambda item: (item[1].value, item[0])))


def confusions(tiles: Iterable[Verdict]) -> list[tuple[str, str, int]]:
    """(wanted, found, how often) of wrong verdicts, the commonest first."""
    counts = Counter((tile.wanted, tile.found) for tile in tiles if not tile.is_right)
    return [(wanted, found, count) for (wanted, found), count in counts.most_common()]


def is_inner(place: QuarterStep, terrains: TileLayout, shape: GridShape) -> bool:
    """Whether a tile has a neighbour of its own terrain on each of its sides."""
    like = sum(terrains.get(other) == terrains[place] for other in _around(place, shape))
    return like == SIDES[shape]


def is_thin(place: QuarterStep, terrains: TileLayout) -> bool:
    """Whether a tile of a square map is part of something one tile wide.

    It is where no block of two by two tiles of its terrain holds it: so a path's straights, bends and
    diagonals are thin, and the corner of a lake is not.
    """
    x, y = place
    return not any(
        all(terrains.get((left + dx, top + dy)) == terrains[place] for dx in (0, 4) for dy in (0, 4))
        for left in (x - QUARTERS, x)
        for top in (y - QUARTERS, y)
    )


def _around(place: QuarterStep, shape: GridShape) -> Iterator[QuarterStep]:
    for right, down in HALF_STEPS[shape]:
        yield place[0] + right, place[1] + down
        yield place[0] - right, place[1] - down
