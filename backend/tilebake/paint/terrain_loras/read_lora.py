"""Read a LoRA's file for one terrain: its layers beside the model's, which stay as they are."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import torch
from torch import nn

from tilebake.errors import Location, ModelError
from tilebake.models.added.terrain_lora import check_terrain_lora
from tilebake.paint.model.adapters.deltas import alpha_scale
from tilebake.paint.model.adapters.fuse import group_by_layer
from tilebake.paint.model.adapters.layers import Layers
from tilebake.paint.model.bulkhead import guard
from tilebake.paint.model.components import Parts
from tilebake.paint.model.loras import (
    HeaderSettings,
    LoraFile,
    notes_on_layers,
    read_tensors,
    refuse_misfit,
)
from tilebake.paint.model.unchanged import hold_still
from tilebake.paint.regional.layers import cross_attention_levels, pixel_layers
from tilebake.paint.terrain_loras.low_rank import LoraLayers, LowRank

_HINT: Final = "use a LoRA that was made for a model of this family"
_PARTS: Final = frozenset({"lora_down.weight", "lora_up.weight", "alpha"})
_OWN_SETTINGS: Final = ("use_rslora", "lora_bias", "alpha_pattern")


def read_lora(parts: Parts, lora: LoraFile, device: torch.device, dtype: torch.dtype) -> LoraLayers:
    """Read a LoRA for the layers of a model; its weight is left to whoever adds it.

    Raises ModelError for a file that is not the one that was looked up, that is no plain LoRA, fits none of
    the model's layers, or has layers that cannot work within a terrain.
    """
    with guard(lora.path, "does not fit the model", _HINT), hold_still(None, [lora]):
        check_terrain_lora(lora.path)
        tensors, settings = read_tensors(lora.path)
        known, grouped = Layers(parts), group_by_layer(tensors)
        found = {name: layer for name in grouped if (layer := known.find(name)) is not None}
        refuse_misfit(lora.path, len(found), len(grouped))
        _refuse_other_layers(lora.path, parts, found)
        has_alphas = any("alpha" in group for group in grouped.values())
        layers = {
            layer: _low_rank(name, grouped[name], layer, {} if has_alphas else settings)
            for name, layer in found.items()
        }
    moved = {layer: LowRank(*(each.to(device, dtype) for each in pair)) for layer, pair in layers.items()}
    notes = notes_on_layers(lora.path, len(grouped), len(grouped) - len(found))
    return LoraLayers(moved, tuple(notes))


def _refuse_other_layers(path: Path, parts: Parts, found: Mapping[str, nn.Module]) -> None:
    """Raise ModelError for layers that see more than a prompt or a single pixel."""
    prompts = (each for attn, _ in cross_attention_levels(parts.unet) for each in (attn.to_k, attn.to_v))
    encoders = (each for network in (parts.text_encoder, parts.text_encoder_2) for each in network.modules())
    within = {*prompts, *pixel_layers(parts.unet), *encoders}
    for name, layer in found.items():
        if layer not in within or not isinstance(layer, nn.Linear):
            raise ModelError(
                f"changes {name[:100]!r}, a layer that no single terrain can have otherwise",
                where=Location(path),
                hint='name it under "loras" of the map, where it works everywhere',
            )


def _low_rank(
    name: str, group: Mapping[str, torch.Tensor], layer: nn.Module, settings: HeaderSettings
) -> LowRank:
    """Return a layer's matrices. Raises ValueError for those that do not fit it."""
    assert isinstance(layer, nn.Linear), "others are refused"
    if not {"lora_down.weight", "lora_up.weight"} <= group.keys() <= _PARTS:
        raise ValueError(f"{name[:100]}: it has {', '.join(sorted(group))[:100]}")
    down, up = (group[key].flatten(1).float() for key in ("lora_down.weight", "lora_up.weight"))
    rank = down.shape[0]
    if (*down.shape, *up.shape) != (rank, layer.in_features, layer.out_features, rank):
        shapes = (
            f"{[*down.shape]} and {[*up.shape]} for a layer of {layer.in_features} to {layer.out_features}"
        )
        raise ValueError(f"{name[:100]}: it has matrices of {shapes}")
    own = settings.get(name.partition(".")[0], {})
    return LowRank(down, up * alpha_scale(group, rank) * _scale_of_header(own, rank))


def _scale_of_header(settings: Mapping[str, Any], rank: int) -> float:
    """Return alpha / rank as a header says it, for tensors without an alpha. Raises ValueError."""
    if any(settings.get(key) for key in _OWN_SETTINGS):
        raise ValueError("its header sets single layers apart (rank-stabilised, with biases or other alphas)")
    alpha = settings.get("lora_alpha", rank)
    return float(alpha) / rank if rank else 1.0
