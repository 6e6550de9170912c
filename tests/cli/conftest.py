"""What tests of the command line share: two small maps in a current folder of their own, and a tiny model."""

import json
from pathlib import Path

import pytest

MAP = {
    "tilebake": 1,
    "tile_size": 16,
    "base_prompt": "a map",
    "terrains": {"grass": "lush (mossy:1.4) grass", "water": {"prompt": "water", "negative_prompt": "sand"}},
    "legend": {"g": "grass", "w": "water"},
    "rows": ["ggw", "gww"],
    "settings": {"pixels_per_tile": 16},
}


@pytest.fixture
def maps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two maps, in a current folder of its own."""
    folder = tmp_path / "maps"
    folder.mkdir()
    for seed, name in enumerate(("forest", "river")):
        (folder / f"{name}.json").write_text(json.dumps({**MAP, "seed": seed}), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def tiny(tiny_sdxl_folder: Path) -> list[str]:
    return ["--model", str(tiny_sdxl_folder), "--device", "cpu"]
