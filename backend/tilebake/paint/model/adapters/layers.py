"""Find the model's layers that an adapter's file names, in kohya's, diffusers' or SDXL's original names."""

import re
from collections.abc import Mapping
from typing import Final

from torch import nn

from tilebake.paint.model.components import Parts

_ENCODERS: Final = ("text_model_", "")
_PREFIXES: Final = (  # of the file's names, and whose layers they are
    ("lora_unet_", "unet"),
    ("unet_", "unet"),
    ("lora_te1_", "text_encoder"),
    ("lora_te2_", "text_encoder_2"),
    ("lora_te_", "text_encoder"),
    ("text_encoder_2_", "text_encoder_2"),
    ("text_encoder_", "text_encoder"),
    ("lycoris_", "unet"),
)
_INPUT: Final = re.compile(r"input_blocks_(\d{1,2})_(\d)_(.+)")
_MIDDLE: Final = re.compile(r"middle_block_([012])_(.+)")
_OUTPUT: Final = re.compile(r"output_blocks_(\d{1,2})_(\d)_(.+)")
_RESNET: Final = {
    "in_layers_0": "norm1",
    "in_layers_2": "conv1",
    "emb_layers_1": "time_emb_proj",
    "out_layers_0": "norm2",
    "out_layers_3": "conv2",
    "skip_connection": "conv_shortcut",
}
_SINGLE: Final = {
    "input_blocks_0_0": "conv_in",
    "time_embed_0": "time_embedding_linear_1",
    "time_embed_2": "time_embedding_linear_2",
    "label_emb_0_0": "add_embedding_linear_1",
    "label_emb_0_2": "add_embedding_linear_2",
    "out_0": "conv_norm_out",
    "out_2": "conv_out",
}
_MIDDLE_PARTS: Final = {"0": "resnets_0", "1": "attentions_0", "2": "resnets_1"}


class Layers:
    """Find layers of a model by names in which underscores stand for dots."""

    def __init__(self, parts: Parts) -> None:
        self._per_block = int(parts.unet.config["layers_per_block"])
        self._known = {
            "unet": _by_name(parts.unet),
            "text_encoder": _by_name(parts.text_encoder),
            "text_encoder_2": _by_name(parts.text_encoder_2),
        }

    def find(self, name: str) -> nn.Module | None:
        """Return the layer that a file calls `name`; None where the model has no such layer."""
        plain = name.replace(".", "_")
        for prefix, part in _PREFIXES:
            if plain.startswith(prefix):
                rest = plain.removeprefix(prefix)
                if part == "unet":
                    rest = name_in_diffusers(rest, self._per_block)
                return self._known[part].get(rest.removeprefix("text_model_"))
        return None


def name_in_diffusers(name: str, per_block: int) -> str:
    """Return diffusers' name of a layer of SDXL's UNet, which has `per_block` resnets to a level.

    SDXL's original numbers blocks through: `per_block` resnets and a downsampler to a level on the way down,
    one resnet more on the way up. Any other name is returned as it is.
    """
    if name in _SINGLE:
        return _SINGLE[name]
    if found := _INPUT.fullmatch(name):
        block, at = divmod(int(found[1]) - 1, per_block + 1)
        if found[3] == "op":
            return f"down_blocks_{block}_downsamplers_0_conv"
        return f"down_blocks_{block}_{_inner(found[2], at, found[3])}"
    if found := _MIDDLE.fullmatch(name):
        part, rest = _MIDDLE_PARTS[found[1]], found[2]
        return f"mid_block_{part}_{_RESNET.get(rest, rest)}"
    if found := _OUTPUT.fullmatch(name):
        block, at = divmod(int(found[1]), per_block + 1)
        if found[3] == "conv":
            return f"up_blocks_{block}_upsamplers_0_conv"
        return f"up_blocks_{block}_{_inner(found[2], at, found[3])}"
    return name


def _inner(kind: str, at: int, rest: str) -> str:
    return f"resnets_{at}_{_RESNET.get(rest, rest)}" if kind == "0" else f"attentions_{at}_{rest}"


def _by_name(network: nn.Module) -> Mapping[str, nn.Module]:
    return {
        name.replace(".", "_").removeprefix("text_model_"): module
        for name, module in network.named_modules()
        if isinstance(getattr(module, "weight", None), nn.Parameter)
    }
