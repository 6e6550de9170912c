"""Find the weight files of a model folder, and check that they are whole and harmless by their headers.

Only safetensors are loaded. A pickle can run any code when it is opened, so none ever is.
"""

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final, NamedTuple, cast

from safetensors import SafetensorError, safe_open

from tilebake.errors import Location, ModelError
from tilebake.models.file_digest import file_version, is_known_whole, remember_whole
from tilebake.models.model_file import INDEX_LIMIT, open_model_file, read_json, refuse_lfs_pointer, unreadable

PICKLES = (".bin", ".ckpt", ".pt", ".pth", ".pkl", ".pickle")
CONVERT = (
    "take its .safetensors form, or convert it once where it may do no harm: "
    "load it in a program that you trust with it and save it as safetensors"
)

_IN_HEADER = "Error while deserializing header: "
_SHARD: Final = re.compile(r"[A-Za-z0-9][\w.-]{0,200}\.safetensors", re.ASCII)


class WeightFiles(NamedTuple):
    """Name the files that hold one component's weights, and the index that names them, if there is one."""

    files: tuple[Path, ...]
    index_file: Path | None


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
            version = file_version(path)
            tensor_names(path)
            remember_whole(path, version)
    except OSError as error:
        raise unreadable(path, error) from None


def tensor_names(path: Path) -> Collection[str]:
    """Return the names of a safetensors file's tensors. Raises ModelError as `check_safetensors` does."""
    return tensor_shapes(path).keys()


def tensor_shapes(path: Path) -> Mapping[str, tuple[int, ...]]:
    """Return the shape of each tensor of a safetensors file by its name. Raises ModelError likewise."""
    try:
        refuse_lfs_pointer(path)
        with safe_open(path, framework="np") as file:
            names: list[str] = file.keys()
            return {name: tuple(file.get_slice(name).get_shape()) for name in names}
    except SafetensorError as error:
        _refuse_renamed_pickle(path)
        reason = _shorten(str(error).removeprefix(_IN_HEADER), 200)  # it may quote the header at any length
        raise ModelError(
            f"is no safetensors file, or a damaged one ({reason})",
            where=Location(path),
            hint="fetch or copy it anew",
        ) from None
    except OSError as error:
        raise unreadable(path, error) from None


def _refuse_renamed_pickle(path: Path) -> None:
    with open_model_file(path) as file:
        if file.read(2).startswith((b"PK", b"\x80")):  # a zip archive's or a pickle's first bytes
            raise ModelError("is a pickle under another name", where=Location(path), hint=CONVERT)


def weight_files(folder: Path, stem: str) -> WeightFiles:
    """Return the weights of the component in `folder`, full precision first, then fp16, each one checked.

    `stem` is "diffusion_pytorch_model" or "model". One file goes before an index of several: whichever is not
    returned is never opened. Raises ModelError when there are none that may be opened.
    """
    for infix in ("", ".fp16"):
        single = folder / f"{stem}{infix}.safetensors"
        index = folder / f"{stem}.safetensors.index{infix}.json"
        if single.is_file():
            check_safetensors(single)
            return WeightFiles((single,), None)
        if index.is_file():
            return WeightFiles(tuple(_shards(index)), index)
    for pickle in sorted(folder.glob("*")):
        refuse_pickle(pickle)
    raise ModelError(
        f"holds no {stem}.safetensors", where=Location(folder), hint="fetch the model anew, with its weights"
    )


def _shards(index: Path) -> list[Path]:
    weight_map = read_json(index, INDEX_LIMIT).get("weight_map")
    names: set[object] = (
        set(cast("dict[str, object]", weight_map).values()) if isinstance(weight_map, dict) else set()
    )
    for name in sorted(names, key=str):
        is_plain = isinstance(name, str) and _SHARD.fullmatch(name) is not None
        if not is_plain:
            raise ModelError(
                f"names {_shorten(repr(name), 60)} for a file of weights",
                where=Location(index, json_path="$.weight_map"),
                hint="fetch the model anew: its weights are .safetensors files beside the index",
            )
    if not names:
        raise ModelError(
            "names no weight files beside it", where=Location(index), hint="fetch the model anew"
        )
    shards = [index.parent / str(name) for name in sorted(map(str, names))]
    for shard in shards:
        check_safetensors(shard)
    return shards


def _shorten(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 3]}..."
