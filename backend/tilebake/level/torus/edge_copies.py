"""Say from where on a torus each pixel near an edge is copied, so that edges that may meet are one picture.

An edge has a terrain at both ends, and in a blob one between them. Tiles whose edges have the same ones may
stand side by side, so all of these show the same strip of pixels, and corners of one terrain the same square:
that of one place on the torus, chosen for its surroundings. Away from the edge the copy fades out.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from tilebake.level.torus.corner_set import Arrangement
from tilebake.level.torus.edge_kinds import EdgeKinds

PixelIndex = NDArray[np.intp]
CopyShare = NDArray[np.float32]
_Place = tuple[int, int]  # row and column of a corner

_Kind = TypeVar("_Kind")
_Value = TypeVar("_Value", np.intp, np.float32)

_AROUND: Final = tuple((row, column) for row in (-1, 0, 1) for column in (-1, 0, 1))


@dataclass(frozen=True, eq=False)
class EdgeCopies:
    """Hold, for each of the P pixels of a torus in reading order, what is copied there. Each array is [P].

    Corners are copied first, and edges from the result.
    """

    corner: PixelIndex  # the pixel whose like is copied
    corner_share: CopyShare  # how much of it is taken, 0 to 1
    upright: PixelIndex
    upright_share: CopyShare
    level: PixelIndex
    level_share: CopyShare

    def move(self, shift: int, width: int) -> "EdgeCopies":
        """Return the copies of a torus that is moved right and down by so many pixels; it is `width` wide."""

        def roll(values: NDArray[_Value]) -> NDArray[_Value]:
            return np.roll(values.reshape(-1, width), (shift, shift), axis=(0, 1)).ravel()

        place = np.arange(self.corner.size).reshape(-1, width)
        moved = np.empty_like(self.corner)  # where each pixel is then
        moved[roll(place.ravel())] = place.ravel()
        return EdgeCopies(
            moved[roll(self.corner)],
            roll(self.corner_share),
            moved[roll(self.upright)],
            roll(self.upright_share),
            moved[roll(self.level)],
            roll(self.level_share),
        )

    def hard(self) -> PixelIndex:
        """Return for each pixel the one that it takes most of: for noise, which must not be mixed."""
        own = np.arange(self.corner.size)
        corner = np.where(self.corner_share >= 0.5, self.corner, own)
        edge = np.where(self.upright_share >= self.level_share, self.upright, self.level)
        share = np.maximum(self.upright_share, self.level_share)
        return corner[np.where(share >= 0.5, edge, own)]


def edge_copies(kinds: EdgeKinds, side: int, solid: float, feather: float) -> EdgeCopies:
    """Return the copies of a torus with `side` pixels from corner to corner, the first at half of that.

    Pixels up to `solid` from an edge are copied wholly; over `feather` more, if there is any, the copy fades
    out.
    """
    tile = len(kinds.corner), len(kinds.corner[0])
    offset = np.abs(np.arange(side) + 0.5 - side / 2)
    fading = (solid + feather - offset) / feather if feather else offset <= solid
    share = np.clip(fading, 0, 1).astype(np.float32)
    is_late = np.arange(side) + 0.5 > side / 2  # right of a corner, or below it

    def spread(values: NDArray[np.float32]) -> CopyShare:
        return np.tile(values, tile).ravel()

    across, down = np.broadcast_to(share, (side, side)), np.broadcast_to(share[:, None], (side, side))
    both = 1 - across * down
    rest = np.where(both > 0, both, 1)
    right, below = np.broadcast_to(is_late, (side, side)), np.broadcast_to(is_late[:, None], (side, side))
    return EdgeCopies(
        corner=_pixels(_corner_places(kinds.corner), side),
        corner_share=spread(np.minimum(across, down)),
        upright=_pixels_by_half(_edge_places(kinds.corner, kinds.upright, (1, 0)), below, side),
        upright_share=spread(np.where(both > 0, across * (1 - down) / rest, 0)),
        level=_pixels_by_half(_edge_places(kinds.corner, kinds.level, (0, 1)), right, side),
        level_share=spread(np.where(both > 0, down * (1 - across) / rest, 0)),
    )


def _corner_places(arrangement: Arrangement) -> PixelIndex:
    """Return for each corner the one whose square it takes: [M, N, 2]."""
    chosen = _choose(
        arrangement,
        lambda place: _at(arrangement, place),
        lambda place: sum(_at(arrangement, place, step) == _at(arrangement, place) for step in _AROUND),
    )
    return np.array([[chosen[terrain] for terrain in row] for row in arrangement], np.intp)


def _edge_places(
    arrangement: Arrangement, kinds: tuple[tuple[tuple[int, ...], ...], ...], along: _Place
) -> tuple[PixelIndex, PixelIndex]:
    """Return for each corner where the edge before it, and that after it, is copied from: [M, N, 2] each.

    As the corner that stands there in its place. `along` is the step from one end of an edge to the other.
    """
    sideways = (along[1], along[0])
    back = (-along[0], -along[1])

    def kind(place: _Place) -> tuple[int, ...]:
        row = kinds[place[0] % len(kinds)]
        return row[place[1] % len(row)]

    def straightness(place: _Place) -> int:
        """Count the ends that go on in their terrain, sideways and along."""
        first, *_, last = kind(place)
        steps = [sideways, (-sideways[0], -sideways[1])]
        ends = [(_step_from(place, step), first) for step in steps]
        ends += [(_step_from(_step_from(place, along), step), last) for step in steps]
        ends += [(_step_from(place, back), first), (_step_from(_step_from(place, along), along), last)]
        return sum(_at(arrangement, end) == terrain for end, terrain in ends)

    chosen = _choose(arrangement, kind, straightness)
    before = [_step_from(chosen[kind(_step_from(place, back))], along) for place in _places(arrangement)]
    after = [chosen[kind(place)] for place in _places(arrangement)]
    return _as_index(before, arrangement), _as_index(after, arrangement)


def _choose(
    arrangement: Arrangement, kind: Callable[[_Place], _Kind], fitness: Callable[[_Place], int]
) -> dict[_Kind, _Place]:
    """Return for each kind the first place of the greatest fitness."""
    chosen: dict[_Kind, _Place] = {}
    for place in _places(arrangement):
        found = chosen.setdefault(kind(place), place)
        if fitness(place) > fitness(found):
            chosen[kind(place)] = place
    return chosen


def _places(arrangement: Arrangement) -> Iterable[_Place]:
    return [(row, column) for row in range(len(arrangement)) for column in range(len(arrangement[0]))]


def _at(arrangement: Arrangement, place: _Place, step: _Place = (0, 0)) -> int:
    row = arrangement[(place[0] + step[0]) % len(arrangement)]
    return row[(place[1] + step[1]) % len(row)]


def _step_from(place: _Place, step: _Place) -> _Place:
    return place[0] + step[0], place[1] + step[1]


def _as_index(places: Sequence[_Place], arrangement: Arrangement) -> PixelIndex:
    shape = len(arrangement), len(arrangement[0])
    return (np.array(places, np.intp) % shape).reshape(*shape, 2)


def _pixels(places: PixelIndex, side: int) -> PixelIndex:
    """Return, of the corner that each corner takes from, every pixel around it: [P]."""
    columns_in_all = places.shape[1] * side
    inner = np.arange(side)
    rows = places[:, None, :, None, 0] * side + inner[None, :, None, None]  # [M, side, N, 1]
    columns = places[:, None, :, None, 1] * side + inner[None, None, None, :]  # [M, 1, N, side]
    return (rows * columns_in_all + columns).ravel()


def _pixels_by_half(
    places: tuple[PixelIndex, PixelIndex], is_late: NDArray[np.bool_], side: int
) -> PixelIndex:
    """Return pixels as `_pixels` does, by which of the two edges along a corner's axis they lie at."""
    before, after = (_pixels(each, side) for each in places)
    late = np.tile(is_late, places[0].shape[:2]).ravel()
    return np.where(late, after, before)
