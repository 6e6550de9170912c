"""Damage to safetensors files, by rule: what a header can say, and what can lie in the file's place."""

import io
import json
import pickle
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

Header = dict[str, Any]
ENDLESS = float("inf")  # written as 1e999, which is a number of JSON

ENTRIES: dict[str, tuple[object, ...]] = {
    "data_offsets": (
        [0, ENDLESS],
        [-4, 0],
        [-(1 << 63), 1 << 63],
        [0, 1 << 60],
        [0, 10**400],
        [64, 0],
        [0.0, 64.0],
        [False, 4],
        ["0", "4"],
        [0],
        [0, 4, 8],
        [],
        None,
        {"a": 0},
    ),
    "shape": (
        [1],
        [0],
        [],
        [-1],
        [-2, -2],
        [1 << 62, 4],
        [1 << 32, 1 << 32, 1 << 32],
        [10**400],
        [1.0],
        [ENDLESS],
        [True],
        [[1]],
        "4",
        None,
        [1] * 100_000,
    ),
    "dtype": ("F8_E9", "F4", "F6_E2M3", "C64", "O", "", 7, None, ["F32"], "f32", "x" * 100_000),
}
METADATA: dict[str, object] = {
    "a list": ["format", "pt"],
    "a number": 7,
    "null": None,
    "numbers in it": {"format": 1},
    "objects in it": {"format": {"a": {"b": "c"}}},
    "100,000 keys": {f"ss_{number}": "x" for number in range(100_000)},
    "8 MiB in one key": {"ss_tag_frequency": "x" * (8 << 20)},
    "JSON in a key, deep": {"ss_bucket_info": '{"a":' * 100_000},
    "control characters": {"ss_output_name": "\x1b]0;evil\x07\0\u202e"},
}
SIZES = (0, 1, 2, 99_999_999, 100_000_001, 1 << 62, (1 << 63) + 8, (1 << 64) - 1)
TEXTS = (
    b"[]",
    b"7",
    b"null",
    b'"header"',
    b"{}",
    b"{",
    b'{"a":NaN}',
    b'{"a":{}}',
    b"\xff\xfe{}",
    b"\xef\xbb\xbf{}",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"\\ud800":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}',
)
LFS_POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 9\n"
STRANGERS = {
    "a Git LFS pointer": LFS_POINTER,
    "GGUF": b"GGUF\x03\0\0\0" + b"\0" * 64,
    "HDF5": b"\x89HDF\r\n\x1a\n" + b"\0" * 64,
    "a web page": b"<!DOCTYPE html><html>404</html>",
    "a tar archive": b"pickle\0".ljust(257, b"\0") + b"ustar\0" + b"00".ljust(249, b"\0"),
    "zeros": bytes(4096),
    "nothing": b"",
}


class Damage(NamedTuple):
    """A change of a file's bytes."""

    name: str
    change: Callable[[bytes], bytes]


class _Canary:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return open, (str(self._path), "w")


def canary_pickle(canary: Path, protocol: int = pickle.DEFAULT_PROTOCOL) -> bytes:
    """A pickle that makes the `canary` when it is opened."""
    return pickle.dumps(_Canary(canary), protocol)


def split_weights(content: bytes) -> tuple[Header, bytes]:
    """The header of a safetensors file without its metadata, and its tensors' bytes."""
    size = int.from_bytes(content[:8], "little")
    header: Header = json.loads(content[8 : 8 + size])
    header.pop("__metadata__", None)
    return header, content[8 + size :]


def join_weights(header: object, data: bytes) -> bytes:
    """A safetensors file, or what claims to be one."""
    return _with_text(json.dumps(header).replace("Infinity", "1e999").encode(), data)


def _with_text(text: bytes, data: bytes) -> bytes:
    return len(text).to_bytes(8, "little") + text + data


def damages(canary: Path) -> Iterator[Damage]:
    """Every damage, the same in each run. What is unpickled makes the `canary`."""
    yield from _entries()
    for what, metadata in METADATA.items():
        yield Damage(f"metadata: {what}", with_metadata(metadata))
    yield from _texts()
    yield from _lengths()
    for name, content in {**STRANGERS, **_pickles(canary)}.items():
        yield Damage(f"{name} in its place", _replace(content))


def _replace(content: bytes) -> Callable[[bytes], bytes]:
    return lambda _: content


def _say(text: bytes) -> Callable[[bytes], bytes]:
    return lambda content: _with_text(text, split_weights(content)[1])


def _claim(size: int) -> Callable[[bytes], bytes]:
    return lambda content: size.to_bytes(8, "little") + content[8:]


def _cut(end: int) -> Callable[[bytes], bytes]:
    return lambda content: content[:end]


