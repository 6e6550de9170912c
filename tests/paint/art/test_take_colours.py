"""A finished painting takes the broad colours of its art, and nothing else of it."""

import pytest
import torch

from tests.paint.art.test_own_pictures import SIDE, noisy, opaque, own
from tests.paint.test_pipeline import ask, level
from tilebake.level.torus.wrap import WrapAxes
from tilebake.paint.art.take_colours import Colours, take_colours
from tilebake.paint.denoise import denoise
from tilebake.paint.guidance import BROAD
from tilebake.paint.model.load import Components
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.scene import BakeRun, run

ROWS = ("ggww", "gwww", "ggww", "gggg")


def drawn(seed: int, height: int = 12, width: int = 10) -> torch.Tensor:
    return torch.randn(1, 4, height, width, generator=torch.Generator().manual_seed(seed))


def test_flat_colours_are_taken_and_texture_stays() -> None:
    painted, art = drawn(0), torch.full((1, 4, 12, 10), 3.0)
    taken = take_colours(painted, Colours(art, torch.ones(1, 1, 12, 10, dtype=torch.bool)))
    reach = BROAD // 2
    for row in range(reach, 12 - reach):
        for column in range(reach, 10 - reach):
            around = painted[..., row - reach : row + reach + 1, column - reach : column + reach + 1]
            wanted = painted[..., row, column] + 3.0 - around.mean(dim=(2, 3))
            torch.testing.assert_close(taken[..., row, column], wanted)


def test_where_there_is_no_art_nothing_is_taken_and_nothing_is_given() -> None:
    painted, art = drawn(0), drawn(1)
    there = torch.zeros(1, 1, 12, 10, dtype=torch.bool)
    there[..., :5] = True
    taken = take_colours(painted, Colours(art, there))
    assert torch.equal(taken[..., 5:], painted[..., 5:])
    other = art.clone()
    other[..., 5:] = 99
    assert torch.equal(take_colours(painted, Colours(other, there)), taken)
    assert not torch.equal(taken[..., :5], painted[..., :5])


def test_colours_go_on_at_the_other_side_where_the_map_wraps() -> None:
    painted, art = drawn(0), drawn(1)
    there = torch.ones(1, 1, 12, 10, dtype=torch.bool)
    axes = WrapAxes(True, True)
    taken = take_colours(painted, Colours(art, there), axes)
    rolled = take_colours(painted.roll(3, 3), Colours(art.roll(3, 3), there), axes)
    torch.testing.assert_close(rolled, taken.roll(3, 3))


@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_a_painting_ends_with_the_colours_of_its_art(tiny_components: Components, strength: float) -> None:
    art = own(opaque(noisy(3)))
    scene = Pipeline(tiny_components).scene(ask(level(*ROWS, art=art), steps=4, init_strength=strength))
    assert scene.begin is not None
    clean = scene.begin(tiny_components).clean
    assert clean is not None
    assert clean.shape[-1] * 8 == SIDE

    def latents(bake_run: BakeRun) -> torch.Tensor:
        conditioning = bake_run.encode(scene.condition)
        return bake_run.denoise(lambda make: denoise(make(conditioning), lambda _: None))

    found = run(tiny_components, scene, latents)
    torch.testing.assert_close(found.mean(dim=(2, 3)), clean.mean(dim=(2, 3)), atol=0.3, rtol=0)
