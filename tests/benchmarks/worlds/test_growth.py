"""A stub of the model answers in its shapes, and larger levels are compared with the first."""

import pytest
import torch

from benchmarks.worlds.growth import answering_at_once, figures_of
from tilebake.paint.model.load import Components


def test_a_stub_answers_in_the_models_shapes(tiny_components: Components) -> None:
    latents = torch.randn(1, tiny_components.unet.config["in_channels"], 8, 6)
    with answering_at_once(tiny_components):
        assert torch.equal(tiny_components.unet(latents, 1, None)[0], latents)
        assert tiny_components.vae.decoder(latents).shape == (1, 3, 64, 48)
    assert "forward" not in vars(tiny_components.unet), "the model is as it was"


def test_larger_levels_are_compared_with_the_first() -> None:
    runs = [{"seconds": 10.0, "bytes": 1e9}, {"seconds": 44.0, "bytes": 1.1e9}]
    figures = {each.name: each for each in figures_of((32, 64), runs, is_stub=False)}
    assert figures["time per tile, 64 x 64 / 32 x 32"].value == pytest.approx(1.1)
    assert figures["memory, 64 x 64 / 32 x 32"].value == pytest.approx(1.1)
