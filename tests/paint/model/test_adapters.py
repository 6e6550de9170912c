"""LyCORIS' formats and DoRA, each against a literal sum or PEFT's own arithmetic."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from benchmarks.formats.by_hand import by_hand, in_kohyas_names, random
from tilebake.errors import ModelError
from tilebake.models.reference import resolve
from tilebake.paint.model.adapters.deltas import weight_delta
from tilebake.paint.model.adapters.layers import name_in_diffusers
from tilebake.paint.model.load import Components, load
from tilebake.paint.model.loras import LoraFile

Tensors = dict[str, torch.Tensor]
SaveLora = Callable[[str, Tensors], Path]
LINEAR = "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_q"
CONV = "down_blocks.1.resnets.0.conv1"


def load_with(folder: Path, file: Path, strength: float = 1.0) -> Components:
    return load(resolve(str(folder)), device="cpu", dtype="float32", loras=[LoraFile(file, strength)])


def weight_of(components: Components, layer: str) -> torch.Tensor:
    module = components.unet.get_submodule(layer)
    assert isinstance(module, nn.Linear | nn.Conv2d)
    return module.weight.detach()


def test_each_format_adds_what_its_definition_says(
    tiny_sdxl_folder: Path, tiny_components: Components, save_lora: SaveLora
) -> None:
    kinds = ("lora", "loha", "lokr", "lokr of low rank", "full")
    for layer in (LINEAR, CONV):
        before = weight_of(tiny_components, layer)
        out, into, *kernel = before.shape
        for kind in kinds:
            tensors, delta = by_hand(kind, out, into, tuple(kernel))
            added = weight_delta(tensors, before)
            assert added is not None
            torch.testing.assert_close(added, delta, rtol=1e-5, atol=1e-6)
    tensors: Tensors = {}
    deltas: dict[str, torch.Tensor] = {}
    for layer, kind in ((LINEAR, "loha"), (CONV, "lokr"), (LINEAR.replace("to_q", "to_v"), "full")):
        out, into, *kernel = weight_of(tiny_components, layer).shape
        own, deltas[layer] = by_hand(kind, out, into, tuple(kernel))
        tensors |= in_kohyas_names(layer, own)
    mixed = load_with(tiny_sdxl_folder, save_lora("mixed", tensors), 0.5)
    for layer, delta in deltas.items():
        expected = weight_of(tiny_components, layer) + 0.5 * delta
        torch.testing.assert_close(weight_of(mixed, layer), expected, rtol=1e-5, atol=1e-6)
    assert mixed.notes == ()


def test_tucker_kernels_are_contracted_with_both_of_their_factors() -> None:
    kernel, wide, high = random(2, 3, 3, 3), random(2, 8, seed=1), random(3, 6, seed=2)
    expected = torch.einsum("ijkl,io,jr->orkl", kernel, wide, high)
    weight = torch.zeros(8, 6, 3, 3)
    ones = {"hada_t1": kernel, "hada_w1_a": wide, "hada_w1_b": high}
    loha = {**ones, **{name.replace("1", "2"): tensor for name, tensor in ones.items()}}
    torch.testing.assert_close(weight_delta(loha, weight), expected**2)
    lora = {
        "lora_mid.weight": kernel,
        "lora_up.weight": wide.T[..., None, None],
        "lora_down.weight": high[..., None, None],
    }
    torch.testing.assert_close(weight_delta(lora, weight), expected)


@pytest.mark.parametrize("names", ["kohya", "peft"])
def test_a_dora_gives_rows_their_trained_magnitude(
    names: str, tiny_sdxl_folder: Path, tiny_components: Components, save_lora: SaveLora
) -> None:
    before = weight_of(tiny_components, LINEAR)
    out, into = before.shape
    down, up, magnitude = random(2, into), random(out, 2, seed=1), random(out, seed=2).abs() + 1
    merged = before + up @ down
    expected = magnitude[:, None] * merged / merged.norm(dim=1, keepdim=True)
    if names == "kohya":
        own = {"lora_down.weight": down, "lora_up.weight": up, "dora_scale": magnitude[:, None]}
        tensors = in_kohyas_names(LINEAR, own)
    else:
        own = {"lora_A.weight": down, "lora_B.weight": up, "lora_magnitude_vector": magnitude}
        tensors = {f"unet.{LINEAR}.{name}": tensor for name, tensor in own.items()}
    components = load_with(tiny_sdxl_folder, save_lora("dora", tensors))
    torch.testing.assert_close(weight_of(components, LINEAR), expected, rtol=1e-5, atol=1e-5)
    assert components.notes == ()


def test_a_dora_may_have_a_magnitude_for_each_column() -> None:
    weight, delta, magnitude = random(4, 6, 3, 3), random(4, 6, 3, 3, seed=1), random(1, 6, 1, 1, seed=2)
    changed = weight_delta({"diff": delta, "dora_scale": magnitude}, weight)
    assert changed is not None
    norm = (weight + delta).square().sum(dim=(0, 2, 3), keepdim=True).sqrt()
    torch.testing.assert_close(weight + changed, (weight + delta) * magnitude / norm)


def test_layers_of_an_adapter_that_the_model_has_not_are_counted(
    tiny_sdxl_folder: Path, save_lora: SaveLora
) -> None:
    own, _ = by_hand("lokr", 32, 32, ())
    known, foreign = (
        in_kohyas_names(f"{block}{LINEAR[13:]}", own) for block in ("down_blocks.1", "down_blocks.7")
    )
    components = load_with(tiny_sdxl_folder, save_lora("moss", known | foreign))
    assert components.notes == ("moss.safetensors: 1 of its 2 layers are not in this model, and do nothing",)


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ({"lokr_w1": random(3, 5)}, "lacks lokr_w2_a"),
        ({"lokr_w1": random(3, 5), "lokr_w2": random(2, 2)}, "60 numbers for a weight"),
        ({"hada_w1_a": random(8, 2), "evil": random(2)}, "of no format that can be fused"),
        ({"diff": random(32, 32), "hada_w1_a": random(32, 2)}, "of two formats at once"),
        ({"dora_scale": random(32, 1)}, "has only dora_scale"),
    ],
)
def test_an_adapter_that_does_not_fit_is_refused_by_what_is_wrong_with_it(
    own: Tensors, told: str, tiny_sdxl_folder: Path, save_lora: SaveLora
) -> None:
    with pytest.raises(ModelError, match=told):
        load_with(tiny_sdxl_folder, save_lora("other", in_kohyas_names(LINEAR, own)))


@pytest.mark.parametrize(
    ("original", "name"),
    [
        ("input_blocks_0_0", "conv_in"),
        (
            "input_blocks_4_1_transformer_blocks_0_attn1_to_q",
            "down_blocks_1_attentions_0_transformer_blocks_0_attn1_to_q",
        ),
        ("input_blocks_5_0_in_layers_2", "down_blocks_1_resnets_1_conv1"),
        ("input_blocks_3_0_op", "down_blocks_0_downsamplers_0_conv"),
        ("middle_block_1_proj_in", "mid_block_attentions_0_proj_in"),
        ("middle_block_2_out_layers_3", "mid_block_resnets_1_conv2"),
        ("output_blocks_2_1_proj_out", "up_blocks_0_attentions_2_proj_out"),
        ("output_blocks_2_2_conv", "up_blocks_0_upsamplers_0_conv"),
        ("output_blocks_8_0_skip_connection", "up_blocks_2_resnets_2_conv_shortcut"),
        ("down_blocks_1_resnets_1_conv1", "down_blocks_1_resnets_1_conv1"),
    ],
)
def test_layers_are_found_by_sdxls_original_names(original: str, name: str) -> None:
    assert name_in_diffusers(original, 2) == name
