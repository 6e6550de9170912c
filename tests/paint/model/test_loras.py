"""LoRAs that fit in part or not at all, what else is called a LoRA, and what their headers may say."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from tilebake.errors import ModelError
from tilebake.models.reference import resolve
from tilebake.paint.model import loras
from tilebake.paint.model.components import Parts
from tilebake.paint.model.load import Components, load
from tilebake.paint.model.loras import LoraFile
from tilebake.paint.scene import describe_environment

Tensors = dict[str, torch.Tensor]
SaveLora = Callable[[str, Tensors], Path]
LAYER = "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q"


def fused(model: Path, *files: Path) -> Components:
    return load(
        resolve(str(model)), device="cpu", dtype="float32", loras=[LoraFile(each, 1.0) for each in files]
    )


def foreign(count: int) -> Tensors:
    """Layers, in PEFT's names, that the tiny UNet does not have."""
    names = [f"unet.down_blocks.7.attentions.{i}.transformer_blocks.0.attn1.to_q" for i in range(count)]
    return {
        f"{name}.{part}.weight": torch.ones(shape)
        for name in names
        for part, shape in (("lora_A", (2, 32)), ("lora_B", (32, 2)))
    }


def test_layers_of_a_lora_that_the_model_has_not_are_counted(
    tiny_sdxl_folder: Path, unet_lora: Tensors, save_lora: SaveLora
) -> None:
    layers = len(unet_lora) // 2
    components = fused(tiny_sdxl_folder, save_lora("moss", {**unet_lora, **foreign(40)}))
    note = f"moss.safetensors: 40 of its {layers + 40} layers are not in this model, and do nothing"
    own, librarys = components.notes
    assert own == note
    assert "unexpected keys" in librarys, "what the library warns of is passed on"
    assert len(librarys) < 260
    assert describe_environment(components)["notes"].startswith(f"{note}; ")


def test_kohyas_layers_of_a_lora_that_the_model_has_not_are_counted(
    tiny_sdxl_folder: Path, save_lora: SaveLora
) -> None:
    names = [LAYER, *(LAYER.replace("down_blocks.1", f"down_blocks.{i}") for i in range(7, 27))]
    lora: Tensors = {}
    for name in (f"lora_unet_{each.replace('.', '_')}" for each in names):
        lora |= {f"{name}.lora_down.weight": torch.ones(2, 32), f"{name}.lora_up.weight": torch.ones(32, 2)}
    components = fused(tiny_sdxl_folder, save_lora("moss", lora))
    assert components.notes[0] == (
        "moss.safetensors: 20 of its 21 layers are not in this model, and do nothing"
    )


def test_a_lora_that_fits_is_not_remarked_upon(
    tiny_sdxl_folder: Path, unet_lora: Tensors, save_lora: SaveLora
) -> None:
    components = fused(tiny_sdxl_folder, save_lora("water colour v1.5 (final)", unet_lora))
    assert components.notes == ()
    assert "notes" not in describe_environment(components)


FRESH = """
import sys
from pathlib import Path
from tilebake.models.reference import resolve
from tilebake.paint.model.load import load
from tilebake.paint.model.loras import LoraFile
model, lora = sys.argv[1:]
print(load(resolve(model), device="cpu", dtype="float32", loras=[LoraFile(Path(lora), 1.0)]).notes)
"""


def test_what_the_libraries_say_of_themselves_is_said_of_no_lora(
    tiny_sdxl_folder: Path, unet_lora: Tensors, save_lora: SaveLora
) -> None:
    """They say it once, as they are imported: in a process that has not fused a LoRA yet."""
    lora = save_lora("moss", unet_lora)
    command = [sys.executable, "-c", FRESH, str(tiny_sdxl_folder), str(lora)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "()"


def test_what_is_no_lora_is_refused_by_what_it_is(tiny_sdxl_folder: Path, save_lora: SaveLora) -> None:
    other = save_lora("canny", {"controlnet_cond_embedding.conv_in.weight": torch.ones(1)})
    with pytest.raises(ModelError, match="is a ControlNet, not a LoRA"):
        fused(tiny_sdxl_folder, other)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (f"lora_unet_{LAYER.replace('.', '_')}.on_input", r"\(IA\)³"),
        (f"unet.{LAYER}.a1.weight", "GLoRA"),
        (f"lora_unet_{LAYER.replace('.', '_')}.oft_blocks", "OFT"),
    ],
)
def test_what_lycoris_trains_beside_loras_is_refused_by_its_name(
    tiny_sdxl_folder: Path, save_lora: SaveLora, name: str, kind: str
) -> None:
    with pytest.raises(ModelError, match=rf"is an? {kind} \(LyCORIS\)"):
        fused(tiny_sdxl_folder, save_lora("other", {name: torch.ones(2, 2)}))


