"""Cells have their centres where Godot has them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilebake.level.map.grid import Axis, Bounds, Grid, GridShape, Layout, bounds_of

SHAPES: tuple[GridShape, ...] = ("isometric", "half_offset", "hexagonal")
LAYOUTS: tuple[Layout, ...] = (
    "stacked",
    "stacked_offset",
    "stairs_right",
    "stairs_down",
    "diamond_right",
    "diamond_down",
)
AXES: tuple[Axis, ...] = ("horizontal", "vertical")


def map_to_local(grid: Grid, x: int, y: int) -> tuple[float, float]:
    """Godot's TileSet::map_to_local, formula by formula."""
    fx, fy = float(x), float(y)
    if grid.shape != "square":
        fx, fy = {
            ("horizontal", "stacked"): (x + y % 2 / 2, fy),
            ("horizontal", "stacked_offset"): (x + (1 - y % 2) / 2, fy),
            ("horizontal", "stairs_right"): (x + y / 2, fy),
            ("horizontal", "stairs_down"): (x / 2, y * 2.0 + x),
            ("horizontal", "diamond_right"): ((x + y) / 2, fy - x),
            ("horizontal", "diamond_down"): ((x - y) / 2, fy + x),
            ("vertical", "stacked"): (fx, y + x % 2 / 2),
            ("vertical", "stacked_offset"): (fx, y + (1 - x % 2) / 2),
            ("vertical", "stairs_right"): (x * 2.0 + y, y / 2),
            ("vertical", "stairs_down"): (fx, y + x / 2),
            ("vertical", "diamond_right"): (fx + y, (y - x) / 2),
            ("vertical", "diamond_down"): (fx - y, (y + x) / 2),
        }[grid.axis, grid.layout]
        overlap = {"isometric": 0.5, "half_offset": 1.0, "hexagonal": 0.75}[grid.shape]
        fx, fy = (fx, fy * overlap) if grid.axis == "horizontal" else (fx * overlap, fy)
    return (fx + 0.5) * grid.tile_size[0], (fy + 0.5) * grid.tile_size[1]


def point_of(grid: Grid, x: int, y: int) -> tuple[int, int]:
    """The lattice point of one cell."""
    (along,), (across,) = grid.lattice([x], [y])
    return along, across


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("shape", ["square", *SHAPES])
def test_centres_are_those_of_godot(shape: GridShape, axis: Axis, layout: Layout) -> None:
    grid = Grid(shape, (48, 34), axis, layout)
    for x in range(-5, 6):
        for y in range(-5, 6):
            assert grid.centre(x, y) == pytest.approx(map_to_local(grid, x, y))


@pytest.mark.parametrize(
    ("grid", "cell", "centre"),
    [
        (Grid("square", (64, 64)), (0, 0), (32, 32)),
        (Grid("square", (16, 16)), (-3, 2), (-40, 40)),
        (Grid("isometric", (128, 64), layout="diamond_down"), (0, 0), (64, 32)),
        (Grid("isometric", (128, 64), layout="diamond_down"), (1, 0), (128, 64)),
        (Grid("isometric", (128, 64), layout="diamond_down"), (0, 1), (0, 64)),
        (Grid("hexagonal", (64, 80)), (0, 1), (64, 100)),
        (Grid("hexagonal", (80, 64), axis="vertical"), (1, 0), (100, 64)),
        (Grid("half_offset", (32, 32)), (2, -1), (96, -16)),
    ],
)
def test_known_centres(grid: Grid, cell: tuple[int, int], centre: tuple[float, float]) -> None:
    assert grid.centre(*cell) == centre


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("shape", ["square", *SHAPES])
def test_free_points_of_a_rectangle_are_its_cells_without_those_taken(
    shape: GridShape, axis: Axis, layout: Layout
) -> None:
    grid = Grid(shape, (40, 24), axis, layout)
    bounds = Bounds(-101, -63, 190, 130)
    inside = {
        point_of(grid, x, y)
        for x in range(-40, 41)
        for y in range(-40, 41)
        if bounds.x <= grid.centre(x, y)[0] <= bounds.x + bounds.width
        and bounds.y <= grid.centre(x, y)[1] <= bounds.y + bounds.height
    }
    taken = sorted(inside)[::3]
    along, across = [point[0] for point in taken], [point[1] for point in taken]
    points = list(zip(*grid.free_points(bounds, along, across), strict=True))
    assert set(points) == inside - set(taken)
    assert len(points) == len(inside) - len(taken)


def test_many_cells_have_the_centres_that_each_has_alone() -> None:
    grid = Grid("hexagonal", (48, 34), "vertical", "diamond_right")
    cells = [(x, y) for y in range(-3, 4) for x in range(-3, 4)]
    points = grid.lattice([x for x, _ in cells], [y for _, y in cells])
    assert list(zip(*grid.centres(*points), strict=True)) == [grid.centre(x, y) for x, y in cells]


@given(
    st.sampled_from(SHAPES),
    st.sampled_from(AXES),
    st.sampled_from(LAYOUTS),
    st.integers(-999, 999),
    st.integers(-999, 999),
)
def test_no_two_cells_share_a_lattice_point(
    shape: GridShape, axis: Axis, layout: Layout, x: int, y: int
) -> None:
    grid = Grid(shape, (64, 64), axis, layout)
    around = [(x + dx, y + dy) for dx in range(-2, 3) for dy in range(-2, 3)]
    assert len({point_of(grid, *cell) for cell in around}) == len(around)


def test_bounds_go_around_whole_tiles() -> None:
    assert bounds_of([32, 96], [32, 160], (64, 32)) == Bounds(0, 16, 128, 160)


def test_a_grid_estimates_how_many_cells_fit_into_bounds() -> None:
    grid = Grid("hexagonal", (64, 64))
    assert math.isclose(grid.cells_in(Bounds(0, 0, 6400, 4800)), 10_000)
