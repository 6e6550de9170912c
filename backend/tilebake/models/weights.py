"""Weight files: which ones a model folder holds, and whether they are whole and harmless. Reads headers only.

Only safetensors are loaded. A pickle can run any code when it is opened, so none ever is.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast

from tilebake.errors import Location, ModelError

PICKLES = (".bin", ".ckpt", ".pt", ".pth", ".pkl", ".pickle")
LONGEST_HEADER = 100_000_000  # bytes, the format's own limit
CONVERT = (
    "take its .safetensors form, or convert it once where it may do no harm: "
    "load it in a program that you trust with it and save it as safetensors"
)


class WeightFiles(NamedTuple):
    """One component's weights: the files, and the variant in their names ("fp16"), if any."""

    files: tuple[Path, ...]
    variant: str | None


def read_json(path: Path) -> Mapping[str, Any]:
    """A JSON object from a model's folder. Raises ModelError when it is missing or none."""
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
    """Refuses a Git LFS pointer that stands where the file itself is due."""
    with path.open("rb") as file:
        if file.read(23) == b"version https://git-lfs":
            raise ModelError(
                "is a Git LFS pointer, not the file itself", where=Location(path), hint="run `git lfs pull`"
            )


def refuse_pickle(path: Path) -> None:
    """Refuses what its name says to be a pickle."""
    if path.suffix.lower() in PICKLES:
        raise ModelError(
            f"{path.suffix} files are pickles, which can run code when opened",
            where=Location(path),
            hint=CONVERT,
        )


def check_safetensors(path: Path) -> Mapping[str, Any]:
    """The header (tensor name → dtype, shape, data_offsets) of a complete safetensors file.

    Raises ModelError for a pickle, a Git LFS pointer, and a header or data that is broken or cut short.
    """
    refuse_pickle(path)
    try:
        size = path.stat().st_size
        check_not_pointer(path)
        with path.open("rb") as file:
            start = file.read(8)
            length = int.from_bytes(start, "little")
            if len(start) < 8 or not 2 <= length <= min(LONGEST_HEADER, size - 8):
                if start.startswith((b"PK", b"\x80")):  # a zip archive's or a pickle's first bytes
                    raise ModelError("is a pickle under another name", where=Location(path), hint=CONVERT)
                raise _broken(path, "is no safetensors file, or its header is cut short")
            header = file.read(length)
    except OSError as error:
        raise ModelError(f"cannot be read: {error.strerror or error}", where=Location(path)) from None
    tensors, end = _parse_header(path, header)
    if 8 + length + end != size:
        raise _broken(path, f"has {size:,} bytes where its header promises {8 + length + end:,}")
    return tensors


def _parse_header(path: Path, header: bytes) -> tuple[Mapping[str, Any], int]:
    """The tensors named in a header, and where the last one ends."""
    try:
        tensors = cast("dict[str, Any]", json.loads(header))
        tensors.pop("__metadata__", None)
        return tensors, max((int(entry["data_offsets"][1]) for entry in tensors.values()), default=0)
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
        raise _broken(path, "has a broken safetensors header") from None


def _broken(path: Path, what: str) -> ModelError:
    return ModelError(what, where=Location(path), hint="fetch or copy it anew: the file is incomplete")


def weight_files(folder: Path, stem: str) -> WeightFiles:
    """The weights of the component in `folder`, full precision first, then fp16; each one checked.

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
