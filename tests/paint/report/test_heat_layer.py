"""Where words work, as a layer to be laid over the level."""

import json

import numpy as np

from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import parse_map
from tilebake.paint.model.load import Components
from tilebake.paint.observe.attention_maps import AttentionMaps
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.report.heat_layer import heat_layer, layer
from tilebake.paint.report.mask_sheet import HEAT
from tilebake.request import AttentionQuery, BakeRequest, Step


def ignore(_: Step) -> None:
    """For a caller who need not know how far it is."""


def spot() -> AttentionMaps:
    """Two steps of two words, of which one has a spot and the other a weaker one elsewhere."""
    values = np.zeros((2, 2, 3, 5), np.float32)
    values[:, 0, 1, 1] = 0.4
    values[:, 1, 2, 4] = 0.2
    return AttentionMaps(("a", "b"), ((None,), (0,)), {1: values})


def test_opacity_is_the_share_of_the_peak() -> None:
    seen = layer(spot(), (0, 0, 5 * 16, 3 * 16), (50, 30))
    assert seen.shape == (30, 50, 4)
    y, x = np.unravel_index(seen[..., 3].argmax(), (30, 50))
    assert (y // 10, x // 10) == (1, 1)
    np.testing.assert_allclose(seen[y, x], [*HEAT[-1], 255], atol=1)
    assert 0.3 * 255 < seen[20:, 40:, 3].max() < 0.7 * 255
    assert seen[:8, 30:, 3].max() <= 3
    assert seen[0, 49].tolist()[:3] == [*HEAT[0]]


def test_only_what_lies_in_the_box_is_shown() -> None:
    seen = layer(spot(), (48, 16, 80, 48), (20, 20))
    y, x = np.unravel_index(seen[..., 3].argmax(), (20, 20))
    assert (y // 10, x // 10) == (1, 1)


def test_nothing_seen_is_nothing_shown() -> None:
    nothing = AttentionMaps(("a",), ((None,),), {1: np.zeros((1, 1, 3, 5), np.float32)})
    assert not layer(nothing, (0, 0, 80, 48), (5, 3))[..., 3].any()


def test_a_terrains_word_is_hot_on_its_tiles_whatever_the_map_is_edited_to(
    embedded_components: Components,
) -> None:
    wire = {
        "tilebake": 1,
        "base_prompt": "top down map",
        "tile_size": [10, 8],
        "terrains": {"grass": "lush green grass", "water": "deep blue water"},
        "legend": {"g": "grass", "w": "water"},
        "rows": ["gggww", "ggwww", "ggwww"],
        "edit": {"terrains": {"grass": "yellow sand"}},
    }
    settings = BakeSettings(pixels_per_tile=16, steps=3, guidance_scale=4.0, scheduler="dpmpp_2m")
    request = BakeRequest(parse_map(json.dumps(wire)), settings, "embedded", "0" * 64, seed=5)
    seen = heat_layer(Pipeline(embedded_components), request, AttentionQuery(("grass",), "grass"), ignore)
    assert seen.shape == (24, 50, 4)
    assert seen[:, :20, 3].mean() > 4 * seen[:, 30:, 3].mean()
