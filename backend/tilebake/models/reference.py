"""Resolve a model reference: "embedded", a diffusers folder, one .safetensors file, or a fetched hub id.

Reads only what it must to say what is wrong with it, imports no torch, runs no code from a model, and never
reaches for the network.
"""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from tilebake.drive_check import require_answer
from tilebake.errors import Location, ModelError, shown
from tilebake.models import hub_cache
from tilebake.models.added.added_files import NOTHING_ADDED, AddedFiles, digest_with, paths_of_added
from tilebake.models.added.kinds import (
    AddedKind,
    kind_of_path,
    kind_of_tensors,
    refuse_as_model,
    refuse_folder,
)
from tilebake.models.config_check import read_config
from tilebake.models.defaults import Defaults, read_defaults
from tilebake.models.file_digest import file_digest
from tilebake.models.folder_check import (
    CONFIG_NAME,
    DEFAULTS_NAME,
    INDEX_NAME,
    SCHEDULER_CONFIG,
    STEMS,
    check_folder,
    folder_files,
)
from tilebake.models.labels.few_steps import few_steps_of
from tilebake.models.labels.label import Label, read_label
from tilebake.models.labels.noise import refuse_edm, schedule_changes
from tilebake.models.model_file import AbsentModelError, unreadable
from tilebake.models.vocabulary import find_vocabulary
from tilebake.models.weights import check_safetensors, refuse_pickle, tensor_shapes
from tilebake.near_names import find_near_name, find_near_path, hint_at_path

EMBEDDED = Path(__file__).resolve().parent.parent / "embedded"
SDXL_CONFIG = Path(__file__).resolve().parent.parent / "paint" / "sdxl_config"


@dataclass(frozen=True)
class ModelSource:
    """Name a model that is there and looks whole."""

    reference: str  # as the user wrote it
    kind: Literal["embedded", "folder", "file", "hub"]
    path: Path  # the diffusers folder, or the .safetensors file
    defaults: Defaults = field(default_factory=Defaults)
    added: AddedFiles = NOTHING_ADDED  # what is loaded beside its own files
    digest: str = ""  # what `model_digest` gave when it was looked up; empty where nobody has asked yet


class CheckpointFiles(NamedTuple):
    """Name every file that is opened for a single-file checkpoint."""

    weights: Path
    index_file: Path
    scheduler: Path
    configs: Mapping[str, Path]  # by component
    tokenizer: Mapping[str, Path]  # by name
    defaults: Path | None

    def by_name(self) -> dict[str, Path]:
        """Return them by names that do not depend on where they lie."""
        configs = {f"{component}/{CONFIG_NAME}": path for component, path in self.configs.items()}
        tokenizer = {f"tokenizer/{name}": path for name, path in self.tokenizer.items()}
        files = {
            INDEX_NAME: self.index_file,
            SCHEDULER_CONFIG.as_posix(): self.scheduler,
            **configs,
            **tokenizer,
        }
        if self.defaults is not None:
            files[DEFAULTS_NAME] = self.defaults
        return {**files, "checkpoint": self.weights}


def resolve(reference: str, root: Path | None = None) -> ModelSource:
    """Return the model that `reference` names; relative paths start at `root` (else the current folder).

    Raises ModelError when there is none, when it is not of SDXL's family, when something is missing or cut
    short, when opening it could run code, and when its drive does not answer.
    """
    try:
        return _resolve(reference, root)
    except OSError as error:  # a folder that may not be entered, a name too long for the file system
        raise unreadable(_path(reference, root), error) from error


def _resolve(reference: str, root: Path | None) -> ModelSource:
    if reference == "embedded":
        return ModelSource(reference, "embedded", EMBEDDED, _folder_defaults(EMBEDDED, reference))
    path = _path(reference, root)
    require_answer(path)
    if _is_folder(path):
        return ModelSource(reference, "folder", path, _folder_defaults(path, path.name))
    refuse_pickle(path)
    if path.suffix.lower() == ".safetensors":
        return ModelSource(reference, "file", path, _file_defaults(path))
    if hub_cache.REPO_ID.fullmatch(reference):
        return _resolve_hub(reference)
    raise ModelError(
        f'there is no model "{reference}"',
        where=Location(path),
        hint=_hint_at(reference, path)
        or 'give "embedded", a diffusers folder, a .safetensors file or a hub id, "organisation/name"',
    )


def _hint_at(reference: str, path: Path) -> str | None:
    """Make the hint for a model that is not there: the name or the path that was meant, if one is like it."""
    if (repo_id := hub_cache.SHORT_NAMES.get(reference)) is not None:
        return f"that is short for {repo_id} in `tilebake models fetch` alone; write it out here"
    name = find_near_name(reference, ("embedded", *(repo_id for repo_id, _ in hub_cache.list_fetched())))
    near = None if name is not None else find_near_path(path)
    meant = name if near is None else shown(near)
    return None if meant is None else f"did you mean {meant}?"


def _path(reference: str, root: Path | None) -> Path:
    path = Path(reference)
    with suppress(RuntimeError):  # "~someone" where there is no such user: then it is a plain name
        path = path.expanduser()
    return (root or Path()) / path


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except PermissionError:
        raise
    except OSError:  # such as a name too long for the file system
        return False


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except PermissionError:
        raise
    except OSError:  # such as a name too long for the file system
        return False


