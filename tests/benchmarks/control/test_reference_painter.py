"""What the painter of the training pictures makes of a swap."""

import numpy as np
import pytest

from benchmarks.control.reference_painter import painted, structure_kept_by_the_painter
from benchmarks.control.swaps import COLOURS, COVERS, Swap


@pytest.mark.parametrize("swap", [*COLOURS, *COVERS], ids=lambda swap: swap.title)
def test_reference_painter_knows_the_words_of_every_swap(swap: Swap) -> None:
    assert (painted(swap.before, 0) != painted(swap.after, 0)).any()


def test_a_colour_keeps_what_snow_covers() -> None:
    assert structure_kept_by_the_painter("lush grass", "dry grass", 2) > 0.95
    assert structure_kept_by_the_painter("lush grass", "snowy grass", 2) < 0.6


def test_reference_pictures_follow_from_their_seed() -> None:
    np.testing.assert_array_equal(painted("dark forest", 3), painted("dark forest", 3))
    assert (painted("dark forest", 3) != painted("dark forest", 4)).any()
