"""Read tensors from safetensors files, each file through one handle and into memory of our own.

safetensors' loaders map a file into memory: what is painted would change with it, and a file cut short
meanwhile would end the process. Here that is an error, and whoever compares the file's version before and
after knows which bytes were read.
"""

import json
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from io import BufferedReader
from math import prod
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

import torch

from tilebake.errors import Location, ModelError
from tilebake.models.model_file import open_model_file

STORED_DTYPES: Final[Mapping[str, torch.dtype]] = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "F8_E4M3": torch.float8_e4m3fn,
    "F8_E5M2": torch.float8_e5m2,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}
_HEADER_LIMIT: Final = 100_000_000  # bytes, as safetensors itself has it
_METADATA: Final = "__metadata__"


class StoredTensor(NamedTuple):
    """Say where a tensor lies in its file, and what it is."""

    dtype: torch.dtype
    shape: tuple[int, ...]
    begin: int  # bytes from the beginning of the file
    size: int  # bytes


class WeightsFile:
    """Read one open safetensors file."""

    def __init__(self, path: Path, file: BufferedReader) -> None:
        """Read its header. Raises ModelError when that is none."""
        self.path = path
        self._file = file
        header, begin = self._header()
        metadata: object = header.pop(_METADATA, None)
        self.metadata = cast("dict[str, str]", metadata) if isinstance(metadata, dict) else {}
        self.tensors = {name: self._read_entry(name, entry, begin) for name, entry in header.items()}

    def read(self, name: str) -> torch.Tensor:
        """Read a tensor by its name. Raises ModelError when the file ends before it does."""
        stored = self.tensors[name]
        if stored.size == 0:
            return torch.empty(stored.shape, dtype=stored.dtype)
        data = torch.empty(stored.size, dtype=torch.uint8)
        self._file.seek(stored.begin)
        if self._file.readinto(cast("Any", data.numpy())) != stored.size:
            raise self._refusal("it was cut short while it was read")
        return data.view(stored.dtype).view(stored.shape)

    def _header(self) -> tuple[dict[str, Any], int]:
        size = int.from_bytes(self._file.read(8), "little")
        text = self._file.read(size) if 0 < size <= _HEADER_LIMIT else b""
        try:
            header: object = json.loads(text)
        except (ValueError, RecursionError):
            header = None
        if len(text) != size or not isinstance(header, dict):
            raise self._refusal("it has no header")
        return cast("dict[str, Any]", header), 8 + size

    def _read_entry(self, name: str, entry: object, begin: int) -> StoredTensor:
        match entry:
            case {
                "dtype": str() as kind,
                "shape": list() as shape,
                "data_offsets": [int() as start, int() as end],
            }:
                numbers = cast("list[object]", shape)
                dtype = STORED_DTYPES.get(kind)
                if dtype is None:
                    raise self._refusal(f"{name[:100]} has numbers of type {kind[:20]}")
                sizes = tuple(each for each in numbers if type(each) is int and each >= 0)
                if len(sizes) == len(numbers) and start >= 0 and prod(sizes) * dtype.itemsize == end - start:
                    return StoredTensor(dtype, sizes, begin + start, end - start)
            case _:
                pass
        raise self._refusal(f"{name[:100]} is not as large as its shape")

    def _refusal(self, why: str) -> ModelError:
        return ModelError(
            f"is no whole safetensors file: {why}", where=Location(self.path), hint="fetch or copy it anew"
        )


@contextmanager
def open_weights(path: Path) -> Generator[WeightsFile]:
    """Open a safetensors file for the time of the block. Raises OSError, and ModelError when it is none."""
    with open_model_file(path) as file:
        yield WeightsFile(path, file)


class StoredTensors(Mapping[str, torch.Tensor]):
    """Hold the tensors of several files by name, each read from its file when it is asked for."""

    def __init__(self, files: Sequence[WeightsFile]) -> None:
        """Raise ModelError where two files have one name."""
        self._owners: dict[str, WeightsFile] = {}
        for file in files:
            for name in file.tensors:
                if name in self._owners:
                    raise ModelError(
                        f"holds {name[:100]}, which {self._owners[name].path.name} holds too",
                        where=Location(file.path),
                        hint="fetch the model anew",
                    )
                self._owners[name] = file

    def __getitem__(self, name: str) -> torch.Tensor:
        """Read a tensor."""
        return self._owners[name].read(name)

    def __iter__(self) -> Any:
        """Iterate over the names."""
        return iter(self._owners)

    def __len__(self) -> int:
        """Count the tensors."""
        return len(self._owners)

    def shape(self, name: str) -> tuple[int, ...]:
        """Return a tensor's shape without reading it."""
        return self._owners[name].tensors[name].shape


@contextmanager
def open_all(paths: Sequence[Path]) -> Generator[StoredTensors]:
    """Open several safetensors files as one for the time of the block. Raises as `open_weights` does."""
    with ExitStack() as stack:
        yield StoredTensors([stack.enter_context(open_weights(path)) for path in paths])
