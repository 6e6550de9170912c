"""Check the files of a VAE that takes the place of a model's own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from tilebake.errors import Location, ModelError
from tilebake.models.added import kinds
from tilebake.models.added.kinds import AddedKind, refuse_another_kind
from tilebake.models.config_check import read_config
from tilebake.models.model_file import AbsentModelError
from tilebake.models.weights import WeightFiles, check_safetensors, refuse_pickle, tensor_shapes, weight_files
from tilebake.near_names import hint_at_path

VAE: Final = "vae"


class VaeFiles(NamedTuple):
    """Name every file of a VAE that is opened."""

    config: Path | None  # None has the shape of the model's own
    weights: WeightFiles

    def paths(self) -> Iterator[Path]:
        """Yield each of them."""
        yield from (each for each in (self.config, self.weights.index_file) if each is not None)
        yield from self.weights.files


def vae_files(path: Path) -> VaeFiles:
    """Name the files of a VAE, and check them: a folder of diffusers', or a .safetensors file.

    Raises ModelError for what is missing, broken or of another kind.
    """
    if path.is_dir():
        config = path / "config.json"
        read_config(config, VAE)
        return VaeFiles(config, weight_files(path, "diffusion_pytorch_model"))
    refuse_pickle(path)
    if not path.is_file():
        hint = hint_at_path(path, "correct its path")
        raise AbsentModelError("there is no such VAE", where=Location(path), hint=hint)
    check_safetensors(path)
    shapes = tensor_shapes(path)
    refuse_another_kind(path, shapes, AddedKind.VAE)
    if not any(name.startswith(kinds.VAE_PARTS) for name in shapes):
        raise ModelError(
            "is no VAE", where=Location(path), hint="name a VAE for SDXL, as a .safetensors file or a folder"
        )
    return VaeFiles(None, WeightFiles((path,), None))
