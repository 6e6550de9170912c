"""Open the files of a model: regular ones alone, and of a JSON text no more than a model can need."""

import json
import os
import stat
from collections.abc import Mapping
from io import BufferedReader
from pathlib import Path
from typing import Any, Final, cast

from tilebake.errors import Location, ModelError

CONFIG_LIMIT: Final = 1 << 20  # bytes; a configuration has some thousand
VOCABULARY_LIMIT: Final = 32 << 20  # CLIP's has at most four million
INDEX_LIMIT: Final = 16 << 20

_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_POINTER: Final = b"version https://git-lfs"


def open_model_file(path: Path) -> BufferedReader:
    """Open a regular file for reading. Raises OSError, and ModelError for what is no file.

    Nothing that stands in its place can make us wait: a pipe would, were it opened as a file is.
    """
    descriptor = os.open(path, _FLAGS)
    file = os.fdopen(descriptor, "rb", closefd=True)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        file.close()
        raise ModelError("is no file", where=Location(path), hint="fetch the model anew")
    return file


def read_bounded(path: Path, limit: int) -> bytes:
    """Read a whole file of at most `limit` bytes. Raises ModelError when it cannot be read or has more."""
    try:
        with open_model_file(path) as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise unreadable(path, error) from None
    if len(data) > limit:
        raise ModelError(
            f"is larger than {limit >> 20} MiB, which no such file of a model is",
            where=Location(path),
            hint="fetch the model anew",
        )
    return data


def read_json(path: Path, limit: int = CONFIG_LIMIT) -> Mapping[str, Any]:
    """Read a JSON object from a model's folder. Raises ModelError when the file is missing or holds none."""
    data = read_bounded(path, limit)
    try:
        value: object = json.loads(data)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        if data.startswith(_POINTER):
            raise pointer(path)
        raise ModelError("is not a JSON object", where=Location(path), hint="fetch the model anew")
    return cast("dict[str, Any]", value)


def refuse_lfs_pointer(path: Path) -> None:
    """Raise ModelError for a Git LFS pointer in the place of a file, and OSError for no file."""
    with open_model_file(path) as file:
        if file.read(len(_POINTER)) == _POINTER:
            raise pointer(path)


class AbsentModelError(ModelError):
    """Say that a model or LoRA is known by its name, but is not on this machine."""


def pointer(path: Path) -> AbsentModelError:
    """Make the error for a Git LFS pointer."""
    return AbsentModelError(
        "is a Git LFS pointer, not the file itself", where=Location(path), hint="run `git lfs pull`"
    )


def unreadable(path: Path, error: OSError) -> ModelError:
    """Make the error for a file that the system refuses to read."""
    return ModelError(
        f"cannot be read: {error.strerror or error}",
        where=Location(path),
        hint="put it back, or make it readable for you",
    )
