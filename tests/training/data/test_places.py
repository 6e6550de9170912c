"""What is said of each place in a crop, and that training attends by the same formula as a bake."""

import numpy as np
import torch
from diffusers.models.attention_processor import Attention

from tilebake.paint.regional.attention import regional_attention
from training.data.latents import View
from training.data.places import places
from training.terrain.scene import Patch
from training.unet.attention import Reading, ReadingAttnProcessor


def halves(side: int = 16) -> View:
    """Grass in the left half, lava in the right."""
    left = np.zeros((side, side), np.bool_)
    left[:, : side // 2] = True
    return View(torch.zeros(8, side, side), np.stack([left, ~left]), (Patch("grass"), Patch("lava")))


def test_each_terrain_is_named_in_its_own_place() -> None:
    found = places(np.random.default_rng(0), [halves()], ["from above"])
    assert found.prompts[0][0] == "from above"
    base, grass, lava = found.weights[0]
    assert base.unique().numel() == 1
    assert grass[:, 0].min() > 10 * lava[:, 0].max()
    assert lava[:, -1].min() > 10 * grass[:, -1].max()


def test_weights_sum_to_one_at_every_level_and_pad_with_nothing() -> None:
    whole = View(torch.zeros(8, 16, 16), np.ones((1, 16, 16), np.bool_), (Patch("ice"),))
    found = places(np.random.default_rng(1), [halves(), whole], ["", "map"])
    assert [len(each) for each in found.prompts] == [3, 3]
    assert found.prompts[1][2] == ""
    assert not found.weights[1, 2].any()
    torch.testing.assert_close(found.weights.sum(dim=1), torch.ones(2, 16, 16))


def test_training_attends_as_a_bake_does() -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        attn = Attention(query_dim=32, cross_attention_dim=12, heads=2, dim_head=16)
        pixels, prompts = torch.randn(2, 9, 32), torch.randn(2 * 3, 7, 12)  # B = 2, J = 3
        weights = torch.rand(2, 3, 3, 3)
        reading = Reading(torch.zeros(2, 3 * 7), weights)
        row = prompts.unflatten(0, (2, 3)).flatten(1, 2)
        found = ReadingAttnProcessor(reading, level=0)(attn, pixels, row)
    assert attn.to_k is not None
    assert attn.to_v is not None
    assert attn.to_out is not None
    for crop in range(2):
        each = prompts[3 * crop : 3 * crop + 3]
        keys, values = (
            [layer(prompt).unflatten(-1, (2, 16)).transpose(0, 1) for prompt in each]
            for layer in (attn.to_k, attn.to_v)
        )
        query = attn.to_q(pixels[crop]).unflatten(-1, (2, 16)).transpose(0, 1)
        expected = regional_attention(query[None].detach(), keys, values, weights[crop].flatten(1))
        expected = attn.to_out[0](expected[0].transpose(0, 1).flatten(1))
        torch.testing.assert_close(found[crop], expected)


def test_one_prompt_everywhere_is_plain_attention() -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        attn = Attention(query_dim=32, cross_attention_dim=12, heads=2, dim_head=16)
        pixels, prompt = torch.randn(1, 9, 32), torch.randn(1, 7, 12)
        reading = Reading(torch.zeros(1, 14), torch.full((1, 2, 3, 3), 0.5))
        found = ReadingAttnProcessor(reading, level=0)(attn, pixels, torch.cat([prompt, prompt], 1))
    torch.testing.assert_close(found, attn(pixels, encoder_hidden_states=prompt))
