"""Edits that start from a picture: it stays where nothing changes, whatever the model makes of it."""

import itertools
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
import torch

from tests.paint.art.test_own_pictures import noisy, opaque, own
from tests.paint.test_pipeline import ask, bake, ignore, level
from tilebake.level.art.own_picture import OwnPicture
from tilebake.level.edit.edit import Edit, Replace, Rewrite
from tilebake.level.settings import SCHEDULERS
from tilebake.paint.control.composite import opacity
from tilebake.paint.control.kept_source.art_source import ArtSource
from tilebake.paint.control.kept_source.record import SourceStep
from tilebake.paint.denoise import Denoiser, Span
from tilebake.paint.model.load import Components
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.schedulers import make_scheduler, prediction_of, start, step_options

ROWS = ("gggwwwww", "gggwwwww", "gggwwwww", "gggwwwww")
SNOW = Edit({"g": Rewrite("deep white snow", Replace(0.4))}, source_steps=0.0, source="art")


def art(seed: int = 0) -> OwnPicture:
    picture = own(opaque(np.concatenate([noisy(seed), noisy(seed + 9)], axis=1)))
    return replace(picture, digest=f"of {seed}")


@pytest.mark.parametrize(
    ("name", "prediction_type"),
    [*itertools.product(SCHEDULERS, ("epsilon", "v_prediction")), ("dpmpp_2m", "sample")],
)
def test_a_model_that_knew_the_picture_would_paint_it(
    name: str, prediction_type: str, tiny_components: Components
) -> None:
    scheduler = make_scheduler(name, {**tiny_components.scheduler_config, "prediction_type": prediction_type})
    timesteps, options = start(scheduler, 8), step_options(scheduler, 3)
    clean, noise = (torch.randn(1, 4, 6, 6, generator=torch.Generator().manual_seed(i)) for i in (1, 2))
    latents = scheduler.add_noise(clean, noise, timesteps[:1])
    for step, timestep in enumerate(timesteps):
        model_input = scheduler.scale_model_input(latents, timestep)
        right = prediction_of(scheduler, step, model_input, clean)
        latents = scheduler.step(right, timestep, latents, **options).prev_sample
    end = float((1 - cast("Any", scheduler).alphas_cumprod[0]) ** 0.5)  # DDIM and LCM end above no noise
    assert float((latents - clean).abs().max()) <= (4 * end if name in ("ddim", "lcm") else 1e-3)


def test_words_that_stay_paint_what_was_there(tiny_components: Components) -> None:
    scene = Pipeline(tiny_components).scene(ask(level(*ROWS), steps=4))
    conditioning = scene.condition(tiny_components)
    clean, noise = (
        torch.randn(1, 4, *scene.canvas.latent_size, generator=torch.Generator().manual_seed(i))
        for i in (1, 2)
    )
    source, target = (
        Denoiser(
            tiny_components, noise, conditioning, scene.blend, scene.sampling, span=Span(range(4), clean)
        )
        for _ in range(2)
    )
    mistakes: list[torch.Tensor] = []
    with torch.no_grad():
        for step in range(4):
            given = source.model_input(step)
            right = prediction_of(source.scheduler, step, given, clean)
            with source.attention.install():
                mistakes.append(right - source.predict(given, step))
            source.advance(step, right)
            with target.attention.install():
                target.advance(step, target.predict(target.model_input(step), step) + mistakes[-1])
    assert float(mistakes[0].abs().max()) > 0.1, "the model is wrong"
    torch.testing.assert_close(target.latents, clean, atol=1e-3, rtol=0)


@pytest.mark.parametrize("scheduler", ["euler", "dpmpp_2m_karras", "unipc"])
def test_an_edit_of_art_changes_its_terrain_and_no_other_pixel(
    scheduler: str, tiny_components: Components
) -> None:
    picture = art()
    request = ask(level(*ROWS, art=picture), steps=4, scheduler=scheduler)
    edited = Pipeline(tiny_components).edit(request, SNOW, ignore)
    given, shown = picture.pixels()[..., :3], edited.image[..., :3]
    np.testing.assert_array_equal(edited.extra.source[..., :3], given)
    outside = opacity(edited.extra.mask) == 0
    assert 0.2 < outside.mean() < 0.8
    np.testing.assert_array_equal(shown[outside], given[outside])
    changed = np.abs(shown.astype(int) - given)[opacity(edited.extra.mask) == 1]
    assert changed.mean() > 5
    again = bake(tiny_components, level(*ROWS, art=picture, edit=SNOW), steps=4, scheduler=scheduler)
    np.testing.assert_array_equal(again, edited.image)


def test_a_targets_step_goes_by_what_the_model_is_wrong_by(
    tiny_components: Components, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = ask(level(*ROWS, art=art(), edit=SNOW), steps=4)
    painted = Pipeline(tiny_components).bake(request, ignore)
    take, taken = ArtSource.take, list[SourceStep]()

    def take_without(self: ArtSource, step: int) -> SourceStep:
        taken.append(replace(take(self, step), missing=None))
        return taken[-1]

    monkeypatch.setattr(ArtSource, "take", take_without)
    assert (Pipeline(tiny_components).bake(request, ignore).image != painted.image).any()
    assert len(taken) == 4


def test_digests_tell_the_art_of_an_edit_apart() -> None:
    first, second = (ask(level(*ROWS, art=art(seed), edit=SNOW)) for seed in (0, 1))
    plain = [ask(level(*ROWS, art=art(seed))) for seed in (0, 1)]
    painting = ask(level(*ROWS, edit=Edit(SNOW.rewrites, source_steps=0.0)))
    with_art = ask(level(*ROWS, art=art(), edit=Edit(SNOW.rewrites, source_steps=0.0)))
    assert plain[0].digest() == plain[1].digest(), "nothing is painted of it"
    assert painting.digest() == with_art.digest()
    assert len({first.digest(), second.digest(), plain[0].digest(), painting.digest()}) == 4
