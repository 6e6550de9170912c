"""`tilebake models info` of what is loaded beside a model: what it is, what it fits, and how it is named."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from tilebake.cli import run_command_line
from tilebake.errors import ModelError
from tilebake.models.added.controlnet import controlnet_files
from tilebake.models.added.embeddings import embedding_file
from tilebake.models.added.ip_adapter import ip_adapter_files
from tilebake.models.reference import resolve, resolve_lora

Shapes = Mapping[str, tuple[int, ...]]
CONTROLNET = "controlnet_cond_embedding.conv_in.weight"
TO_K = "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight"


@pytest.fixture
def game(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project, in whose folder for files the command line is."""
    folder = tmp_path / "game" / "files"
    folder.mkdir(parents=True)
    (folder.parent / "tilebake.toml").write_text("", encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


def save(path: Path, shapes: Shapes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: np.zeros(shape, np.float16) for name, shape in shapes.items()}, path)
    return path


def save_ip_adapter(folder: Path, name: str = "adapter.safetensors", *, sees: int = 24) -> Path:
    """An adapter of 4 tokens of 80 numbers, and an image encoder whose summary has 24."""
    config: dict[str, int] = {"hidden_size": 64, "projection_dim": 24, "num_hidden_layers": 2}
    config |= {"num_attention_heads": 4, "intermediate_size": 8, "image_size": 32, "patch_size": 8}
    save(folder / "image_encoder" / "model.safetensors", {"x": (1,)})
    (folder / "image_encoder" / "config.json").write_text(json.dumps(config), encoding="utf-8")
    layer = {f"ip_adapter.1.to_{each}_ip.weight": (16, 80) for each in "kv"}
    return save(folder / name, {"image_proj.proj.weight": (320, sees), **layer})


