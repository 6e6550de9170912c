"""Every loader brings the same model: folder, shards, half precision, single file, hub cache; and LoRAs."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from tilebake.errors import ModelError
from tilebake.models.reference import SDXL_CONFIG, model_digest, resolve
from tilebake.paint.model.load import Components, cpu_dtype, cuda_dtype, load, pick_device, pick_dtype
from tilebake.paint.model.loras import LoraFile
from tilebake.paint.regional.layers import cross_attention_levels

Tensors = dict[str, torch.Tensor]
MODELS = ("unet", "vae", "text_encoder", "text_encoder_2")
CPU = torch.device("cpu")


def weights(components: Components, model: str) -> Tensors:
    module: nn.Module = getattr(components, model)
    return {name: tensor.clone() for name, tensor in module.state_dict().items()}


def assert_same_model(one: Components, other: Components) -> None:
    for model in MODELS:
        torch.testing.assert_close(weights(one, model), weights(other, model), rtol=0, atol=0)
    for tokenizer in ("tokenizer", "tokenizer_2"):
        encoded = [
            getattr(c, tokenizer)("lush grass, xyz!", padding="max_length").input_ids for c in (one, other)
        ]
        assert encoded[0] == encoded[1]


def set_up_beside(checkpoint: Path, folder: Path) -> None:
    """Puts the tiny model's configurations and vocabulary beside its checkpoint."""
    ignore = shutil.ignore_patterns("*.safetensors", "tilebake.json")
    shutil.copytree(folder, checkpoint.with_suffix(".config"), ignore=ignore)


def test_a_folder_is_loaded_ready_to_run(tiny_components: Components) -> None:
    assert tiny_components.device == CPU
    assert tiny_components.dtype == torch.float32
    assert tiny_components.unet.dtype == torch.float32
    assert not tiny_components.unet.training
    assert not any(parameter.requires_grad for parameter in tiny_components.unet.parameters())
    assert tiny_components.defaults.steps == 3
    assert tiny_components.scheduler_config["beta_schedule"] == "scaled_linear"
    assert tiny_components.load_seconds > 0


def test_a_single_file_in_sdxls_original_layout_is_the_same_model(
    tiny_checkpoint: Path, tiny_components: Components, tiny_sdxl_folder: Path
) -> None:
    set_up_beside(tiny_checkpoint, tiny_sdxl_folder)
    assert_same_model(load(resolve(str(tiny_checkpoint)), device="cpu", dtype="float32"), tiny_components)