def _halve(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _double(content: bytes) -> bytes:
    return content + content


def _append(more: bytes) -> Callable[[bytes], bytes]:
    return lambda content: content + more


def _on_header(change: Callable[[Header, bytes], tuple[object, bytes]]) -> Callable[[bytes], bytes]:
    return lambda content: join_weights(*change(*split_weights(content)))


def with_metadata(metadata: object) -> Callable[[bytes], bytes]:
    """Give a file this `__metadata__`."""
    return _on_header(lambda header, data: ({"__metadata__": metadata, **header}, data))


def _entries() -> Iterator[Damage]:
    for key, values in ENTRIES.items():
        for value in values:
            for place in (0, -1):

                def change(
                    header: Header, data: bytes, key: str = key, value: object = value, place: int = place
                ) -> tuple[object, bytes]:
                    header[[*header][place]][key] = value
                    return header, data

                yield Damage(f"{key} {str(value)[:30]} at {place}", _on_header(change))

    for key in ENTRIES:

        def lack(header: Header, data: bytes, key: str = key) -> tuple[object, bytes]:
            header[next(iter(header))].pop(key)
            return header, data

        yield Damage(f"an entry without {key}", _on_header(lack))
    for entry in (None, 7, [], "F32"):
        yield Damage(f"an entry that is {entry}", _on_header(_with_entry(entry)))
    yield Damage("an overlap", _on_header(_overlap))
    yield Damage("a gap", _on_header(_gap))
    yield Damage("an empty tensor more, far away", _on_header(_with_empty(1 << 40)))
    yield Damage("more keys in an entry", _on_header(_with_more_keys))


def _with_entry(entry: object) -> Callable[[Header, bytes], tuple[object, bytes]]:
    return lambda header, data: ({**header, next(iter(header)): entry}, data)


def _with_empty(place: int) -> Callable[[Header, bytes], tuple[object, bytes]]:
    entry = {"dtype": "F32", "shape": [0], "data_offsets": [place, place]}
    return lambda header, data: ({**header, "nothing": entry}, data)


def _overlap(header: Header, data: bytes) -> tuple[object, bytes]:
    """Two tensors of one place, and bytes that nobody owns instead."""
    by_size: dict[int, str] = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        if end - begin in by_size:
            entry["data_offsets"] = header[by_size[end - begin]]["data_offsets"]
            return header, data
        by_size[end - begin] = name
    raise AssertionError("no two tensors of one size")


def _gap(header: Header, data: bytes) -> tuple[object, bytes]:
    for entry in header.values():
        entry["data_offsets"] = [offset + 8 for offset in entry["data_offsets"]]
    return header, bytes(8) + data


def _with_more_keys(header: Header, data: bytes) -> tuple[object, bytes]:
    header[next(iter(header))].update(file="/etc/hostname", pickle=True)
    return header, data


def _texts() -> Iterator[Damage]:
    for i, text in enumerate(TEXTS):
        yield Damage(f"header text {i}", _say(text))

    def twice(content: bytes) -> bytes:
        header, data = split_weights(content)
        name = next(iter(header))
        text = json.dumps(header)
        return _with_text(f"{text[:-1]},{json.dumps(name)}:{json.dumps(header[name])}}}".encode(), data)

    def shadowed(content: bytes) -> bytes:
        header, data = split_weights(content)
        name = json.dumps(next(iter(header)))
        entry = '{"dtype":"F32","shape":[0],"data_offsets":[0,0]}'
        return _with_text(f"{{{name}:{entry},{json.dumps(header)[1:]}".encode(), data)

    yield Damage("one name twice", twice)
    yield Damage("one name twice, with another shape", shadowed)
    for padding in (b" ", b"\n", b"\0", b"x"):

        def padded(content: bytes, padding: bytes = padding) -> bytes:
            header, data = split_weights(content)
            return _with_text(json.dumps(header).encode() + padding * (1 << 20), data)

        yield Damage(f"a header with much {padding!r} behind it", padded)


def _lengths() -> Iterator[Damage]:
    for size in SIZES:
        yield Damage(f"a header of {size} bytes", _claim(size))
    for rest in (1, 4, 8, 9, 100):
        yield Damage(f"cut to {rest} bytes", _cut(rest))
    for lost in (1, 4, 64):
        yield Damage(f"cut by {lost} bytes", _cut(-lost))
    yield Damage("cut to half", _halve)
    for more in (1, 4, 8, 4096):
        yield Damage(f"{more} bytes more", _append(bytes(more)))
    yield Damage("itself once more", _double)


def _pickles(canary: Path) -> dict[str, bytes]:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("archive/data.pkl", canary_pickle(canary, 2))
        file.writestr("archive/version", "3\n")
    pickles = {f"a pickle of protocol {n}": canary_pickle(canary, n) for n in (0, 1, 2, 4, 5)}
    return {**pickles, "what torch.save writes": archive.getvalue()}
