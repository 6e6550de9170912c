"""Devices: what is surely not here is told without torch, and what might be is left to torch."""

import sys
from pathlib import Path

import pytest

from tilebake.errors import ModelError
from tilebake.models import devices
from tilebake.models.devices import is_device, refuse_absent_device

CPU = """__version__ = '2.13.0+cpu'
cuda: Optional[str] = None
hip: Optional[str] = None
xpu: Optional[str] = None
"""
CUDA = CPU.replace("cuda: Optional[str] = None", "cuda: Optional[str] = '13.0'")
ROCM = CPU.replace("hip: Optional[str] = None", "hip: Optional[str] = '7.1'")
XPU = CPU.replace("xpu: Optional[str] = None", "xpu: Optional[str] = '20260000'")
OLD = "__version__ = '2.0.0'\ncuda = '11.7'\nhip = None\n"


@pytest.mark.parametrize("name", ["auto", "cpu", "cuda", "cuda:1", "cuda:12", "mps", "xpu:0"])
def test_what_is_a_device(name: str) -> None:
    assert is_device(name)


@pytest.mark.parametrize("name", ["", "gpu", "CUDA", "cuda:", "cuda:one", "auto:1", "cuda:1:2", "meta"])
def test_what_is_none(name: str) -> None:
    assert not is_device(name)


@pytest.mark.parametrize(
    ("name", "version", "is_refused"),
    [
        ("cuda", CPU, True),
        ("cuda:1", CPU, True),
        ("cuda", CUDA, False),
        ("cuda", ROCM, False),
        ("cuda", OLD, False),
        ("cuda", "", False),
        ("xpu", CPU, True),
        ("xpu", XPU, False),
        ("xpu", OLD, False),
        ("auto", CPU, False),
        ("cpu", CPU, False),
    ],
)
def test_torch_says_how_it_was_built(
    name: str, version: str, is_refused: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch/__init__.py").write_text("raise ImportError('it was imported')", encoding="utf-8")
    (tmp_path / "torch/version.py").write_text(version, encoding="utf-8")
    monkeypatch.setattr(devices, "_torch_folder", lambda: tmp_path / "torch")
    monkeypatch.setattr(devices, "_can_load", bool)
    if is_refused:
        with pytest.raises(ModelError, match=f'there is no device "{name}": this PyTorch was built without'):
            refuse_absent_device(name)
    else:
        refuse_absent_device(name)


@pytest.mark.skipif(sys.platform == "darwin", reason="Macs have it")
def test_only_macs_have_mps() -> None:
    with pytest.raises(ModelError, match='there is no device "mps" here'):
        refuse_absent_device("mps")


def test_without_torch_nothing_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(devices, "_torch_folder", lambda: tmp_path / "none")
    refuse_absent_device("cuda")
    monkeypatch.setattr(devices, "_torch_folder", lambda: None)
    refuse_absent_device("cuda")


def test_a_torch_with_cuda_needs_the_driver(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "version.py").write_text(CUDA, encoding="utf-8")
    monkeypatch.setattr(devices, "_torch_folder", lambda: tmp_path)
    monkeypatch.setattr(devices, "_CUDA_DRIVER", "no-such-library.so.1")
    with pytest.raises(ModelError, match='there is no device "cuda": no NVIDIA driver is installed here'):
        refuse_absent_device("cuda")
    (tmp_path / "version.py").write_text(ROCM, encoding="utf-8")
    refuse_absent_device("cuda")
