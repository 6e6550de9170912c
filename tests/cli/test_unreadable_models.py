"""A model that may not be read costs its own map one error, and no other map anything."""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.helpers.quick_bake import run_quickly
from tests.helpers.rights import closed, give_to_nobody, is_root, without_rights

MAP = {
    "tilebake": 1,
    "tile_size": 8,
    "terrains": {"grass": "grass"},
    "legend": {"g": "grass"},
    "rows": ["gg"],
}
WEIGHTS = "models/closed/unet/diffusion_pytorch_model.safetensors"

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes"),
    pytest.mark.skipif(is_root() and not hasattr(os, "setresuid"), reason="root reads all here"),
]


@pytest.fixture
def project(tiny_sdxl_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    """Three maps, where everybody may go, unlike pytest's folders. The second's model will be closed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        root = folder / "game"
        for model in ("open", "closed"):
            shutil.copytree(tiny_sdxl_folder, root / "models" / model)
        (root / "maps").mkdir()
        (root / "tilebake.toml").write_text('maps = ["maps"]\n', encoding="utf-8")
        for map_name, model in (("a", "open"), ("b", "closed"), ("c", "open")):
            content = {**MAP, "model": f"models/{model}"}
            (root / "maps" / f"{map_name}.json").write_text(json.dumps(content), encoding="utf-8")
        monkeypatch.setenv("TILEBAKE_CACHE", str(folder / "cache"))
        monkeypatch.setenv("TILEBAKE_STATE", str(folder / "state"))
        monkeypatch.chdir(root)
        give_to_nobody(folder)
        yield root


@pytest.mark.parametrize(
    "place", ["models/closed", "models/closed/unet", WEIGHTS, "models/closed/model_index.json"]
)
def test_a_model_that_may_not_be_read_is_one_error_and_the_other_maps_go_on(
    project: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    with closed([project / place]), without_rights():
        assert run_quickly("bake", "--check") == 1
        checked = capsys.readouterr().err
        assert run_quickly("bake") == 1
        baked = capsys.readouterr().err
    for told in (checked, baked):
        (error,) = (line for line in told.splitlines() if line.startswith("error: "))
        assert str(Path("models", "closed")) in error
        assert "cannot be read: Permission denied" in error
    assert sorted(path.name for path in (project / "maps").glob("*.png")) == ["a.png", "c.png"]
