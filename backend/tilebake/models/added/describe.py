"""Describe what is loaded beside a model: how it is made, and which models it fits."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from tilebake.errors import Location, ModelError
from tilebake.models.added.controlnet import CONTROLNET, FAMILY, controlnet_files
from tilebake.models.added.embeddings import MODELS_BY_WIDTH, embedding_file
from tilebake.models.added.ip_adapter import (
    IMAGE_ENCODER,
    LAYERS,
    PROJECTION,
    ip_adapter_files,
    is_plus,
    refuse_other_encoder,
)
from tilebake.models.added.kinds import AddedKind, Shapes, list_files
from tilebake.models.added.terrain_lora import can_be_a_terrains
from tilebake.models.added.vae import vae_files
from tilebake.models.config_check import read_config
from tilebake.models.file_digest import file_digest
from tilebake.models.labels.lora_format import lora_format
from tilebake.models.weights import tensor_shapes

SDXL_ENCODERS: Final = (768, 1280)  # numbers of a token in its first and its second text encoder
SDXL_CONTEXT: Final = sum(SDXL_ENCODERS)  # of a token as the UNet reads it
_READS_PROMPTS: Final = "attn2.to_k.weight"  # ends a tensor's name; in the smallest ControlNets none's
_CONTEXT_UNSAID: Final = 1280  # of diffusers' ControlNets, where a configuration does not say
_FAMILY_OF_ADAPTERS: Final = "use an IP-Adapter for SDXL"


class Described(NamedTuple):
    """Hold what an added thing is: the path by which it is named, its files, and what is to be known."""

    path: Path
    files: tuple[Path, ...]
    fields: Mapping[str, object]

    def digest(self) -> str:
        """Return the sha256 (hex) of its file, or over those of its files. Raises OSError."""
        digests = [file_digest(file) for file in self.files]
        return digests[0] if len(digests) == 1 else hashlib.sha256(" ".join(digests).encode()).hexdigest()


def describe_added(path: Path, kind: AddedKind) -> Described:
    """Describe a file or folder of a kind. Raises ModelError for what is broken or made for another model."""
    return _DESCRIBE[kind](path)


def _describe_lora(path: Path) -> Described:
    told = {"format": lora_format(tensor_shapes(path)), "per_terrain": can_be_a_terrains(path)}
    return Described(path, (path,), told)


def _describe_embedding(path: Path) -> Described:
    file = embedding_file(path)
    first, second = file
    own = f"models whose text encoders have {first.width} and {second.width} numbers a token"
    is_sdxl = (first.width, second.width) == SDXL_ENCODERS
    told = {
        "format": "textual inversion",
        "vectors": first.rows,
        "text_encoder": f"{first.key}, {first.width} numbers a vector",
        "text_encoder_2": f"{second.key}, {second.width} numbers a vector",
        "fits": "SDXL" if is_sdxl else f"{own}; SDXL's have {' and '.join(map(str, SDXL_ENCODERS))}",
    }
    return Described(path, file.paths(), told)


def _describe_ip_adapter(path: Path) -> Described:
    adapter = _only_adapter(path) if path.is_dir() else path
    files = ip_adapter_files(adapter)
    shapes = tensor_shapes(adapter)
    config = read_config(files.config, IMAGE_ENCODER)
    reads_patches = is_plus(shapes)
    part, size = ("proj_in", "hidden_size") if reads_patches else ("proj", "projection_dim")
    refuse_other_encoder(adapter, _width(adapter, shapes, f"{PROJECTION}{part}.weight"), config[size])
    context = _width(adapter, shapes, f"{LAYERS}1.to_k_ip.weight")
    told = {
        "format": "IP-Adapter Plus" if reads_patches else "IP-Adapter",
        "tokens": _tokens_of(shapes, context),
        "image_encoder": str(files.config.parent.absolute()),
        "fits": _fits(adapter, context, _FAMILY_OF_ADAPTERS),
    }
    return Described(adapter, tuple(files.paths()), told)


def _only_adapter(folder: Path) -> Path:
    adapters = list_files(folder, AddedKind.IP_ADAPTER)
    if len(adapters) == 1:
        return adapters[0]
    what = f"holds {len(adapters)} IP-Adapters: {', '.join(each.name for each in adapters)[:200]}"
    raise ModelError(what, where=Location(folder), hint="name one of them")


def _tokens_of(shapes: Shapes, context: int) -> int:
    """Return how many tokens an adapter makes of a picture: those of a resampler, or rows of a projection."""
    if is_plus(shapes):
        return shapes[f"{PROJECTION}latents"][-2]
    return shapes[f"{PROJECTION}proj.weight"][0] // context


def _describe_controlnet(path: Path) -> Described:
    files = controlnet_files(path)
    if files.config is None:
        shapes = tensor_shapes(path)
        name = next((name for name in shapes if name.endswith(_READS_PROMPTS)), None)
        context = None if name is None else _width(path, shapes, name)
    else:
        said = read_config(files.config, CONTROLNET).get("cross_attention_dim", _CONTEXT_UNSAID)
        context = said[-1] if isinstance(said, list) else said
    told = {"format": f"ControlNet, in {_shape_by(files.config)} shape"}
    fits = {} if context is None else {"fits": _fits(path, context, FAMILY)}
    return Described(path, tuple(files.paths()), {**told, **fits})


def _describe_vae(path: Path) -> Described:
    files = vae_files(path)
    return Described(path, tuple(files.paths()), {"format": f"VAE, in {_shape_by(files.config)} shape"})


def _shape_by(config: Path | None) -> str:
    return "the model's own" if config is None else f"its {config.name}'s"


def _fits(path: Path, context: int, hint: str) -> str:
    """Say which models something fits, by the numbers of a token in prompts.

    Raises ModelError for what is made for other models that are known.
    """
    if context in MODELS_BY_WIDTH:
        raise ModelError(
            f"is made for {MODELS_BY_WIDTH[context]}, not for SDXL", where=Location(path), hint=hint
        )
    return (
        "SDXL" if context == SDXL_CONTEXT else f"models of {context} numbers a token; SDXL has {SDXL_CONTEXT}"
    )


def _width(path: Path, shapes: Shapes, name: str) -> int:
    """Return the last number of a tensor's shape. Raises ModelError where there is no such tensor."""
    if not shapes.get(name):
        raise ModelError(f"lacks the tensor {name}", where=Location(path), hint="fetch it anew")
    return shapes[name][-1]


_DESCRIBE: Final[Mapping[AddedKind, Callable[[Path], Described]]] = {
    AddedKind.LORA: _describe_lora,
    AddedKind.EMBEDDING: _describe_embedding,
    AddedKind.IP_ADAPTER: _describe_ip_adapter,
    AddedKind.CONTROLNET: _describe_controlnet,
    AddedKind.VAE: _describe_vae,
}
