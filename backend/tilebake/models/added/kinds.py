"""Tell what a file or folder is that is loaded beside a model: by its tensors, or by its configuration."""

from collections.abc import Mapping
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import Final

from tilebake.errors import Location, ModelError
from tilebake.models.labels.lora_format import is_lora
from tilebake.models.model_file import read_json
from tilebake.models.weights import tensor_shapes

Shapes = Mapping[str, tuple[int, ...]]


class AddedKind(Enum):
    """Name what is loaded beside a model, and the option and the key of files that take it."""

    LORA = ("a LoRA", "--lora", "loras")
    EMBEDDING = ("a textual inversion", "--embedding", "embeddings")
    IP_ADAPTER = ("an IP-Adapter", "--ip-adapter", "settings.ip_adapter")
    CONTROLNET = ("a ControlNet", "--controlnet", "settings.controlnet")
    VAE = ("a VAE", "--vae", "settings.vae")

    def __init__(self, called: str, option: str, key: str) -> None:
        self.called = called
        self.option = option
        self.key = key


IP_ADAPTER_PARTS: Final = ("image_proj.", "ip_adapter.")
OTHER_CONTROLNETS: Final = (  # by what some tensor's name holds; the first that fits
    ("lllite", "a ControlNet-LLLite"),
    ("lora_controlnet", "a Control-LoRA"),
    ("task_embedding", "a ControlNet for several kinds of pictures at once (Union)"),
    ("control_add_embedding", "a ControlNet for several kinds of pictures at once (Union)"),
    ("input_hint_block", "a ControlNet in its original layout"),
    ("adapter.", "a T2I-Adapter"),
)
READS_A_PICTURE: Final = (
    "controlnet_cond_embedding."  # the part of a ControlNet that does, in diffusers' names
)
VAE_PARTS: Final = ("encoder.", "decoder.", "first_stage_model.encoder.", "first_stage_model.decoder.")
MOST_VECTORS: Final = 75  # of a textual inversion: the tokens that a text encoder reads at once
_VECTORS: Final = frozenset({"clip_l", "clip_g", "text_encoders_0", "text_encoders_1", "emb_params"})
_WIDTHS: Final = (768, 1024, 1280)  # of the text encoders of Stable Diffusion and SDXL
_MODEL_PARTS: Final = ("model.diffusion_model.", "conditioner.")


def kind_of_tensors(shapes: Shapes) -> AddedKind | None:
    """Return what a file with these tensors is; None for a model, and for what is none of these."""
    if any(name.startswith(_MODEL_PARTS) for name in shapes):
        return None
    if any(name.startswith(IP_ADAPTER_PARTS) for name in shapes):  # some of which hold LoRAs
        return AddedKind.IP_ADAPTER
    if is_lora(shapes):
        return AddedKind.LORA
    marks = (READS_A_PICTURE, *(part for part, _ in OTHER_CONTROLNETS))
    if any(mark in name for name in shapes for mark in marks):
        return AddedKind.CONTROLNET
    if shapes and (shapes.keys() <= _VECTORS or _is_one_tensor_of_vectors(shapes)):
        return AddedKind.EMBEDDING
    return AddedKind.VAE if any(name.startswith(VAE_PARTS) for name in shapes) else None


def _is_one_tensor_of_vectors(shapes: Shapes) -> bool:
    (shape, *more) = shapes.values()
    is_table = len(shape) == 1 or (len(shape) == 2 and shape[0] <= MOST_VECTORS)
    return not more and is_table and shape[-1] in _WIDTHS


def kind_of_path(path: Path) -> AddedKind | None:
    """Return what a .safetensors file or a folder is. Raises ModelError for a broken file, and OSError."""
    if path.is_dir():
        return _kind_of_folder(path)
    is_weights = path.suffix.lower() == ".safetensors" and path.is_file()
    return kind_of_tensors(tensor_shapes(path)) if is_weights else None


def _kind_of_folder(folder: Path) -> AddedKind | None:
    if (folder / "model_index.json").is_file():
        return None
    config = folder / "config.json"
    if config.is_file():
        name = str(read_json(config).get("_class_name"))
        if "ControlNet" in name or name == "T2IAdapter":  # of which some are refused by name
            return AddedKind.CONTROLNET
        return AddedKind.VAE if name == "AutoencoderKL" else None
    return AddedKind.IP_ADAPTER if list_files(folder, AddedKind.IP_ADAPTER) else None


def list_files(folder: Path, kind: AddedKind) -> list[Path]:
    """Return the files of a kind in a folder, without those that are broken."""
    found: list[Path] = []
    for file in sorted(folder.glob("*.safetensors")):
        with suppress(ModelError):
            found += [file] if kind_of_path(file) == kind else []
    return found


def refuse_folder(path: Path, kind: AddedKind) -> None:
    """Raise ModelError for a folder in the place of a file, with the names of those that may be meant."""
    if path.is_dir():
        names = [file.name for file in list_files(path, kind)]
        hint = f"name the file: {', '.join(names[:3])}" if names else "name a .safetensors file"
        raise ModelError(f"is a folder, not {kind.called}", where=Location(path), hint=hint)


def refuse_another_kind(path: Path, shapes: Shapes, due: AddedKind) -> None:
    """Raise ModelError for a file that is another thing to load beside a model than is due."""
    kind = kind_of_tensors(shapes)
    if kind is not None and kind != due:
        raise _another_kind(path, kind, due.called)


def refuse_as_model(path: Path, kind: AddedKind | None) -> None:
    """Raise ModelError for what is loaded beside a model, and is named as one itself."""
    if kind is not None:
        raise _another_kind(path, kind, "a model to paint with")


def _another_kind(path: Path, kind: AddedKind, due: str) -> ModelError:
    hint = f"{kind.option} takes it, and {kind.key} in tilebake.toml"
    return ModelError(f"is {kind.called}, not {due}", where=Location(path), hint=hint)