def save_controlnet(folder: Path, context: int = 2048, kind: str = "ControlNetModel") -> Path:
    save(folder / "diffusion_pytorch_model.safetensors", {CONTROLNET: (1,)})
    config = {"_class_name": kind, "cross_attention_dim": context}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def told(path: str, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    assert run_command_line(["models", "info", path, "--json"]) == 0, capsys.readouterr().err
    (line,) = capsys.readouterr().out.splitlines()
    return json.loads(line)


def test_a_textual_inversion_tells_its_vectors_and_its_encoders(
    game: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(game / "Mossy (v2).safetensors", {"clip_l": (3, 768), "clip_g": (3, 1280)})
    of_file = told("Mossy (v2).safetensors", capsys)
    assert (of_file["vectors"], of_file["fits"]) == (3, "SDXL")
    assert of_file["text_encoder"] == "clip_l, 768 numbers a vector"
    assert of_file["text_encoder_2"] == "clip_g, 1280 numbers a vector"
    assert of_file["tilebake_toml"] == 'embeddings.mossy-v2 = "files/Mossy (v2).safetensors"'
    assert of_file["option"] == "--embedding 'mossy-v2=Mossy (v2).safetensors'"
    for end, width in {"": 768, "_2": 1280}.items():
        save(game / f"learned_embeds{end}.safetensors", {"<moss>": (width,)})
    assert run_command_line(["models", "info", "learned_embeds.safetensors"]) == 0
    rows = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert rows["needs"] == "moss-style in a prompt"


def test_an_ip_adapter_tells_its_tokens_by_its_file_or_its_folder(
    game: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_ip_adapter(game / "adapter")
    of_file, of_folder = (told(path, capsys) for path in ("adapter/adapter.safetensors", "adapter"))
    assert of_folder == {**of_file, "ip_adapter": "adapter"}
    assert (of_file["format"], of_file["tokens"]) == ("IP-Adapter", 4)
    assert of_file["fits"] == "models of 80 numbers a token; SDXL has 2048"
    assert of_file["tilebake_toml"] == 'settings.ip_adapter = "files/adapter/adapter.safetensors"'
    save_ip_adapter(game / "adapter", "other.safetensors")
    assert run_command_line(["models", "info", "adapter"]) == 1
    assert "holds 2 IP-Adapters: adapter.safetensors, other.safetensors" in capsys.readouterr().err


def test_a_controlnet_and_a_vae_tell_what_gives_their_shape(
    game: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_controlnet(game / "depth")
    save(game / "depth.safetensors", {CONTROLNET: (1,), TO_K: (8, 2048)})
    folder, file = (told(path, capsys) for path in ("depth", "depth.safetensors"))
    assert (folder["fits"], folder["format"]) == ("SDXL", "ControlNet, in its config.json's shape")
    assert (file["fits"], file["format"]) == ("SDXL", "ControlNet, in the model's own shape")
    assert folder["tilebake_toml"] == 'settings.controlnet = "files/depth"'
    save(game.parent.parent / "vae.safetensors", {"decoder.conv_in.weight": (1,)})
    vae = told("../../vae.safetensors", capsys)
    assert vae["option"] == "--vae ../../vae.safetensors"
    assert "tilebake_toml" not in vae, "no project names what lies outside of it"


REFUSED: Mapping[str, tuple[Shapes, str]] = {
    "A1111's of Stable Diffusion 1.5": ({"emb_params": (8, 768)}, "768 numbers each as Stable Diffusion 1.5"),
    "of Stable Diffusion 2": ({"clip_h": (2, 1024)}, "1024 numbers each as Stable Diffusion 2"),
    "a ControlNet of 1.5": ({CONTROLNET: (1,), TO_K: (8, 768)}, "for Stable Diffusion 1.5, not for SDXL"),
    "a Control-LoRA": ({"lora_controlnet": (1,)}, "is a Control-LoRA"),
    "a face's": ({"image_proj.norm.weight": (1,), "ip_adapter.0.to_k_lora.down.weight": (1,)}, "FaceID"),
    "a lone UNet": ({"conv_in.weight": (1,)}, "no complete SDXL checkpoint"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_used_is_refused_by_name(
    case: str, game: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shapes, expected = REFUSED[case]
    save(game / "file.safetensors", shapes)
    assert run_command_line(["models", "info", "file.safetensors"]) == 1
    assert expected in capsys.readouterr().err


def test_folders_that_cannot_be_used_are_refused_by_name(
    game: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_controlnet(game / "union", kind="ControlNetUnionModel")
    save_controlnet(game / "old", context=768)
    save_ip_adapter(game / "adapter", sees=1024)
    save(game / "learned_embeds.safetensors", {"<moss>": (768,)})
    save(game / "learned_embeds_2.safetensors", {"<moss>": (1280,)})
    for path, expected in {
        "union": "but a ControlNetUnionModel",
        "old": "made for Stable Diffusion 1.5, not for SDXL",
        "adapter": "reads 1,024 numbers of a picture",
        "learned_embeds_2.safetensors": "name learned_embeds.safetensors, which lies beside it",
    }.items():
        assert run_command_line(["models", "info", path]) == 1
        assert expected in capsys.readouterr().err


def test_what_is_named_in_anothers_place_is_told_with_its_own(game: Path) -> None:
    lora = save(game / "moss.safetensors", {"lora_unet_x.lora_down.weight": (1,)})
    save_controlnet(game / "depth")
    for name, called in {"moss.safetensors": "a LoRA", "depth": "a ControlNet"}.items():
        with pytest.raises(ModelError, match=f"is {called}, not a model to paint with") as caught:
            resolve(name, game)
        assert "tilebake.toml" in str(caught.value.hint)
    with pytest.raises(ModelError, match="is a LoRA, not an IP-Adapter"):
        ip_adapter_files(lora)


def test_a_folder_in_the_place_of_a_file_is_told_with_the_file(game: Path) -> None:
    adapter = save_ip_adapter(game / "adapter")
    vectors = save(game / "embeddings" / "moss.safetensors", {"clip_l": (1, 8), "clip_g": (1, 8)})
    lora = save(game / "loras" / "moss.safetensors", {"lora_unet_x.lora_down.weight": (1,)})
    for look, file in ((ip_adapter_files, adapter), (embedding_file, vectors), (_resolve_lora, lora)):
        with pytest.raises(ModelError, match="is a folder, not") as caught:
            look(file.parent)
        assert caught.value.hint == f"name the file: {file.name}"


def _resolve_lora(path: Path) -> object:
    return resolve_lora(str(path))


def test_a_slip_in_a_name_is_told_with_what_was_meant(game: Path) -> None:
    save_controlnet(game / "depth")
    with pytest.raises(ModelError, match="there is no such ControlNet") as caught:
        controlnet_files(game / "dept")
    assert caught.value.hint == f"did you mean {game / 'depth'}?"
