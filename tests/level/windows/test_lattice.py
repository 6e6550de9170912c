"""Windows cover a world, overlap, and lie where they lie whatever the world's edges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilebake.level.windows.lattice import Extent, Lattice, Window

SIDES = st.sampled_from([32, 64, 128])


@st.composite
def worlds(draw: st.DrawFn) -> Lattice:
    left, top = draw(st.integers(-300, 300)), draw(st.integers(-300, 300))
    width, height = draw(st.integers(1, 500)), draw(st.integers(1, 500))
    return Lattice(draw(SIDES), Extent(left, top, left + width, top + height))


@given(worlds())
def test_every_pixel_of_a_world_is_in_a_window_and_no_window_is_needless(lattice: Lattice) -> None:
    world = lattice.world
    count = np.zeros(world.size, int)
    windows = list(lattice.windows(world))
    for window in windows:
        seen = lattice.extent(window).within(world)
        count[seen.slices(world)] += 1
    assert count.min() >= 1
    assert count.max() <= 4
    for window in windows if len(windows) > 1 else []:
        seen = lattice.extent(window).within(world)
        assert (count[seen.slices(world)] == 1).any(), "another shows all that it shows"


@given(worlds(), st.data())
def test_the_windows_of_a_part_are_those_of_the_world_that_meet_it(
    lattice: Lattice, data: st.DataObject
) -> None:
    world = lattice.world
    left = data.draw(st.integers(world.left, world.right - 1))
    top = data.draw(st.integers(world.top, world.bottom - 1))
    part = Extent(
        left,
        top,
        data.draw(st.integers(left + 1, world.right)),
        data.draw(st.integers(top + 1, world.bottom)),
    )
    meeting = [window for window in lattice.windows(world) if lattice.extent(window).meets(part)]
    assert list(lattice.windows(part)) == meeting


@given(worlds())
def test_a_larger_world_has_the_same_windows_inside(lattice: Lattice) -> None:
    larger = Lattice(lattice.side, lattice.world.grow(3 * lattice.side))
    assert set(lattice.windows(lattice.world)) <= set(larger.windows(larger.world))


@pytest.mark.parametrize("side", [32, 64, 128])
def test_kernels_of_neighbours_sum_to_1(side: int) -> None:
    lattice = Lattice(side, Extent(0, 0, 4 * side, 4 * side))
    weight = np.zeros(lattice.world.size, np.float64)
    for window in lattice.windows(lattice.world):
        extent = lattice.extent(window)
        common = extent.within(lattice.world)
        weight[common.slices(lattice.world)] += lattice.kernel[common.slices(extent)]
    inner = slice(side, 2 * side)
    assert np.allclose(weight[inner, inner], 1, atol=1e-6)
    assert lattice.kernel.min() > 0


@pytest.mark.parametrize(("side", "windows"), [(64, 121), (128, 25)])
def test_a_level_of_64_by_64_tiles_has_so_many_windows(side: int, windows: int) -> None:
    lattice = Lattice(side, Extent(0, 0, 512, 512))
    assert len(list(lattice.windows(lattice.world))) == windows
    assert lattice.extent(Window(1, 0)) == (lattice.stride, 0, lattice.stride + side, side)