@pytest.mark.parametrize(
    ("down", "up"), [("lora_A", "lora_B"), ("lora.down", "lora.up"), ("lora_down", "lora_up")]
)
def test_half_a_layer_is_refused_by_name(
    tiny_sdxl_folder: Path, unet_lora: Tensors, save_lora: SaveLora, down: str, up: str
) -> None:
    """Its other half would be random numbers, and the picture another one each time."""
    for end, other in ((down, up), (up, down)):
        half = {f"unet.{LAYER}.{end}.weight": torch.ones((2, 32) if end == down else (32, 2))}
        lacks = re.escape(f"lacks its other half, 'unet.{LAYER}.{other}.weight'")
        with pytest.raises(ModelError, match=lacks):
            fused(tiny_sdxl_folder, save_lora("half", {**unet_lora, **half}))


@pytest.mark.parametrize("width", [64, None])
def test_a_lora_that_does_not_fit_is_refused_in_one_short_line(
    tiny_sdxl_folder: Path, save_lora: SaveLora, width: int | None
) -> None:
    """60 layers that are nowhere, or one of another width."""
    wide = {
        f"unet.{LAYER}.lora_A.weight": torch.ones(2, 64),
        f"unet.{LAYER}.lora_B.weight": torch.ones(64, 2),
    }
    file = save_lora("other", foreign(60) if width is None else wide)
    with pytest.raises(ModelError, match=r"does not fit the model|matches none") as caught:
        fused(tiny_sdxl_folder, file)
    assert len(caught.value.what) < 260
    assert not caught.value.what.endswith(":")


def with_settings(path: Path, tensors: Tensors, settings: object) -> Path:
    save_file(
        {name: tensor.clone().contiguous() for name, tensor in tensors.items()},
        path,
        metadata={"lora_adapter_metadata": json.dumps(settings)},
    )
    return path


def test_the_scale_in_a_loras_header_counts(
    tiny_sdxl_folder: Path, unet_lora: Tensors, tiny_components: Components, tmp_path: Path
) -> None:
    settings = {"unet.r": 2, "unet.lora_alpha": 6, "unet.target_modules": ["to_q", "to_v"]}
    components = fused(tiny_sdxl_folder, with_settings(tmp_path / "moss.safetensors", unet_lora, settings))
    name = next(iter(unet_lora)).removeprefix("unet.").removesuffix(".lora_A.weight")
    delta = unet_lora[f"unet.{name}.lora_B.weight"] @ unet_lora[f"unet.{name}.lora_A.weight"]
    before = tiny_components.unet.state_dict()[f"{name}.weight"]
    after = components.unet.state_dict()[f"{name}.weight"]
    torch.testing.assert_close(after, before + 6 / 2 * delta)


@pytest.mark.parametrize(
    "settings",
    [
        {"unet.target_modules": "(a+)+$"},
        {"unet.r": 10**9},
        {"unet.alpha_pattern": {"(a+)+$": 1}},
        [],
    ],
)
def test_settings_in_a_loras_header_that_are_none_are_refused(
    tiny_sdxl_folder: Path, unet_lora: Tensors, tmp_path: Path, settings: object
) -> None:
    file = with_settings(tmp_path / "moss.safetensors", unet_lora, settings)
    with pytest.raises(ModelError, match="settings in its header"):
        fused(tiny_sdxl_folder, file)


def test_a_loras_header_names_no_module_to_import(
    tiny_sdxl_folder: Path, unet_lora: Tensors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = tmp_path / "canary"
    (tmp_path / "evil_megatron.py").write_text(f"open({str(canary)!r}, 'w')", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    settings = {"unet.r": 2, "unet.lora_alpha": 2, "unet.target_modules": ["to_q", "to_v"]}
    settings |= {"unet.megatron_config": {"a": 1}, "unet.megatron_core": "evil_megatron"}
    fused(tiny_sdxl_folder, with_settings(tmp_path / "moss.safetensors", unet_lora, settings))
    assert not canary.exists()


@pytest.mark.parametrize(
    ("layers", "others", "told"),
    [
        (4097, 0, "has 4,097 layers in 8,194 tensors; at most 4,096 layers in 20,480 tensors can be added"),
        (1, 20_479, "has 1 layers in 20,481 tensors; at most 4,096 layers"),
    ],
    ids=["layers", "tensors"],
)
def test_a_lora_of_more_layers_than_a_model_has_is_refused_before_it_is_converted(
    layers: int,
    others: int,
    told: str,
    tiny_sdxl_folder: Path,
    save_lora: SaveLora,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tensors = foreign(layers) | {f"unet.evil.{i}.alpha": torch.ones(()) for i in range(others)}
    converted: list[Parts] = []
    monkeypatch.setattr(loras, "_pipeline", converted.append)
    with pytest.raises(ModelError, match=re.escape(told)) as raised:
        fused(tiny_sdxl_folder, save_lora("vast", tensors))
    assert "vast.safetensors" in str(raised.value)
    assert "made for a model of this family" in (raised.value.hint or "")
    assert converted == []
