"""Hostile LoRA files, made by rule: the file, its tensors, and what libraries read in its header.

They change a folder with moss.safetensors, in diffusers' names, for the UNet alone.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

import torch
from peft import LoraConfig
from safetensors.torch import load, save

from tests.helpers.hostile_checkpoints import METADATA_KEYS, METADATA_VALUES
from tests.helpers.hostile_headers import with_metadata
from tests.helpers.hostile_models import HostileCase, damaged_weights, files_beside, rewrite

FILE = "moss.safetensors"
PARTS = ("unet", "text_encoder", "text_encoder_2")
KNOWN = ("r", "lora_alpha", "use_rslora", "lora_bias", "rank_pattern", "alpha_pattern", "target_modules")
VALUES: tuple[object, ...] = (
    "evil_module",
    "(a+)+$",
    ["(a+)+$"],
    {"(a+)+$": 1, "evil": "evil_module"},
    10**9,
    -1,
    10**400,
    True,
    [[]],
    "x" * 100_000,
)
WHOLE: tuple[str, ...] = ("", "[]", "null", "7", "{", "[" * 100_000, '{"unet.r": NaN}', '{"unet.r": 1e999}')
NETWORK_KEYS = ("ss_network_dim", "ss_network_alpha", "ss_network_module", "ss_network_args", "ss_v2")

Tensors = dict[str, torch.Tensor]
LAYER = "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_q"
KOHYA = f"lora_unet_{LAYER.replace('.', '_')}"
NAMES = (
    "evil",
    "",
    "lora_A.weight",
    "unet.lora_A.weight",
    "unet.__class__.lora_A.weight",
    "unet.forward.lora_A.weight",
    "unet.conv_in.lora_A.weight",
    f"unet.{LAYER}.lora_magnitude_vector",
    f"unet.{LAYER}.lora_A.evil.weight",
    f"unet.{LAYER}.lora_A.bias",
    f"unet.{LAYER}.alpha",
    f"transformer.{LAYER}.lora_A.weight",
    "text_encoder.text_model.encoder.layers.0.self_attn.q_proj.lora_linear_layer.down.weight",
    "text_encoder.text_model.encoder.layers.99.self_attn.q_proj.lora_A.weight",
    "lora_te1_text_model_encoder_layers_0_self_attn_q_proj.lora_down.weight",
    "lora_te3_x.lora_down.weight",
    f"{KOHYA}.lora_down.weight",
    f"{KOHYA}.alpha",
    f"{KOHYA}.dora_scale",
    f"{KOHYA}.lora_mid.weight",
    f"{KOHYA}.diff_b",
    f"{KOHYA}.hada_w1_a",
    "lora_unet_input_blocks_99_1_proj_in.lora_down.weight",
    "lora_unet_input_blocks_x_1_proj_in.lora_down.weight",
    "diffusion_model.blocks.0.lora_A.weight",
    "bundle_emb.evil.string_to_param.*",
    "../../outside.lora_A.weight",
    "\x1b[2Jevil\u202e.lora_A.weight",
    f"unet.{'n.' * 5000}lora_A.weight",
    f"unet.{'(a+)+' * 20}$.lora_A.weight",
)
SHAPES = ((0,), (0, 0), (), (1,), (2, 32), (3, 32), (2, 3, 4, 5), (1, 1, 1, 1, 1, 1, 1, 1))


def hostile_loras(canary: Path) -> Iterator[HostileCase]:
    """Every case, the same in each run. What is unpickled or run makes the `canary`."""
    yield from damaged_weights(FILE, canary)
    yield from files_beside(canary, (".",))
    for key in {*METADATA_KEYS, *NETWORK_KEYS} - {"lora_adapter_metadata"}:
        for i, value in enumerate(METADATA_VALUES):
            yield HostileCase(f"metadata {key} {i}", rewrite(FILE, with_metadata({key: value})), "same")
    yield from _settings()
    yield from _tensors()


def _settings() -> Iterator[HostileCase]:
    """Every argument of peft's LoraConfig, for each part: those that name modules among them."""
    for i, text in enumerate(WHOLE):
        yield HostileCase(f"settings {i}", _with_settings(text), "refused or same")
    names = [field.name for field in fields(LoraConfig)]
    for part in ("unet", "text_encoder", "text_encoder_2", "transformer"):
        for name in (*names, "evil"):
            is_known = name in KNOWN and part == "unet"
            for i, value in enumerate(VALUES if name in KNOWN else VALUES[:4:3]):
                text = json.dumps({f"{part}.{name}": value})
                yield HostileCase(
                    f"settings {part}.{name} {i}",
                    _with_settings(text),
                    "any" if is_known else "refused or same",
                )


def _with_settings(text: str) -> Callable[[Path], object]:
    return rewrite(FILE, with_metadata({"lora_adapter_metadata": text}))


def _tensors() -> Iterator[HostileCase]:
    for name in NAMES:
        for shape in SHAPES:
            yield _case(f"{name[:60]!r} {shape} more", _with(name, torch.ones(shape)))
    for end in ("lora_A.weight", "lora_B.weight"):
        for shape in SHAPES:
            yield _case(f"{end} of shape {shape}", _with(f"unet.{LAYER}.{end}", torch.ones(shape)))
        yield _case(f"no {end} in one layer", _without(f"unet.{LAYER}.{end}"))
        yield _case(f"no {end} at all", _without(end))
    for kind in (torch.int8, torch.int64, torch.bool, torch.float64, torch.float8_e4m3fn):
        yield _case(f"of {kind}", lambda tensors, kind=kind: {n: t.to(kind) for n, t in tensors.items()})
    for number in (float("nan"), float("inf"), -1e38):
        yield _case(f"full of {number}", _filled(number))
        yield _case(f"alpha {number}", lambda tensors, number=number: _kohya(tensors, number))
    yield _case("3,000 layers that are nowhere", _many(3000))


def _case(name: str, change: Callable[[Tensors], Tensors]) -> HostileCase:
    return HostileCase(name, rewrite(FILE, lambda content: save(change(load(content)))), "any")


def _with(name: str, tensor: torch.Tensor) -> Callable[[Tensors], Tensors]:
    return lambda tensors: {**tensors, name: tensor}


def _without(end: str) -> Callable[[Tensors], Tensors]:
    return lambda tensors: {name: tensor for name, tensor in tensors.items() if not name.endswith(end)}


def _filled(number: float) -> Callable[[Tensors], Tensors]:
    return lambda tensors: {name: torch.full_like(tensor, number) for name, tensor in tensors.items()}


def _kohya(tensors: Tensors, alpha: float) -> Tensors:
    """The first layer, in kohya's names."""
    return {
        f"{KOHYA}.lora_down.weight": tensors[f"unet.{LAYER}.lora_A.weight"],
        f"{KOHYA}.lora_up.weight": tensors[f"unet.{LAYER}.lora_B.weight"],
        f"{KOHYA}.alpha": torch.tensor(alpha),
    }


def _many(count: int) -> Callable[[Tensors], Tensors]:
    layers = [f"unet.down_blocks.7.attentions.{number}.attn1.to_q" for number in range(count)]
    return lambda tensors: {
        **tensors,
        **{f"{layer}.lora_A.weight": torch.ones(2, 2) for layer in layers},
        **{f"{layer}.lora_B.weight": torch.ones(2, 2) for layer in layers},
    }
