"""Previews: the picture as the model sees it, small, and without a trace in the picture itself."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tilebake.errors import BakeError
from tilebake.level.settings import BakeSettings, Scheduler
from tilebake.level.tilemap import parse_map
from tilebake.paint.model.load import Components
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.progress_image import LONGEST, Estimate, smaller
from tilebake.paint.schedulers import RECIPES, make_scheduler, start
from tilebake.request import BakeRequest, Step
from tilebake.texture import Texture

Pixels = NDArray[np.uint8]
Generators = Callable[[int], torch.Generator]


def ask(columns: int = 3, scheduler: Scheduler = "euler") -> BakeRequest:
    tilemap = parse_map(
        json.dumps(
            {
                "tilebake": 1,
                "tile_size": 16,
                "terrains": {"grass": "lush green grass", "water": "deep blue water"},
                "legend": {"g": "grass", "w": "water"},
                "rows": ["g" * columns, "w" * columns],
            }
        )
    )
    settings = BakeSettings(
        pixels_per_tile=16, steps=2, guidance_scale=4.0, scheduler=scheduler, transparent=False
    )
    return BakeRequest(tilemap, settings, model="tiny", model_digest="0" * 64, seed=5)


def watched(components: Components, request: BakeRequest) -> tuple[Texture, list[Pixels]]:
    """A bake, and its preview at every step."""
    previews: list[Pixels] = []

    def look(step: Step) -> None:
        assert step.progress_image is not None
        previews.append(step.progress_image())

    return Pipeline(components).bake(request, look), previews


def unwatched(components: Components, request: BakeRequest) -> Texture:
    return Pipeline(components).bake(request, lambda _: None)


@pytest.mark.parametrize(
    ("name", "prediction"),
    [
        *((name, prediction) for name in RECIPES for prediction in ("epsilon", "v_prediction")),
        ("ddim", "sample"),
    ],
)
def test_the_clean_latents_are_told_from_noisy_ones(
    name: str, prediction: str, tiny_components: Components, generator: Generators
) -> None:
    config = {**tiny_components.scheduler_config, "prediction_type": prediction}
    scheduler: Any = make_scheduler(name, config)
    clean, noise = (torch.randn(1, 4, 6, 5, generator=generator(seed)) for seed in (0, 1))
    for timestep in start(scheduler, 4):
        noisy = scheduler.add_noise(clean, noise, timestep[None])
        model_input = scheduler.scale_model_input(noisy, timestep)
        share = float(scheduler.alphas_cumprod[int(timestep)])
        predicted = {
            "epsilon": noise,
            "v_prediction": share**0.5 * noise - (1 - share) ** 0.5 * clean,
            "sample": clean,
        }[prediction]
        told = Estimate(model_input, predicted, scheduler, timestep).latents()
        assert (told - clean).abs().mean() < (0.1 if name.endswith("karras") else 1e-3), timestep
        scheduler.step(predicted, timestep, noisy)


@pytest.mark.parametrize(
    ("size", "expected"), [((8, 5), (8, 5)), ((40, 80), (16, 32)), ((64, 1), (32, 1)), ((1, 4096), (1, 32))]
)
def test_latents_are_averaged_to_at_most_32(size: tuple[int, int], expected: tuple[int, int]) -> None:
    latents = torch.arange(float(np.prod(size))).reshape(1, 1, *size)
    small = smaller(latents)
    assert small.shape[-2:] == expected
    torch.testing.assert_close(small.mean(), latents.mean())


def test_the_picture_is_the_same_bytes_whether_anybody_looks_or_not(components: Components) -> None:
    request = ask(scheduler="euler_a")
    before = unwatched(components, request)
    texture, previews = watched(components, request)
    assert len(previews) == 2
    np.testing.assert_array_equal(texture.image, before.image)
    assert texture.pixel_hash == before.pixel_hash == unwatched(components, request).pixel_hash


def test_the_last_preview_of_a_small_map_is_the_picture(components: Components) -> None:
    texture, previews = watched(components, ask())
    assert previews[-1].shape == texture.image.shape
    np.testing.assert_allclose(previews[-1].astype(int), texture.image, rtol=0, atol=2)
    assert texture.image.std() > 2, "an even picture would prove nothing"


def test_a_large_map_has_a_small_preview(tiny_components: Components) -> None:
    _, previews = watched(tiny_components, ask(columns=40))
    assert previews[0].shape == (16, 8 * LONGEST, 3)
    assert previews[0].dtype == np.uint8


def test_nobody_looking_costs_nothing(tiny_components: Components, monkeypatch: pytest.MonkeyPatch) -> None:
    decodings: list[int] = []
    decode = tiny_components.vae.decode

    def counting(*latents: Any, **options: Any) -> Any:
        decodings.append(1)
        return decode(*latents, **options)

    monkeypatch.setattr(tiny_components.vae, "decode", counting)
    unwatched(tiny_components, ask())
    assert len(decodings) == 1
    watched(tiny_components, ask())
    assert len(decodings) == 1 + 3


def test_no_memory_for_a_progress_image_is_said_and_the_bake_goes_on(
    tiny_components: Components, monkeypatch: pytest.MonkeyPatch
) -> None:
    decode = tiny_components.vae.decode
    refusals: list[BakeError] = []

    def full(*_latents: object, **_options: object) -> Any:
        raise torch.OutOfMemoryError("CUDA out of memory")

    def look(step: Step) -> None:
        assert step.progress_image is not None
        monkeypatch.setattr(tiny_components.vae, "decode", full)
        with pytest.raises(BakeError, match="memory for a progress image") as caught:
            step.progress_image()
        refusals.append(caught.value)
        monkeypatch.setattr(tiny_components.vae, "decode", decode)

    texture = Pipeline(tiny_components).bake(ask(), look)
    assert len(refusals) == 2
    assert texture.degraded == ()
