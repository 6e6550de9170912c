"""A world is parted into units: each window and piece is in one, and each unit names all that it needs."""

from collections import Counter

import pytest

from tests.helpers.page_painter import map_of, request_for
from tilebake.level.canvas import LATENT, canvas_of
from tilebake.level.map.grid import Bounds
from tilebake.level.windows import part, world_units
from tilebake.level.windows.lattice import Extent, Lattice, Window, extent_of
from tilebake.level.windows.world_units import PieceUnit, WindowsUnit, WorldUnits
from tilebake.request import BakeRequest

PIECE, SEES = 32, part.SEAM + part.FARTHEST
SIDE = 256 // LATENT


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (part, world_units):
        monkeypatch.setattr(module, "PIECE_SIDE", PIECE)


def world(rounds: int, origin: list[int] | None = None, columns: int = 20) -> BakeRequest:
    """A map of 160 by 96 latents, if no other width is asked for, with windows of 32."""
    settings = {"windows": "always", "pixels_per_tile": 64, "window": 256, "rounds": rounds}
    return request_for(map_of(columns, 12, settings=settings, origin=origin or [0, 0]))


def windows_seen(request: BakeRequest, extent: Extent) -> set[Window]:
    """Those that show a pixel of an extent, by looking at all."""
    lattice = Lattice(SIDE, extent_of(canvas_of(request.tilemap, request.settings)))
    return {each for each in lattice.windows(lattice.world) if lattice.extent(each).meets(extent)}


@pytest.mark.parametrize("rounds", [1, 2, 3])
@pytest.mark.parametrize("origin", [[0, 0], [-7, 3]], ids=str)
def test_each_window_is_painted_once_a_round_and_each_piece_decoded_once(
    rounds: int, origin: list[int]
) -> None:
    request = world(rounds, origin)
    own = extent_of(canvas_of(request.tilemap, request.settings))
    units = WorldUnits(request.tilemap, request.settings).of_part(request.shown)
    windows = Counter(
        (unit.number, window) for unit in units if isinstance(unit, WindowsUnit) for window in unit.windows
    )
    assert set(windows) == {(number, each) for number in range(rounds) for each in windows_seen(request, own)}
    pieces = Counter(unit.extent.within(own) for unit in units if isinstance(unit, PieceUnit))
    assert sum(height * width for height, width in (each.size for each in pieces)) == 160 * 96
    assert {*windows.values(), *pieces.values()} == {1}


@pytest.mark.parametrize("rounds", [1, 2, 3])
def test_a_unit_comes_after_all_that_it_sees_and_waits_for_nothing_else(rounds: int) -> None:
    request = world(rounds)
    units = WorldUnits(request.tilemap, request.settings)
    lattice = Lattice(SIDE, extent_of(canvas_of(request.tilemap, request.settings)))
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
