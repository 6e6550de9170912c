"""Find the weight files of a model folder, and check that they are whole and harmless by their headers.

Only safetensors are loaded. A pickle can run any code when it is opened, so none ever is.
"""

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast

from safetensors import SafetensorError, safe_open

from tilebake.errors import Location, ModelError
from tilebake.models.file_digest import is_known_whole, remember_whole

PICKLES = (".bin", ".ckpt", ".pt", ".pth", ".pkl", ".pickle")
CONVERT = (
    "take its .safetensors form, or convert it once where it may do no harm: "
    "load it in a program that you trust with it and save it as safetensors"
)

_IN_HEADER = "Error while deserializing header: "


class WeightFiles(NamedTuple):
    """Name one component's weights: the files, and the variant in their names ("fp16"), if any."""

    files: tuple[Path, ...]
    variant: str | None


def read_json(path: Path) -> Mapping[str, Any]:
    """Read a JSON object from a model's folder. Raises ModelError when the file is missing or holds none."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"cannot be read: {error.strerror or error}", where=Location(path)) from None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        check_not_pointer(path)
        raise ModelError("is not a JSON object", where=Location(path), hint="fetch the model anew")
    return cast("dict[str, Any]", value)


def check_not_pointer(path: Path) -> None:
    """Raise ModelError for a Git LFS pointer that stands where the file itself is due."""
    with path.open("rb") as file:
        if file.read(23) == b"version https://git-lfs":
            raise ModelError(
                "is a Git LFS pointer, not the file itself", where=Location(path), hint="run `git lfs pull`"
            )


def refuse_pickle(path: Path) -> None:
    """Raise ModelError for a file whose name says that it is a pickle."""
    if path.suffix.lower() in PICKLES:
        raise ModelError(
            f"{path.suffix} files are pickles, which can run code when opened",
            where=Location(path),
            hint=CONVERT,
        )


def check_safetensors(path: Path) -> None:
    """Check that a safetensors file is whole, once for each version of it: the verdict is remembered.

    It is opened by safetensors' own reader, which compares the header with the file: no gaps, no overlaps,
    every shape as large as its bytes. That takes numpy, which a no-change run does not import otherwise.
    Raises ModelError for what the reader refuses, for a pickle and for a Git LFS pointer.
    """
    refuse_pickle(path)
    try:
        if not is_known_whole(path):
            tensor_names(path)
            remember_whole(path)
    except OSError as error:
        raise ModelError(f"cannot be read: {error.strerror or error}", where=Location(path)) from None


def tensor_names(path: Path) -> Collection[str]:
    """Return the names of a safetensors file's tensors. Raises ModelError as `check_safetensors` does."""
    try:
        check_not_pointer(path)
        with safe_open(path, framework="np") as file:
            return frozenset(file.keys())
    except SafetensorError as error:
        _refuse_renamed_pickle(path)
        raise ModelError(
            f"is no safetensors file, or a damaged one ({str(error).removeprefix(_IN_HEADER)})",
            where=Location(path),
            hint="fetch or copy it anew",
        ) from None
    except OSError as error:
        raise ModelError(f"cannot be read: {error.strerror or error}", where=Location(path)) from None


def _refuse_renamed_pickle(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(2).startswith((b"PK", b"\x80")):  # a zip archive's or a pickle's first bytes
            raise ModelError("is a pickle under another name", where=Location(path), hint=CONVERT)


def weight_files(folder: Path, stem: str) -> WeightFiles:
    """Return the weights of the component in `folder`, full precision first, then fp16, each one checked.

    `stem` is "diffusion_pytorch_model" or "model". Raises ModelError when there are none that may be opened.
    """
    for variant in (None, "fp16"):
        infix = f".{variant}" if variant else ""
        single = folder / f"{stem}{infix}.safetensors"
        index = folder / f"{stem}.safetensors.index{infix}.json"
        if single.is_file():
            check_safetensors(single)
            return WeightFiles((single,), variant)
        if index.is_file():
            shards = _shards(index)
            return WeightFiles((index, *shards), variant)
    for pickle in sorted(folder.glob("*")):
        refuse_pickle(pickle)
    raise ModelError(
        f"holds no {stem}.safetensors", where=Location(folder), hint="fetch the model anew, with its weights"
    )


def _shards(index: Path) -> list[Path]:
    weight_map = read_json(index).get("weight_map")
    names: set[object] = (
        set(cast("dict[str, object]", weight_map).values()) if isinstance(weight_map, dict) else set()
    )
    if not names or not all(isinstance(name, str) and Path(name).name == name for name in names):
        raise ModelError(
            "names no weight files beside it", where=Location(index), hint="fetch the model anew"
        )
    shards = [index.parent / str(name) for name in sorted(map(str, names))]
    for shard in shards:
        check_safetensors(shard)
    return shards
