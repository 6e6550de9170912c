"""What the tests of publishing need: a request without a model, and textures that nobody had to paint."""

import json
from collections.abc import Callable

import numpy as np
import pytest

from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import parse_map
from tilebake.request import BakeRequest
from tilebake.texture import Texture, pixel_hash

MAP = {
    "tilebake": 1,
    "tile_size": 8,
    "terrains": {"grass": "grass"},
    "legend": {"g": "grass"},
    "rows": ["ggg", "ggg"],
}


@pytest.fixture
def request_of() -> Callable[[int], BakeRequest]:
    """Requests that differ by their seeds."""
    tilemap = parse_map(json.dumps(MAP))
    return lambda seed: BakeRequest(tilemap, BakeSettings(), "embedded", "model digest", seed)


@pytest.fixture
def texture_of() -> Callable[[BakeRequest], Texture]:
    """A texture of noise, the same for the same request."""

    def make(request: BakeRequest) -> Texture:
        image = np.random.default_rng(request.seed).integers(0, 256, (16, 24, 3), dtype=np.uint8)
        return Texture(image, request.digest(), pixel_hash(image), {"denoise": 0.12345}, {"device": "none"})

    return make
