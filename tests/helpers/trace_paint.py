"""Paints a map with a folder, a single file and a LoRA, and with the embedded model; run under strace.

Run as `python -m tests.helpers.trace_paint FOLDER`: model/, tiny.safetensors and moss.safetensors lie there.
"""

import sys
from pathlib import Path
from typing import Any

from tilebake import load_painter

MAP: dict[str, Any] = {
    "tilebake": 1,
    "base_prompt": "map",
    "tile_size": 16,
    "terrains": {"grass": "grass", "water": "water"},
    "legend": {"g": "grass", "w": "water"},
    "rows": ["ggw", "gww"],
    "settings": {"pixels_per_tile": 16, "steps": 1},
}


def main(folder: Path) -> None:
    """Paints with each of them."""
    model, file = str(folder / "model"), str(folder / "tiny.safetensors")
    for name, loras in ((model, [str(folder / "moss.safetensors")]), (file, []), ("embedded", [])):
        load_painter(name, loras=loras, device="cpu", dtype="float32").bake_map(MAP, seed=1)
        print(f"painted with {Path(name).name}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
