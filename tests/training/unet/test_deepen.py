"""A UNet with more layers that begins as the one it is made from."""

from typing import Any

import torch
from diffusers import UNet2DConditionModel

from training.unet import shape
from training.unet.deepen import deepen, read_anew


def shallow() -> UNet2DConditionModel:
    torch.manual_seed(0)
    settings: dict[str, Any] = {**shape.SHAPE, "layers_per_block": 1}
    unet = UNet2DConditionModel(in_channels=8, out_channels=8, **settings)
    for parameter in unet.parameters():
        parameter.data += 0.02 * torch.randn_like(parameter)
    return unet


def painted(unet: UNet2DConditionModel, embeds: torch.Tensor, pooled: torch.Tensor) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    latents = torch.randn(1, 8, 8, 12, generator=generator)
    conditions = {"text_embeds": pooled, "time_ids": torch.full((1, 6), 64.0)}
    with torch.no_grad():
        return unet(latents, torch.tensor([500]), embeds, added_cond_kwargs=conditions).sample


def test_a_deeper_network_paints_the_same() -> None:
    before, after = shallow(), shape.unet(8)
    deepen(after, before.state_dict())
    embeds, pooled = torch.randn(1, 5, 256), torch.randn(1, 160)
    torch.testing.assert_close(painted(after, embeds, pooled), painted(before, embeds, pooled))


def test_other_text_encoders_are_read_alike_where_a_linear_map_does() -> None:
    before, after = shallow(), shape.unet(8)
    deepen(after, before.state_dict())
    generator = torch.Generator().manual_seed(2)
    turn, turn_pooled = (torch.linalg.qr(torch.randn(n, n, generator=generator))[0] for n in (256, 160))
    embeds, pooled = torch.randn(600, 256, generator=generator), torch.randn(600, 160, generator=generator)
    read_anew(after, (embeds @ turn, embeds), (pooled @ turn_pooled, pooled))
    found = painted(after, embeds[None, :5] @ turn, pooled[:1] @ turn_pooled)
    torch.testing.assert_close(found, painted(before, embeds[None, :5], pooled[:1]), rtol=0, atol=2e-2)