def _resolve_hub(reference: str) -> ModelSource:
    folder = hub_cache.snapshot_folder(reference)
    if folder is None:
        meant = _hint_at(reference, Path(reference))
        raise AbsentModelError(
            f'there is no folder "{reference}", and no model of that name has been fetched',
            hint="; ".join(filter(None, (f"run `tilebake models fetch {reference}`", meant))),
        )
    return ModelSource(reference, "hub", folder, _folder_defaults(folder, reference.rpartition("/")[2]))


def model_folder(reference: str, root: Path | None = None) -> Path | None:
    """Return the folder that `reference` names, unchecked; None for a file or what is not there."""
    if reference == "embedded":
        return EMBEDDED
    try:
        path = _path(reference, root)
        require_answer(path)
        if path.is_dir():
            return path
        return hub_cache.snapshot_folder(reference) if hub_cache.REPO_ID.fullmatch(reference) else None
    except (OSError, ModelError):  # it is told by `resolve`
        return None


def find_added(reference: str, root: Path | None = None) -> tuple[Path, AddedKind] | None:
    """Return the file or folder that `reference` names, if it is one that is loaded beside a model.

    None for a model, and for what is not there or cannot be looked at. Raises ModelError for a broken file.
    """
    path = _path(reference, root)
    require_answer(path)
    try:
        kind = kind_of_path(path)
    except OSError:  # it is told by `resolve`
        return None
    return None if kind is None else (path, kind)


def resolve_lora(path: str, root: Path | None = None) -> Path:
    """Return a LoRA's file, checked as weights are; relative paths start at `root`. Raises ModelError."""
    file = _path(path, root)
    require_answer(file)
    try:
        is_there = _is_file(file)
    except OSError as error:
        raise unreadable(file, error) from error
    if not is_there:
        refuse_folder(file, AddedKind.LORA)
        hint = hint_at_path(file, "correct its path")
        raise AbsentModelError("there is no such LoRA file", where=Location(file), hint=hint)
    check_safetensors(file)
    return file


def config_folder(file: Path) -> Path:
    """Return the folder of a single-file checkpoint's configurations: NAME.config beside it, else SDXL's."""
    beside = file.with_suffix(".config")
    return beside if (beside / INDEX_NAME).is_file() else SDXL_CONFIG


def checkpoint_files(file: Path) -> CheckpointFiles:
    """Name every file that is opened for a single-file checkpoint.

    Raises ModelError where CLIP's vocabulary is missing, or a configuration is broken.
    """
    config, defaults = config_folder(file), file.with_suffix(".tilebake.json")
    text_encoder = read_config(config / "text_encoder" / CONFIG_NAME, "text_encoder")
    return CheckpointFiles(
        weights=file,
        index_file=config / INDEX_NAME,
        scheduler=config / SCHEDULER_CONFIG,
        configs={component: config / component / CONFIG_NAME for component in STEMS},
        tokenizer=find_vocabulary(file, config / "tokenizer", text_encoder.get("vocab_size", 0)),
        defaults=defaults if defaults.is_file() else None,
    )


def _folder_defaults(folder: Path, name: str) -> Defaults:
    """Check a diffusers folder, and return what it recommends: by its file, or else by what it is called."""
    check_folder(folder)
    return read_defaults(folder / DEFAULTS_NAME, _named_defaults(Label(name, {})))


def _named_defaults(label: Label) -> Defaults:
    return few_steps_of(label, is_lora=False) or Defaults()


def _file_defaults(path: Path) -> Defaults:
    """Check that a single-file checkpoint is whole and SDXL's, and return what it recommends."""
    if not _is_file(path):
        hint = hint_at_path(path, "correct its path")
        raise AbsentModelError("there is no such model file", where=Location(path), hint=hint)
    names = tensor_shapes(path)
    refuse_as_model(path, kind_of_tensors(names))
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
            hint="a lone UNet belongs into a diffusers folder",
        )
    refuse_edm(path, names)
    return read_defaults(path.with_suffix(".tilebake.json"), _named_defaults(read_label(path)))


def model_digest(source: ModelSource) -> str:
    """Return the sha256 (hex) over names and bytes of every file that is read to paint with a model.

    A judge of terrains beside it changes no pixel. Raises OSError when a file cannot be read, and ModelError
    when one is missing.
    """
    entries = sorted(f"{name} {file_digest(path)}\n" for name, path in _files_by_name(source).items())
    if source.kind == "file":  # what its header says was not read once, and the same bytes painted otherwise
        said = schedule_changes((), read_label(source.path).metadata)
        entries += [f"{key} {value}\n" for key, value in sorted(said.items()) if value != "epsilon"]
    return digest_with(hashlib.sha256("".join(entries).encode()).hexdigest(), source.added)


def model_paths(source: ModelSource) -> tuple[Path, ...]:
    """Return the path of every file of a model that is read to paint. Raises ModelError."""
    return (*_files_by_name(source).values(), *paths_of_added(source.added))


def _files_by_name(source: ModelSource) -> Mapping[str, Path]:
    if source.kind == "file":
        return checkpoint_files(source.path).by_name()
    return {path.relative_to(source.path).as_posix(): path for path in folder_files(source.path).paths()}


def list_models() -> list[ModelSource]:
    """Return the embedded model and every SDXL in the local hub cache, without those that are broken."""
    sources: list[ModelSource] = []
    for reference in ("embedded", *(repo_id for repo_id, _ in hub_cache.list_fetched())):
        try:
            sources.append(resolve(reference) if reference == "embedded" else _resolve_hub(reference))
        except ModelError:
            continue
    return sources
