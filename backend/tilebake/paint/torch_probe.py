"""Print what torch finds on this machine, as JSON: `python -m tilebake.paint.torch_probe`."""

import json
import sys

import torch


def probe() -> dict[str, str | int]:
    """Return torch's version and its devices, with the bytes of the first CUDA device."""
    found: dict[str, str | int] = {"torch": torch.__version__}
    if torch.cuda.is_available():
        found["cuda"] = torch.cuda.get_device_name()
        found["bytes"] = torch.cuda.get_device_properties(0).total_memory
    if torch.backends.mps.is_available():
        found["mps"] = "Apple GPU"
    if hasattr(torch, "xpu") and torch.xpu.is_available():
        found["xpu"] = torch.xpu.get_device_name()
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(probe()) + "\n")
