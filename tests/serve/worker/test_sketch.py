"""A sketch is the same map in less time."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tilebake.level.settings import BakeSettings
from tilebake.request import BakeRequest
from tilebake.serve.speeds import work_of
from tilebake.serve.worker.sketch import sketch_of

Requests = Callable[[int], BakeRequest]


@pytest.mark.parametrize(("width", "sketched"), [(64, 20), (48, 16), (36, 12), (96, 24), (256, 24)])
def test_a_sketch_has_a_third_of_a_tiles_width_within_limits(
    width: int, sketched: int, request_of: Requests
) -> None:
    settings = BakeSettings(pixels_per_tile=width, steps=10, mask_sigma=4, scheduler="dpmpp_2m_karras")
    request = replace(request_of(1), settings=settings)
    sketch = sketch_of(request)
    assert sketch is not None
    assert (sketch.settings.pixels_per_tile, sketch.settings.steps) == (sketched, 3)
    assert sketch.settings.mask_sigma == pytest.approx(4 * sketched / width)
    assert sketch.settings.scheduler == "dpmpp_2m"
    assert sketch.settings.keep_resolution
    assert sketch.digest() != request.digest()
    assert (sketch.tilemap, sketch.seed, sketch.model_key()) == (
        request.tilemap,
        request.seed,
        request.model_key(),
    )
    assert work_of(sketch).denoised < 0.06 * work_of(request).denoised


@pytest.mark.parametrize(("width", "steps"), [(32, 10), (16, 10), (64, 3), (64, 1), (None, 10), (64, None)])
def test_a_painting_that_is_as_soon_done_has_none(
    width: int | None, steps: int | None, request_of: Requests
) -> None:
    settings = BakeSettings(pixels_per_tile=width, steps=steps)
    assert sketch_of(replace(request_of(1), settings=settings)) is None


def test_a_model_of_many_steps_is_sketched_in_more(request_of: Requests) -> None:
    sketch = sketch_of(replace(request_of(1), settings=BakeSettings(pixels_per_tile=64, steps=30)))
    assert sketch is not None
    assert sketch.settings.steps == 9
