"""A trained UNet as the start of one with more layers and other text encoders, that at first paints the same.

A layer that is added hands on what it is given (as in Net2Net, arXiv:1511.05641), so that nothing is lost.
"""

import re

import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor, nn

Weights = dict[str, Tensor]
UP = re.compile(r"up_blocks\.(\d+)\.(resnets|attentions)\.(\d+)")
READING = re.compile(r"attn2\.to_[kv]\.weight$")


@torch.no_grad()
def deepen(unet: UNet2DConditionModel, trained: Weights) -> None:
    """Give an untrained UNet the weights of one with a layer fewer in every block, in place.

    Blocks on the way up have one layer more than those on the way down. The new one comes second to last,
    beside the new layer on the way down, whose output is its second input.
    """
    counts = [layers(block) for block in unet.up_blocks]
    moved = {later(name, counts): value for name, value in trained.items()}
    missing, unexpected = unet.load_state_dict(moved, strict=False)
    assert not unexpected, unexpected
    for name in missing:
        if name.endswith("conv_shortcut.weight"):
            _hand_on_first(unet.get_parameter(name))
        elif name.endswith(
            ("conv_shortcut.bias", "conv2.bias", "proj_out.bias")
        ):  # the weights are 0 already
            nn.init.zeros_(unet.get_parameter(name))


def layers(block: nn.Module) -> int:
    """How many residual layers a block has."""
    held = block.resnets
    assert isinstance(held, nn.ModuleList)
    return len(held)


def later(name: str, counts: list[int]) -> str:
    """Where a weight is to be found when blocks on the way up have so many layers, one more than before."""
    found = UP.match(name)
    if not found:
        return name
    block, kind, layer = found.groups()
    count = counts[int(block)]
    moved = count - 1 if int(layer) == count - 2 else layer
    return f"up_blocks.{block}.{kind}.{moved}{name[found.end() :]}"


def _hand_on_first(weight: Tensor) -> None:
    """Let a shortcut [out, in, 1, 1] hand on the first of its inputs, unchanged."""
    nn.init.zeros_(weight)
    outs = torch.arange(weight.shape[0])
    weight[outs, outs] = 1


@torch.no_grad()
def read_anew(
    unet: UNet2DConditionModel, states: tuple[Tensor, Tensor], pooled: tuple[Tensor, Tensor]
) -> None:
    """Let the UNet read new text encoders' states nearly as it read the old ones'.

    states and pooled: (new, old), of the same texts [N, D]; the best linear map from one to the other goes
    before every key and value, and before what reads the pooled embedding.
    """
    state_map, pooled_map = _linear_map(*states), _linear_map(*pooled)
    for name, parameter in unet.named_parameters():
        if READING.search(name):
            parameter.copy_(parameter @ state_map.T)
    embedding = unet.get_parameter("add_embedding.linear_1.weight")
    width = len(pooled_map)  # SDXL puts the pooled embedding before the time ids
    embedding[:, :width] = embedding[:, :width] @ pooled_map.T


def _linear_map(new: Tensor, old: Tensor) -> Tensor:
    """The matrix [D, D'] with new @ it nearest to old, slightly drawn to 0."""
    gram = new.T @ new
    return torch.linalg.solve(gram + 1e-3 * gram.diagonal().mean() * torch.eye(len(gram)), new.T @ old)
