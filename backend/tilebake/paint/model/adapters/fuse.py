"""Add an adapter's file to a model's weights, layer by layer."""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

import torch
from torch import nn

from tilebake.models.labels.lora_format import PLAIN, lora_format
from tilebake.paint.model.adapters.deltas import bias_delta, weight_delta
from tilebake.paint.model.adapters.layers import Layers
from tilebake.paint.model.components import Parts

_LIBRARYS_OWN: Final = ".lora_magnitude_vector"  # PEFT's own DoRA, which diffusers reads
_KOHYAS: Final = ("lora_unet_", "lora_te_", "lora_te1_", "lora_te2_")
_DOWN: Final = ".lora_down.weight"
_SPELLED: Final = {  # PEFT's and diffusers' names of the two matrices
    "lora_A.weight": "lora_down.weight",
    "lora_B.weight": "lora_up.weight",
    "lora.down.weight": "lora_down.weight",
    "lora.up.weight": "lora_up.weight",
}
_NAME: Final = re.compile(
    r"(?P<layer>[\w.]{1,300}?)\."
    r"(?P<part>lora_(?:down|up|mid|A|B)\.weight|lora\.(?:down|up)\.weight|alpha|scalar|dora_scale"
    r"|hada_[wt][12](?:_[ab])?|lokr_w[12](?:_[ab])?|lokr_t2|diff|diff_b|w_norm|b_norm)",
    re.ASCII,
)


class Fused(NamedTuple):
    """Count the layers of an adapter's file, and name those that the model lacks."""

    layers: int
    unknown: tuple[str, ...]


def is_fused_here(tensors: Mapping[str, torch.Tensor]) -> bool:
    """Tell a file of LyCORIS' formats, or of DoRA in kohya's names, from what diffusers reads itself.

    It reads those LoRAs in kohya's names whose layers all have one alpha. Where alphas differ it loses them
    (0.12 to 0.22 off on a weight), and where a layer has none, which means its rank, it takes another's.
    """
    if lora_format(tensors) == PLAIN:
        return all(name.startswith(_KOHYAS) for name in tensors) and not _has_one_alpha(tensors)
    return not any(_LIBRARYS_OWN in name for name in tensors)


def _has_one_alpha(tensors: Mapping[str, torch.Tensor]) -> bool:
    """Tell whether all layers in kohya's names have the same alpha."""
    layers = [name.removesuffix(_DOWN) for name in tensors if name.endswith(_DOWN)]
    alphas = [tensors.get(f"{layer}.alpha") for layer in layers]
    numbers = {float(alpha) for alpha in alphas if alpha is not None and alpha.numel() == 1}
    return len(numbers) == 1 and all(alpha is not None and alpha.numel() == 1 for alpha in alphas)


def fuse_adapter(parts: Parts, tensors: Mapping[str, torch.Tensor], strength: float) -> Fused:
    """Add `strength` times what each layer's tensors say to the model's weights, in place.

    Raises ValueError for a tensor of no known format or of another shape; then the model is of no use.
    """
    layers, unknown, grouped = Layers(parts), list[str](), group_by_layer(tensors)
    for name, group in grouped.items():
        layer = layers.find(name)
        if layer is None:
            unknown.append(name)
            continue
        try:
            with torch.no_grad():
                for parameter, delta in _changes(layer, group):
                    parameter.copy_(parameter.float() + strength * delta)
        except (ValueError, RuntimeError) as error:  # torch's, for matrices that do not fit together
            raise ValueError(f"{name[:100]}: {error}") from error
    return Fused(len(grouped), tuple(unknown))


def _changes(layer: nn.Module, group: Mapping[str, torch.Tensor]) -> list[tuple[nn.Parameter, torch.Tensor]]:
    """List the parameters of a layer that change, with what is added to them."""
    changes: list[tuple[nn.Parameter, torch.Tensor]] = []
    weight, bias = layer.get_parameter("weight"), getattr(layer, "bias", None)
    delta, bias_change = weight_delta(group, weight), bias_delta(group)
    if delta is not None:
        changes.append((weight, delta))
    if bias_change is not None:
        if not isinstance(bias, nn.Parameter) or bias.numel() != bias_change.numel():
            raise ValueError("it changes a bias that the layer does not have")
        changes.append((bias, bias_change.reshape(bias.shape)))
    if not changes:
        raise ValueError(f"it has only {', '.join(sorted(group))}")
    return changes


def group_by_layer(tensors: Mapping[str, torch.Tensor]) -> Mapping[str, Mapping[str, torch.Tensor]]:
    """Return the tensors of each layer that a file names, by kohya's names of their parts.

    Raises ValueError for a tensor of no known format.
    """
    grouped: dict[str, dict[str, torch.Tensor]] = {}
    for name, tensor in tensors.items():
        found = _NAME.fullmatch(name)
        if found is None:
            raise ValueError(f"it has a tensor {name[:100]!r}, which is of no format that can be fused")
        grouped.setdefault(found["layer"], {})[_SPELLED.get(found["part"], found["part"])] = tensor
    return grouped