def test_the_digest_of_a_single_file_counts_the_configurations_beside_it(
    tiny_checkpoint: Path, tiny_sdxl_folder: Path
) -> None:
    set_up_beside(tiny_checkpoint, tiny_sdxl_folder)
    before = model_digest(resolve(str(tiny_checkpoint)))
    config = tiny_checkpoint.with_suffix(".config") / "vae" / "config.json"
    config.write_text(config.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert model_digest(resolve(str(tiny_checkpoint))) != before


def test_the_digest_of_a_single_file_counts_the_vocabulary_beside_it(
    tiny_checkpoint: Path, tiny_sdxl_folder: Path
) -> None:
    set_up_beside(tiny_checkpoint, tiny_sdxl_folder)
    beside = tiny_checkpoint.with_suffix(".config")
    shutil.move(beside / "tokenizer", tiny_checkpoint.parent / "tokenizer")
    before = model_digest(resolve(str(tiny_checkpoint)))
    merges = tiny_checkpoint.parent / "tokenizer" / "merges.txt"
    version, *lines = merges.read_text(encoding="utf-8").splitlines()
    merges.write_text("\n".join([version, *lines[1:]]) + "\n", encoding="utf-8")
    assert model_digest(resolve(str(tiny_checkpoint))) != before


def test_a_single_file_without_clips_vocabulary_hints_where_to_get_it(tiny_checkpoint: Path) -> None:
    with pytest.raises(ModelError, match="tilebake models fetch clip-tokenizer") as caught:
        load(resolve(str(tiny_checkpoint)), device="cpu", dtype="float32")
    assert "49,408 tokens" in str(caught.value)


def test_clips_vocabulary_is_found_in_the_hub_cache(
    tiny_checkpoint: Path, tiny_components: Components, tiny_sdxl_folder: Path, private_cache: Path
) -> None:
    set_up_beside(tiny_checkpoint, tiny_sdxl_folder)
    for tokenizer in ("tokenizer", "tokenizer_2"):
        shutil.rmtree(tiny_checkpoint.with_suffix(".config") / tokenizer)
    repo = private_cache / "hub" / "models--openai--clip-vit-large-patch14"
    shutil.copytree(tiny_sdxl_folder / "tokenizer", repo / "snapshots" / "f00")
    (repo / "refs").mkdir()
    (repo / "refs" / "main").write_text("f00", encoding="ascii")
    assert_same_model(load(resolve(str(tiny_checkpoint)), device="cpu", dtype="float32"), tiny_components)


def test_a_single_file_of_another_shape_is_refused(tiny_checkpoint: Path, tiny_sdxl_folder: Path) -> None:
    shutil.copytree(SDXL_CONFIG / "unet", tiny_checkpoint.with_suffix(".config") / "unet")
    set_up = tiny_checkpoint.with_suffix(".config")
    ignore = shutil.ignore_patterns("*.safetensors", "unet")
    shutil.copytree(tiny_sdxl_folder, set_up, ignore=ignore, dirs_exist_ok=True)
    with pytest.raises(ModelError, match=r"'conv_in.weight' of shape .16, 4, 3, 3., not .320, 4, 3, 3."):
        load(resolve(str(tiny_checkpoint)), device="cpu", dtype="float32")


def test_a_unet_without_a_middle_block_is_loaded(
    tiny_components: Components, tiny_sdxl_folder: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(tiny_sdxl_folder, tmp_path / "slim")
    unet_class: Any = type(tiny_components.unet)
    unet_class.from_config({**tiny_components.unet.config, "mid_block_type": None}).save_pretrained(
        folder / "unet"
    )
    slim = load(resolve(str(folder)), device="cpu", dtype="float32").unet
    assert len(cross_attention_levels(slim)) < len(cross_attention_levels(tiny_components.unet))


def test_a_single_file_that_lacks_a_tensor_says_which(tiny_checkpoint: Path, tiny_sdxl_folder: Path) -> None:
    set_up_beside(tiny_checkpoint, tiny_sdxl_folder)
    whole = load_file(tiny_checkpoint)
    encoders = ("conditioner.embedders.0.transformer.text_model.", "conditioner.embedders.1.model.")
    for name in (
        f"{encoders[0]}final_layer_norm.weight",
        f"{encoders[1]}ln_final.weight",
        f"{encoders[1]}text_projection",
        f"{encoders[1]}token_embedding.weight",
        f"{encoders[1]}transformer.resblocks.0.attn.in_proj_weight",
    ):
        save_file({key: tensor for key, tensor in whole.items() if key != name}, tiny_checkpoint)
        with pytest.raises(ModelError, match="lacks the tensor"):
            load(resolve(str(tiny_checkpoint)), device="cpu", dtype="float32")


def test_shards_and_half_precision_variants_are_found(
    tiny_sdxl_folder: Path, tiny_components: Components, tmp_path: Path
) -> None:
    folder = shutil.copytree(tiny_sdxl_folder, tmp_path / "sharded")
    tiny_components.unet.save_pretrained(folder / "unet", max_shard_size="300KB")
    (folder / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    assert len(list((folder / "unet").glob("*-of-*.safetensors"))) > 1
    vae = folder / "vae" / "diffusion_pytorch_model.safetensors"
    save_file(load_file(vae), vae.with_name("diffusion_pytorch_model.fp16.safetensors"))
    vae.unlink()
    assert_same_model(load(resolve(str(folder)), device="cpu", dtype="float32"), tiny_components)


def test_in_half_precision_the_vae_stays_in_float32_where_it_would_overflow(tiny_sdxl_folder: Path) -> None:
    components = load(resolve(str(tiny_sdxl_folder)), device="cpu", dtype="bfloat16")
    assert components.dtype == components.unet.dtype == components.text_encoder.dtype == torch.bfloat16
    assert components.vae.dtype == torch.float32


def _changed(folder: Path, tmp_path: Path, file: str, **changes: object) -> Path:
    copy = shutil.copytree(folder, tmp_path / "changed")
    config = json.loads((copy / file).read_text(encoding="utf-8"))
    (copy / file).write_text(json.dumps({**config, **changes}), encoding="utf-8")
    return copy


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cross_attention_dim": 64}, "attn2.to_k.weight' of shape"),
        ({"block_out_channels": [16, 32]}, "cannot be loaded"),
    ],
)
def test_a_folder_whose_weights_and_configuration_differ_is_refused(
    tiny_sdxl_folder: Path, tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    folder = _changed(tiny_sdxl_folder, tmp_path, "unet/config.json", **changes)
    with pytest.raises(ModelError, match=message):
        load(resolve(str(folder)), device="cpu", dtype="float32")


def test_an_inpainting_model_is_refused(
    tiny_components: Components, tiny_sdxl_folder: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(tiny_sdxl_folder, tmp_path / "inpainting")
    unet_class: Any = type(tiny_components.unet)
    unet = unet_class.from_config({**tiny_components.unet.config, "in_channels": 9})
    unet.save_pretrained(folder / "unet")
    with pytest.raises(ModelError, match="inpainting"):
        load(resolve(str(folder)), device="cpu", dtype="float32")


def lora_delta(lora: Tensors, layer: str) -> torch.Tensor:
    """What a LoRA adds to a layer's weight: B A, by the definition of Hu et al. 2021."""
    return lora[f"unet.{layer}.lora_B.weight"] @ lora[f"unet.{layer}.lora_A.weight"]


def test_a_lora_adds_its_product_times_its_weight(
    tiny_sdxl_folder: Path,
    tiny_components: Components,
    unet_lora: Tensors,
    save_lora: Callable[[str, Tensors], Path],
) -> None:
    file = save_lora("moss", unet_lora)
    fused = load(resolve(str(tiny_sdxl_folder)), device="cpu", dtype="float32", loras=[LoraFile(file, 0.25)])
    before, after = weights(tiny_components, "unet"), weights(fused, "unet")
    assert before.keys() == after.keys()
    for name, tensor in before.items():
        layer = name.removesuffix(".weight")
        if f"unet.{layer}.lora_A.weight" in unet_lora:
            tensor = tensor + 0.25 * lora_delta(unet_lora, layer)
        torch.testing.assert_close(after[name], tensor)


def test_loras_add_up(
    tiny_sdxl_folder: Path,
    tiny_components: Components,
    unet_lora: Tensors,
    save_lora: Callable[[str, Tensors], Path],
) -> None:
    files = [LoraFile(save_lora("moss", unet_lora), 0.5), LoraFile(save_lora("rust", unet_lora), -0.5)]
    fused = load(resolve(str(tiny_sdxl_folder)), device="cpu", dtype="float32", loras=files)
    torch.testing.assert_close(weights(fused, "unet"), weights(tiny_components, "unet"))


def test_a_lora_in_kohyas_names_reaches_the_text_encoders(
    tiny_sdxl_folder: Path, tiny_components: Components, save_lora: Callable[[str, Tensors], Path]
) -> None:
    lora: Tensors = {}
    for projection in ("q_proj", "k_proj", "v_proj", "out_proj"):
        prefix = f"lora_te1_text_model_encoder_layers_0_self_attn_{projection}"
        lora[f"{prefix}.lora_down.weight"] = torch.ones(2, 32)
        lora[f"{prefix}.lora_up.weight"] = torch.ones(32, 2)
        lora[f"{prefix}.alpha"] = torch.tensor(1.0)
    fused = load(
        resolve(str(tiny_sdxl_folder)),
        device="cpu",
        dtype="float32",
        loras=[LoraFile(save_lora("kohya", lora), 1.0)],
    )
    for name, tensor in weights(tiny_components, "text_encoder").items():
        is_reached = ".layers.0.self_attn." in name and name.endswith(".weight")
        expected = tensor + 1.0 if is_reached else tensor  # B A = 2, times alpha / rank = 1 / 2
        torch.testing.assert_close(weights(fused, "text_encoder")[name], expected)


@pytest.mark.parametrize(
    "tensors",
    [
        {"unet.nowhere.lora_A.weight": torch.ones(2, 8), "unet.nowhere.lora_B.weight": torch.ones(8, 2)},
        {"something.weight": torch.ones(2)},
        {"transformer.x.lora_A.weight": torch.ones(2, 8), "transformer.x.lora_B.weight": torch.ones(8, 2)},
        {
            "unet.conv_in.lora_A.weight": torch.ones(2, 3, 3, 3),
            "unet.conv_in.lora_B.weight": torch.ones(5, 2, 1, 1),
        },
    ],
    ids=["a layer that is not there", "no LoRA", "another model's", "another shape"],
)
def test_a_lora_that_fits_nothing_is_refused(
    tiny_sdxl_folder: Path, tensors: Tensors, save_lora: Callable[[str, Tensors], Path]
) -> None:
    with pytest.raises(ModelError, match="LoRA that was made for a model of this family"):
        load(
            resolve(str(tiny_sdxl_folder)),
            device="cpu",
            dtype="float32",
            loras=[LoraFile(save_lora("wrong", tensors), 1.0)],
        )


def test_the_first_device_there_is_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert pick_device("auto").type == "mps"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert pick_device("auto").type == "cuda"
    assert pick_device("cuda:1") == torch.device("cuda", 1)
    with pytest.raises(ModelError, match='there is no device "cuda:2" here; the last one is cuda:1'):
        pick_device("cuda:2")


@pytest.mark.parametrize("name", ["cuda", "tpu", ""])
def test_an_absent_device_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ModelError, match="choose one of: auto, "):
        pick_device(name)


@pytest.mark.parametrize(
    ("name", "capability", "dtype"),
    [
        ("NVIDIA GeForce RTX 4090", (8, 9), torch.float16),
        ("NVIDIA GeForce GTX 1080", (6, 1), torch.float16),
        ("NVIDIA GeForce GTX 1660 SUPER", (7, 5), torch.float32),
        ("NVIDIA GeForce GTX 980", (5, 2), torch.float32),
    ],
)
def test_gpus_that_are_bad_at_half_precision_get_float32(
    name: str, capability: tuple[int, int], dtype: torch.dtype
) -> None:
    assert cuda_dtype(name, capability) == dtype


def test_dtypes_have_names() -> None:
    assert pick_dtype("auto", CPU) == cpu_dtype()
    assert pick_dtype("auto", torch.device("mps")) == torch.float16
    assert pick_dtype("bfloat16", CPU) == torch.bfloat16
    with pytest.raises(ModelError, match="float64"):
        pick_dtype("float64", CPU)


def test_a_cpu_gets_bfloat16_only_where_it_multiplies_matrices_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for capabilities, dtype in (
        ({"amx_bf16": True, "avx512_bf16": True}, torch.bfloat16),
        ({"amx_bf16": False, "avx512_bf16": True}, torch.float32),
        ({"architecture": "aarch64"}, torch.float32),
    ):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda known=capabilities: known, raising=False)
        assert cpu_dtype() == dtype
    monkeypatch.delattr(torch.cpu, "get_capabilities")
    assert cpu_dtype() == torch.float32, "as before torch told"


def test_weights_that_do_not_fit_the_device_are_streamed_to_it(
    tiny_sdxl_folder: Path, tiny_components: Components, monkeypatch: pytest.MonkeyPatch
) -> None:
    def move(_model: object, device: object) -> None:
        if device == torch.device("cpu"):  # the device; "cpu" is the way back from it
            raise torch.OutOfMemoryError("CUDA out of memory")
        assert device == "cpu"

    monkeypatch.setattr(type(tiny_components.unet), "to", move)
    streamed = load(resolve(str(tiny_sdxl_folder)), device="cpu", dtype="float32")
    assert streamed.degraded == ("weights streamed from main memory",)
    assert next(streamed.unet.parameters()).device.type == "meta"
