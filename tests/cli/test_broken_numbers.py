"""A model whose weights are no numbers is told by name, and never becomes a picture."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from tilebake.cli import run_command_line

MAP = {
    "tilebake": 1,
    "tile_size": 8,
    "model": "models/broken",
    "terrains": {"grass": "grass"},
    "legend": {"g": "grass"},
    "rows": ["gg"],
}


@pytest.mark.parametrize("value", [float("nan"), float("inf")], ids=["NaN", "infinity"])
@pytest.mark.parametrize("part", ["unet", "vae", "text_encoder"])
def test_weights_that_are_no_numbers_become_no_picture(
    tiny_sdxl_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    part: str,
    value: float,
) -> None:
    model = tmp_path / "models" / "broken"
    shutil.copytree(tiny_sdxl_folder, model)
    (weights,) = (model / part).glob("*.safetensors")
    tensors = {name: torch.full_like(tensor, value) for name, tensor in load_file(weights).items()}
    save_file(tensors, weights, {"format": "pt"})
    (tmp_path / "map.json").write_text(json.dumps(MAP), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert run_command_line(("bake", "map.json", "--steps", "2")) == 1
    told = capsys.readouterr().err
    assert "map.json" in told
    assert "not numbers" in told
    assert not (tmp_path / "map.png").exists()
