"""Check the files of a ControlNet (Zhang et al. 2023, arXiv:2302.05543)."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from tilebake.errors import Location, ModelError
from tilebake.models.added import kinds
from tilebake.models.added.kinds import AddedKind, refuse_another_kind
from tilebake.models.config_check import read_config
from tilebake.models.model_file import AbsentModelError, read_json
from tilebake.models.weights import WeightFiles, check_safetensors, refuse_pickle, tensor_shapes, weight_files
from tilebake.near_names import hint_at_path

CONTROLNET: Final = "controlnet"
CLASS: Final = "ControlNetModel"
FAMILY: Final = (
    "use a ControlNet for SDXL in diffusers' format, such as diffusers/controlnet-canny-sdxl-1.0: "
    "a folder with config.json and diffusion_pytorch_model.safetensors, or that .safetensors file"
)


class ControlNetFiles(NamedTuple):
    """Name every file of a ControlNet that is opened."""

    config: Path | None  # None has the shape of the model's own UNet
    weights: WeightFiles

    def paths(self) -> Iterator[Path]:
        """Yield each of them."""
        yield from (each for each in (self.config, self.weights.index_file) if each is not None)
        yield from self.weights.files


def controlnet_files(path: Path) -> ControlNetFiles:
    """Name the files of a ControlNet, and check them: a folder of diffusers', or a .safetensors file.

    Raises ModelError for what is missing, broken or of another kind.
    """
    if path.is_dir():
        return _folder_files(path)
    refuse_pickle(path)
    if not path.is_file():
        hint = hint_at_path(path, "correct its path")
        raise AbsentModelError("there is no such ControlNet", where=Location(path), hint=hint)
    check_safetensors(path)
    shapes = tensor_shapes(path)
    refuse_another_kind(path, shapes, AddedKind.CONTROLNET)
    _refuse_other_kinds(path, shapes)
    return ControlNetFiles(None, WeightFiles((path,), None))


def _folder_files(folder: Path) -> ControlNetFiles:
    config = folder / "config.json"
    if not config.is_file():
        what = "holds no config.json, and is no folder of a ControlNet"
        raise AbsentModelError(what, where=Location(folder), hint=FAMILY)
    kind = read_json(config).get("_class_name", CLASS)
    if kind != CLASS:
        raise ModelError(f"is no ControlNet, but a {str(kind)[:60]}", where=Location(config), hint=FAMILY)
    read_config(config, CONTROLNET)
    return ControlNetFiles(config, weight_files(folder, "diffusion_pytorch_model"))


def _refuse_other_kinds(path: Path, names: Collection[str]) -> None:
    """Raise ModelError for what is no ControlNet, by name where its tensors say what it is."""
    for part, kind in kinds.OTHER_CONTROLNETS:
        if any(part in name for name in names):
            raise ModelError(f"is {kind}, which is not supported", where=Location(path), hint=FAMILY)
    if not any(name.startswith(kinds.READS_A_PICTURE) for name in names):
        raise ModelError("is no ControlNet", where=Location(path), hint=FAMILY)
