"""Name the devices and number types that a model can run on and in, without importing torch."""

import importlib.util
import re
import sys
from pathlib import Path
from typing import Final

from tilebake.errors import ModelError

DTYPES: Final = ("float32", "float16", "bfloat16")
DEVICES: Final = ("cpu", "cuda", "mps", "xpu")

_DEVICE: Final = re.compile(rf"auto|({'|'.join(DEVICES)})(:[0-9]{{1,3}})?")
_BUILT_FOR: Final = {"cuda": ("cuda", "hip"), "xpu": ("xpu",)}  # what torch's own version names it by


def is_device(name: str) -> bool:
    """Tell whether a device can be called so."""
    return _DEVICE.fullmatch(name) is not None


def refuse_absent_device(name: str) -> None:
    """Raise ModelError for a device that is surely not to be had here, as far as that is told without torch.

    A graphics card or driver that is missing is found when torch is imported (`pick_device`).
    """
    kind = name.partition(":")[0]
    if kind == "mps" and sys.platform != "darwin":
        raise ModelError('there is no device "mps" here', hint="Macs have it; take auto or cpu")
    if kind in _BUILT_FOR and _lacks(_torch_version(), _BUILT_FOR[kind]):
        hint = f"install a PyTorch with {kind.upper()}, or take auto or cpu"
        raise ModelError(f'there is no device "{name}": this PyTorch was built without it', hint=hint)


def _lacks(version: str, names: tuple[str, ...]) -> bool:
    """Tell whether torch's version says of the first name that it has none, and of no other that it has."""
    said = {name: re.search(rf"^{name}\b.*= (.+)$", version, re.MULTILINE) for name in names}
    first = said[names[0]]
    return first is not None and all(each is None or each[1].strip() == "None" for each in said.values())


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
