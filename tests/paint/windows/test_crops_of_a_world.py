"""Maps that are crops of one world, cell by cell, show the same but for a ring along the cut."""

import json
from typing import Final

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.paint.test_pipeline import QUICK, ignore
from tests.paint.windows import test_region
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import parse_map
from tilebake.paint.model.load import Components
from tilebake.paint.pipeline import Pipeline
from tilebake.request import BakeRequest

LENGTH, BREADTH = 116, 5  # tiles of 16 pixels: 232 by 10 latent pixels
WINDOW: Final = 256
small_pieces = test_region.small_pieces
RING: Final = WINDOW + 8 * (16 + 32 + 2 * 16)  # pixels: a window, what masks see, the decoder's pieces
WORLD: Final = ["".join("gwsgwwsg"[(x * x + 3 * y) % 8] for x in range(LENGTH)) for y in range(BREADTH)]


def paint(components: Components, rows: list[str], origin: tuple[int, int]) -> NDArray[np.uint8]:
    level = {
        "tilebake": 1,
        "tile_size": 16,
        "origin": origin,
        "base_prompt": "a map",
        "terrains": {"grass": "lush green grass", "water": "deep blue water", "snow": "snow"},
        "legend": {"g": "grass", "w": "water", "s": "snow"},
        "rows": rows,
    }
    given = {"windows": "always", "window": WINDOW, "rounds": 1, "mask_sigma": 1.0}
    settings = BakeSettings.model_validate({**QUICK.model_dump(), **given})
    request = BakeRequest(parse_map(json.dumps(level)), settings, "tiny", "0" * 64, seed=5)
    return Pipeline(components).bake(request, ignore).image


@pytest.mark.parametrize("is_tall", [False, True], ids=["columns", "rows"])
def test_a_crop_shows_what_the_world_shows_beyond_the_ring(
    tiny_components: Components, is_tall: bool
) -> None:
    """It has a row or column less at the start and at the end, or is half of it."""

    def strip(first: int, last: int) -> NDArray[np.uint8]:
        rows = [row[first:last] for row in WORLD]
        rows = ["".join(column) for column in zip(*rows, strict=True)] if is_tall else rows
        image = paint(tiny_components, rows, (-30, first - 7) if is_tall else (first - 7, -30))
        return image.swapaxes(0, 1) if is_tall else image

    world = strip(0, LENGTH)
    assert RING < LENGTH * 16 / 2
    for first, last in ((1, LENGTH - 1), (0, LENGTH // 2), (LENGTH // 2, LENGTH)):
        part, there = strip(first, last), world[:, first * 16 : last * 16]
        begin, end = RING if first else 0, part.shape[1] - (RING if last < LENGTH else 0)
        assert end - begin > 16
        np.testing.assert_array_equal(part[:, begin:end], there[:, begin:end])
        assert not np.array_equal(part, there), "the cut is seen"
