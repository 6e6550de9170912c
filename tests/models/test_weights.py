"""Safetensors files: each way in which one can be damaged is found without reading its tensors."""

import json
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tilebake.errors import ModelError
from tilebake.models import file_digest, weights
from tilebake.models.weights import check_safetensors, tensor_names


def tensor(begin: int, end: int, *shape: int, dtype: str = "F32") -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def write(path: Path, header: Mapping[str, object], size: int) -> Path:
    """Writes a file of this header and so many bytes of data."""
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + bytes(size))
    return path


def test_a_whole_file_is_known_by_the_names_of_its_tensors(tmp_path: Path) -> None:
    header = {"__metadata__": {"made": "here"}, "a": tensor(0, 8, 2), "b": tensor(8, 12, 1)}
    path = write(tmp_path / "whole.safetensors", header, 12)
    check_safetensors(path)
    assert tensor_names(path) == {"a", "b"}


@pytest.mark.parametrize(
    ("header", "size"),
    [
        pytest.param({"a": tensor(4, 8, 1)}, 8, id="gap before the first tensor"),
        pytest.param({"a": tensor(0, 4, 1), "b": tensor(8, 12, 1)}, 12, id="gap between tensors"),
        pytest.param({"a": tensor(0, 8, 3)}, 8, id="shape larger than its bytes"),
        pytest.param({"a": tensor(0, 8, 1)}, 8, id="shape smaller than its bytes"),
        pytest.param({"a": tensor(0, 8, 2), "b": tensor(4, 12, 2)}, 12, id="overlapping tensors"),
        pytest.param({"a": tensor(0, 8, 2)}, 7, id="data cut short"),
        pytest.param({"a": tensor(0, 8, 2)}, 9, id="data too long"),
        pytest.param({"a": tensor(0, 8, 2, dtype="Q9")}, 8, id="unknown type of numbers"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, header: dict[str, object], size: int) -> None:
    path = write(tmp_path / "damaged.safetensors", header, size)
    with pytest.raises(ModelError, match="is no safetensors file, or a damaged one") as caught:
        check_safetensors(path)
    assert caught.value.where.file == path
    assert caught.value.hint == "fetch or copy it anew"


def test_a_file_is_checked_once_and_again_when_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "whole.safetensors", {"a": tensor(0, 8, 2)}, 8)
    monkeypatch.setattr(file_digest, "time_ns", lambda: time.time_ns() + 10**10)  # it is no longer new
    check_safetensors(path)
    with monkeypatch.context() as patch:
        patch.setattr(weights, "safe_open", None)
        check_safetensors(path)
    write(path, {"a": tensor(0, 8, 2)}, 7)
    with pytest.raises(ModelError, match="a damaged one"):
        check_safetensors(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read: No such file"):
        check_safetensors(tmp_path / "gone.safetensors")


def test_what_a_header_says_is_quoted_in_short(tmp_path: Path) -> None:
    path = write(tmp_path / "wordy.safetensors", {"a": tensor(0, 4, 1, dtype="x" * 100_000)}, 4)
    with pytest.raises(ModelError, match="a damaged one") as caught:
        check_safetensors(path)
    assert len(caught.value.what) < 300
