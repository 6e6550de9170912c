"""Resolve a model reference: "embedded", a diffusers folder, one .safetensors file, or a fetched hub id.

Reads only what it must to say what is wrong with it, imports no torch, runs no code from a model, and never
reaches for the network.
"""

import hashlib
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tilebake.errors import Location, ModelError
from tilebake.models import hub_cache
from tilebake.models.defaults import Defaults, read_defaults
from tilebake.models.file_digest import file_digest
from tilebake.models.folder_check import check_folder, folder_files
from tilebake.models.weights import check_safetensors, refuse_pickle, tensor_names

EMBEDDED = Path(__file__).resolve().parent.parent / "embedded"
SDXL_CONFIG = Path(__file__).resolve().parent.parent / "paint" / "sdxl_config"


@dataclass(frozen=True)
class ModelSource:
    """Name a model that is there and looks whole."""

    reference: str  # as the user wrote it
    kind: Literal["embedded", "folder", "file", "hub"]
    path: Path  # the diffusers folder, or the .safetensors file
    defaults: Defaults = field(default_factory=Defaults)


def resolve(reference: str, root: Path | None = None) -> ModelSource:
    """Return the model that `reference` names; relative paths start at `root` (else the current folder).

    Raises ModelError when there is none, when it is not of SDXL's family, when something is missing or cut
    short, and when opening it could run code.
    """
    if reference == "embedded":
        return ModelSource(reference, "embedded", EMBEDDED, _folder_defaults(EMBEDDED))
    path = _path(reference, root)
    if _is_folder(path):
        return ModelSource(reference, "folder", path, _folder_defaults(path))
    refuse_pickle(path)
    if path.suffix.lower() == ".safetensors":
        return ModelSource(reference, "file", path, _file_defaults(path))
    if hub_cache.REPO_ID.fullmatch(reference):
        return _resolve_hub(reference)
    raise ModelError(
        f'there is no model "{reference}"',
        where=Location(path),
        hint='give "embedded", a diffusers folder, a .safetensors file or a hub id, "organisation/name"',
    )


def _path(reference: str, root: Path | None) -> Path:
    path = Path(reference)
    with suppress(RuntimeError):  # "~someone" where there is no such user: then it is a plain name
        path = path.expanduser()
    return (root or Path()) / path


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name too long for the file system
        return False


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _resolve_hub(reference: str) -> ModelSource:
    folder = hub_cache.snapshot_folder(reference)
    if folder is None:
        raise ModelError(
            f'there is no folder "{reference}", and no model of that name has been fetched',
            hint=f"run `tilebake models fetch {reference}`",
        )
    return ModelSource(reference, "hub", folder, _folder_defaults(folder))


def resolve_lora(path: str, root: Path | None = None) -> Path:
    """Return a LoRA's file, checked as weights are; relative paths start at `root`. Raises ModelError."""
    file = _path(path, root)
    if not _is_file(file):
        raise ModelError("there is no such LoRA file", where=Location(file), hint="correct its path")
    check_safetensors(file)
    return file


def config_folder(file: Path) -> Path:
    """Return the folder of a single-file checkpoint's configurations: NAME.config beside it, else SDXL's."""
    beside = file.with_suffix(".config")
    return beside if (beside / "model_index.json").is_file() else SDXL_CONFIG


def _folder_defaults(folder: Path) -> Defaults:
    """Check a diffusers folder, and return what it recommends."""
    check_folder(folder)
    return read_defaults(folder / "tilebake.json")


def _file_defaults(path: Path) -> Defaults:
    """Check that a single-file checkpoint is whole and SDXL's, and return what it recommends."""
    if not _is_file(path):
        raise ModelError("there is no such model file", where=Location(path), hint="correct its path")
    names = tensor_names(path)
    prefixes = {
        "the UNet": "model.diffusion_model.",
        "the VAE": "first_stage_model.",
        "text encoders": "conditioner.",
    }
    missing = [
        what for what, prefix in prefixes.items() if not any(name.startswith(prefix) for name in names)
    ]
    if missing:
        raise ModelError(
            f"is no complete SDXL checkpoint: {' and '.join(missing)} missing",
            where=Location(path),
            hint="a LoRA goes to --lora; a lone UNet or VAE belongs into a diffusers folder",
        )
    return read_defaults(path.with_suffix(".tilebake.json"))


def model_digest(source: ModelSource) -> str:
    """Return the sha256 (hex) over names and bytes of every file of a model that changes a pixel.

    A judge of terrains beside it changes none. Raises OSError when a file cannot be read.
    """
    if source.kind == "file":
        config = config_folder(source.path)
        texts = (path for path in config.rglob("*") if path.suffix in (".json", ".txt"))
        files = {path.relative_to(config).as_posix(): path for path in texts}
        files["checkpoint"] = source.path
    else:
        files = {path.relative_to(source.path).as_posix(): path for path in folder_files(source.path)}
    entries = sorted(f"{name} {file_digest(path)}\n" for name, path in files.items())
    return hashlib.sha256("".join(entries).encode()).hexdigest()


def list_models() -> list[ModelSource]:
    """Return the embedded model and every SDXL in the local hub cache, without those that are broken."""
    sources: list[ModelSource] = []
    for reference in ("embedded", *(repo_id for repo_id, _ in hub_cache.list_fetched())):
        try:
            sources.append(resolve(reference) if reference == "embedded" else _resolve_hub(reference))
        except ModelError:
            continue
    return sources
