"""A world is parted into units: each window and piece is in one, and each unit names all that it needs."""

from collections import Counter

import pytest

from tests.helpers.page_painter import map_of, request_for
from tilebake.level.canvas import LATENT, canvas_of
from tilebake.level.map.grid import Bounds
from tilebake.level.windows import part
from tilebake.level.windows.lattice import Extent, Lattice, Window, extent_of, lattice_over
from tilebake.level.windows.world_units import PieceUnit, WindowsUnit, WorldUnits
from tilebake.request import BakeRequest

PIECE, SEES = 32, part.SEAM + part.FARTHEST
SIDE = 256 // LATENT


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part, "PIECE_SIDE", PIECE)


def world(rounds: int, origin: list[int] | None = None, columns: int = 20, **keys: object) -> BakeRequest:
    """A map of 160 by 96 latents, if no other width is asked for, with windows of 32."""
    settings = {"windows": "always", "pixels_per_tile": 64, "window": 256, "rounds": rounds}
    return request_for(map_of(columns, 12, settings=settings, origin=origin or [0, 0], **keys))


def lattice_of(request: BakeRequest) -> Lattice:
    canvas = canvas_of(request.tilemap, request.settings)
    return lattice_over(canvas, SIDE, request.tilemap.wrap)


def windows_seen(request: BakeRequest, extent: Extent) -> set[Window]:
    """Those that show a pixel of an extent, by looking at all, and at their repeats."""
    lattice = lattice_of(request)
    around = extent_of(canvas_of(request.tilemap, request.settings)).grow(2 * SEES + 3 * SIDE)
    there = lattice.windows(around.within(lattice.world))
    return {lattice.own(each) for each in there if lattice.extent(each).meets(extent)}


@pytest.mark.parametrize("rounds", [1, 2, 3])
@pytest.mark.parametrize("origin", [[0, 0], [-7, 3]], ids=str)
@pytest.mark.parametrize("wrap", [None, "x", "both"])
def test_each_window_is_painted_once_a_round_and_each_piece_decoded_once(
    rounds: int, origin: list[int], wrap: str | None
) -> None:
    request = world(rounds, origin, wrap=wrap)
    own = extent_of(canvas_of(request.tilemap, request.settings))
    units = WorldUnits(request.tilemap, request.settings).of_part(request.shown)
    windows = Counter(
        (unit.number, window) for unit in units if isinstance(unit, WindowsUnit) for window in unit.windows
    )
    assert set(windows) == {(number, each) for number in range(rounds) for each in windows_seen(request, own)}
    there = lattice_of(request).world
    pieces = Counter(unit.extent.within(there) for unit in units if isinstance(unit, PieceUnit))
    assert sum(height * width for height, width in (each.size for each in pieces)) == 160 * 96
    assert {*windows.values(), *pieces.values()} == {1}


@pytest.mark.parametrize("rounds", [1, 2, 3])
@pytest.mark.parametrize(("wrap", "columns"), [(None, 20), ("y", 20), ("both", 29)])
def test_a_unit_comes_after_all_that_it_sees_and_waits_for_nothing_else(
    rounds: int, wrap: str | None, columns: int
) -> None:
    request = world(rounds, columns=columns, wrap=wrap)
    units = WorldUnits(request.tilemap, request.settings)
    lattice = lattice_of(request)
    before: set[object] = set()
    for unit in units.of_part(request.shown):
        needs = units.needs(unit)
        assert before.issuperset(needs)
        before.add(unit)
        if isinstance(unit, PieceUnit):
            number, seen = rounds, windows_seen(request, unit.extent.grow(SEES))
        else:
            number = unit.number
            near = [windows_seen(request, lattice.extent(each)) for each in unit.windows]
            seen = set[Window]().union(*near) if number else set[Window]()
        assert {need.number for need in needs} <= {number - 1}
        assert {window for need in needs for window in need.windows} >= seen
        assert all(seen.intersection(need.windows) for need in needs), "a unit that is not seen"


def test_parts_of_a_world_have_their_units_in_common() -> None:
    request = world(2, columns=80)
    units = WorldUnits(request.tilemap, request.settings)
    parts = [units.of_part(Bounds(left, 0, 128, 96)) for left in range(0, 640, 128)]
    assert set(parts[0]) & set(parts[1])
    assert set[object]().union(*parts) == set(units.of_part(request.shown))
    assert set(parts[0]).isdisjoint(parts[4])
