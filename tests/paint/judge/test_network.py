"""The judge knows procedural terrain that it has never seen."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from benchmarks.quality.cores import picture_cores
from tilebake.models.reference import EMBEDDED
from tilebake.paint.judge.cores import diamond
from tilebake.paint.judge.network import Judge, verdicts
from tilebake.paint.judge.reading import JUDGE, read_judge
from tilebake.paint.tile_scale import CORE
from training.terrain.catalog import NAMES, NOUNS
from training.terrain.scene import Patch, single


@pytest.fixture(scope="module")
def judge() -> Judge:
    return read_judge(EMBEDDED / JUDGE)


@pytest.fixture(scope="module")
def pictures(judge: Judge) -> dict[str, NDArray[np.uint8]]:
    """Of the terrains that it knows; the catalogue may have more by now, and paint them more finely."""
    rng = np.random.default_rng(2024)
    return {name: (single(rng, (192, 192), Patch(name)) * 255).astype(np.uint8) for name in judge.names}


def softened(picture: NDArray[np.uint8], radius: float) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(radius)))


@pytest.mark.parametrize("radius", [0, 1.2])
def test_fresh_textures_are_judged_right_crisp_and_soft(
    judge: Judge, pictures: dict[str, NDArray[np.uint8]], radius: float
) -> None:
    right = [
        found == name
        for name, picture in pictures.items()
        for found in verdicts(judge, picture_cores(softened(picture, radius)))
    ]
    assert len(right) == 9 * len(pictures)
    assert np.mean(right) >= 0.95


def test_a_diamond_is_enough(judge: Judge, pictures: dict[str, NDArray[np.uint8]]) -> None:
    flat = diamond(CORE, CORE / 2)
    right = [
        found == name
        for name, picture in pictures.items()
        for found in verdicts(judge, picture_cores(picture), flat)
    ]
    assert np.mean(right) >= 0.95


def test_the_judge_fits_in_a_megabyte() -> None:
    assert (EMBEDDED / JUDGE).stat().st_size <= 2**20


def test_what_the_judge_knows_is_in_the_catalogue(judge: Judge) -> None:
    """Its nouns mean there what they mean to it, but for those that are terrains of their own since."""
    assert set(judge.names) <= set(NAMES)
    assert set(judge.nouns.values()) == set(judge.names)
    elsewhere = {noun for noun, name in judge.nouns.items() if NOUNS.get(noun) != name}
    assert {NOUNS.get(noun) for noun in elsewhere} <= set(NAMES) - set(judge.names)


def test_no_windows_have_no_verdicts(judge: Judge) -> None:
    assert verdicts(judge, np.empty((0, CORE, CORE, 3), np.uint8)).shape == (0,)
