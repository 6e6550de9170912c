"""Name the devices and number types that a model can run on and in, without importing torch."""

import ctypes
import importlib.util
import re
import sys
from pathlib import Path
from typing import Final

from tilebake.errors import ModelError

DTYPES: Final = ("float32", "float16", "bfloat16")
DEVICES: Final = ("cpu", "cuda", "mps", "xpu")

_DEVICE: Final = re.compile(rf"auto|({'|'.join(DEVICES)})(:[0-9]{{1,3}})?")
_CUDA_DRIVER: Final = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
_BUILT_FOR: Final = {"cuda": ("cuda", "hip"), "xpu": ("xpu",)}  # what torch's own version names it by


def is_device(name: str) -> bool:
    """Tell whether a device can be called so."""
    return _DEVICE.fullmatch(name) is not None


def refuse_absent_device(name: str) -> None:
    """Raise ModelError for a device that is surely not to be had here, as far as that is told without torch.

    A card that is missing under its driver is found when torch is imported (`pick_device`).
    """
    kind = name.partition(":")[0]
    if kind == "mps" and sys.platform != "darwin":
        raise ModelError('there is no device "mps" here', hint="Macs have it; take auto or cpu")
    if kind not in _BUILT_FOR:
        return
    built = [_is_built_for(each, _torch_version()) for each in _BUILT_FOR[kind]]
    if built[0] is False and True not in built:
        hint = f"install a PyTorch with {kind.upper()}, or take auto or cpu"
        raise ModelError(f'there is no device "{name}": this PyTorch was built without it', hint=hint)
    if kind == "cuda" and built[0] and not _can_load(_CUDA_DRIVER):
        what = f'there is no device "{name}": no NVIDIA driver is installed here'
        raise ModelError(what, hint="install the driver of the graphics card, or take auto or cpu")


def _is_built_for(kind: str, version: str) -> bool | None:
    """Tell by torch's version whether it was built for a kind of device; None where it does not say."""
    said = re.search(rf"^{kind}\b.*= (.+)$", version, re.MULTILINE)
    return None if said is None else said[1].strip() != "None"


def _can_load(library: str) -> bool:
    """Tell whether a library of the system is there, by loading it as torch does."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _torch_version() -> str:
    """Return the text of the file in which torch says how it was built; empty where it cannot be read."""
    folder = _torch_folder()
    try:
        return "" if folder is None else (folder / "version.py").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def _torch_folder() -> Path | None:
    """Return the folder of torch, which is not imported for that."""
    spec = importlib.util.find_spec("torch")
    return None if spec is None or spec.origin is None else Path(spec.origin).parent
