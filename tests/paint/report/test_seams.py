"""The seam ratio is 1 on paintings that know nothing of tiles, and tells edges and smears where they are."""

import json
import math

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.figures import Figure, json_line, table
from tilebake.level.tilemap import TileMap, parse_map
from tilebake.paint.report.seams import LATTICE, Steps, ratio, steps_between
from training.terrain.scene import Patch, single

NAMES = {"grass": "grass", "water": "water"}


def level(*rows: str) -> TileMap:
    return parse_map(
        json.dumps(
            {
                "tilebake": 1,
                "terrains": {"grass": "grass", "water": "water"},
                "legend": {"g": "grass", "w": "water"},
                "rows": rows,
            }
        )
    )


MAP = level(*["gggggg"] * 5)


@pytest.fixture(scope="module")
def painting() -> NDArray[np.uint8]:
    """One texture from edge to edge."""
    return (single(np.random.default_rng(1), (320, 384), Patch("gravel")) * 255).astype(np.uint8)


def borders(image: NDArray[np.uint8], tilemap: TileMap = MAP) -> float:
    steps = steps_between(image, tilemap, NAMES)
    return ratio([pair.border for pair in steps], [pair.inside for pair in steps]).value


def test_a_painting_that_knows_nothing_of_tiles_has_no_seams(painting: NDArray[np.uint8]) -> None:
    steps = steps_between(painting, MAP, NAMES)
    found = ratio([pair.border for pair in steps], [pair.inside for pair in steps])
    assert len(steps) == 5 * 5 + 6 * 4
    assert abs(found.value - 1) <= 3 * found.error
    assert found.error < 0.05


def test_a_visible_grid_is_found(painting: NDArray[np.uint8]) -> None:
    gridded = painting.copy()
    gridded[::64] = gridded[:, ::64] = 0
    assert borders(gridded) > 1.5


def test_tiles_painted_each_for_itself_are_found(painting: NDArray[np.uint8]) -> None:
    tiles = painting.reshape(5, 64, 6, 64, 3)[::-1, :, ::-1]
    assert borders(tiles.reshape(320, 384, 3)) > 1.2


def test_smeared_borders_are_found(painting: NDArray[np.uint8]) -> None:
    smeared = painting.copy()
    smeared[:, 64::64] = smeared[:, 63:-1:64]
    smeared[64::64] = smeared[63:-1:64]
    assert borders(smeared) < 0.2


def test_lines_of_the_vae_are_told_apart_from_borders(painting: NDArray[np.uint8]) -> None:
    lined = painting.copy()
    at = [i for i in range(LATTICE, 320, LATTICE) if i % 64]
    lined[at] = lined[:, at] = 0
    steps = steps_between(lined, MAP, NAMES)
    lattice = ratio([pair.lattice for pair in steps], [pair.inside for pair in steps]).value
    assert lattice > 1.5
    assert borders(lined) < 1


def test_the_steps_are_those_of_a_literal_loop(painting: NDArray[np.uint8]) -> None:
    """Two tiles side by side, pixel by pixel."""
    luma = painting.astype(np.float64) @ (0.299, 0.587, 0.114)
    steps = [[abs(luma[y, x + 1] - luma[y, x]) for x in range(32, 95)] for y in range(8, 56)]
    border = np.mean([line[31] for line in steps])
    inside = np.mean([step for line in steps for i, step in enumerate(line) if i != 31])
    first = steps_between(painting[:64, :128], level("gg"), NAMES)
    assert len(first) == 1
    assert first[0][:2] == pytest.approx((border, inside), rel=1e-4)


def test_unlike_neighbours_do_not_count() -> None:
    assert steps_between(np.zeros((64, 128, 3), np.uint8), level("gw"), NAMES) == []
    assert len(steps_between(np.zeros((128, 128, 3), np.uint8), level("gw", "gg"), NAMES)) == 2


def test_a_ratio_of_nothing_is_no_number() -> None:
    assert math.isnan(ratio([], []).value)


def test_the_error_of_a_ratio_is_nothing_where_all_pairs_agree() -> None:
    pairs = [Steps(2, 1, 1), Steps(4, 2, 2)]
    found = ratio([pair.border for pair in pairs], [pair.inside for pair in pairs])
    assert found == pytest.approx((2, 0))


def test_figures_are_told_in_a_table_and_in_one_line() -> None:
    figures = [
        Figure("all tiles", "share", 0.9, least=0.85),
        Figure("seams", "ratio", 1.2, least=0.95, most=1.05),
        Figure("peak memory", "bytes", None, most=2.5e9),
    ]
    lines = table(figures).splitlines()
    assert lines[1].split() == ["all", "tiles", "≥", "85.0", "%", "90.0", "%", "met"]
    assert "MISSED" in lines[2]
    assert lines[3].split()[-1] == "-"
    told = json.loads(json_line("quality", figures, maps={"forest": 1}))
    assert (told["benchmark"], told["maps"]) == ("quality", {"forest": 1})
    assert told["figures"]["seams"]["met"] is False
    assert "\n" not in json_line("quality", figures)
