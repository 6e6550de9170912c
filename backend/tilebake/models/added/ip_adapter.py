"""Check the files of an IP-Adapter (Ye et al. 2023, arXiv:2308.06721): its weights, and an image encoder."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from tilebake.errors import Location, ModelError
from tilebake.models.added import kinds
from tilebake.models.added.kinds import AddedKind, refuse_another_kind, refuse_folder
from tilebake.models.config_check import read_config
from tilebake.models.model_file import AbsentModelError
from tilebake.models.weights import WeightFiles, check_safetensors, refuse_pickle, tensor_shapes, weight_files
from tilebake.near_names import hint_at_path

IMAGE_ENCODER: Final = "image_encoder"
PROJECTION, LAYERS = kinds.IP_ADAPTER_PARTS
_ENCODERS: Final = (
    "h94/IP-Adapter has the one of files called ..._vit-h in models/image_encoder, and the one of "
    "ip-adapter_sdxl.safetensors in sdxl_models/image_encoder: config.json and model.safetensors"
)
_FAMILY: Final = "use ip-adapter_sdxl, ip-adapter_sdxl_vit-h or an ip-adapter-plus of SDXL, as .safetensors"


class IpAdapterFiles(NamedTuple):
    """Name every file of an IP-Adapter that is opened."""

    adapter: Path
    config: Path  # of the image encoder
    weights: WeightFiles  # of the image encoder

    def paths(self) -> Iterator[Path]:
        """Yield each of them."""
        yield from (self.adapter, self.config)
        yield from () if self.weights.index_file is None else (self.weights.index_file,)
        yield from self.weights.files


def ip_adapter_files(adapter: Path) -> IpAdapterFiles:
    """Name the files of an IP-Adapter, and check them: the image encoder lies in a folder beside it.

    Raises ModelError for what is missing, broken or of another kind.
    """
    refuse_pickle(adapter)
    refuse_folder(adapter, AddedKind.IP_ADAPTER)
    if not adapter.is_file():
        hint = hint_at_path(adapter, "correct its path")
        raise AbsentModelError("there is no such IP-Adapter file", where=Location(adapter), hint=hint)
    check_safetensors(adapter)
    shapes = tensor_shapes(adapter)
    refuse_another_kind(adapter, shapes, AddedKind.IP_ADAPTER)
    _refuse_other_kinds(adapter, shapes)
    folder = adapter.parent / IMAGE_ENCODER
    config = folder / "config.json"
    if not config.is_file():
        what = "there is no image encoder beside the IP-Adapter"
        raise AbsentModelError(what, where=Location(folder), hint=_ENCODERS)
    read_config(config, IMAGE_ENCODER)
    return IpAdapterFiles(adapter, config, weight_files(folder, "model"))


def refuse_other_encoder(adapter: Path, reads: int, offers: int) -> None:
    """Raise ModelError where an adapter reads another count of numbers than its image encoder gives."""
    if reads != offers:
        raise ModelError(
            f"reads {reads:,} numbers of a picture, and the image encoder beside it gives {offers:,}",
            where=Location(adapter),
            hint="put the image encoder beside it that it was trained with: ViT-H or ViT-bigG",
        )


def is_plus(names: Collection[str]) -> bool:
    """Tell whether an adapter with these tensors reads all that an image encoder saw, not its summary."""
    return f"{PROJECTION}latents" in names


def _refuse_other_kinds(path: Path, names: Collection[str]) -> None:
    """Raise ModelError for what is no IP-Adapter, and for those that read faces."""
    if not all(name.startswith((PROJECTION, LAYERS)) for name in names) or not names:
        raise ModelError("is no IP-Adapter", where=Location(path), hint=_FAMILY)
    is_of_faces = any("lora" in name or name.startswith(f"{PROJECTION}perceiver") for name in names)
    if is_of_faces or not (is_plus(names) or f"{PROJECTION}proj.weight" in names):
        what = "is an IP-Adapter of another kind (FaceID, full face), which needs more than a picture"
        raise ModelError(what, where=Location(path), hint=_FAMILY)
