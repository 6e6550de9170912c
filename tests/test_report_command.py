"""`tilebake bake --report`: figures of placement, in the record and as a picture."""

import json
from pathlib import Path

import pytest
from PIL import Image

from tilebake.cli import run
from tilebake.serve.store import record_path, report_path

MAP = {
    "tilebake": 1,
    "tile_size": 16,
    "base_prompt": "a map",
    "terrains": {"grass": "lush grass", "water": "blue water"},
    "legend": {"g": "grass", "w": "water"},
    "rows": ["ggw", "gww"],
    "settings": {"pixels_per_tile": 16, "steps": 2},
}


@pytest.fixture
def pond(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A map's picture to be, in a current folder of its own."""
    (tmp_path / "pond.json").write_text(json.dumps(MAP), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "pond.png"


@pytest.fixture
def tiny(tiny_sdxl_folder: Path) -> list[str]:
    return ["--model", str(tiny_sdxl_folder), "--device", "cpu"]


def test_a_map_that_is_up_to_date_gets_its_report_and_keeps_its_picture(pond: Path, tiny: list[str]) -> None:
    assert run(["bake", "pond.json", *tiny]) == 0
    picture = pond.read_bytes()
    assert "placement" not in json.loads(record_path(pond).read_text(encoding="utf-8"))
    assert run(["bake", "pond.json", "--report", *tiny]) == 0
    placement = json.loads(record_path(pond).read_text(encoding="utf-8"))["placement"]
    assert list(placement) == ["grass", "water"]
    for terrain in placement.values():
        assert terrain["kept"] + sum(terrain["bled"].values()) == pytest.approx(1, abs=0.01)
    assert pond.read_bytes() == picture
    with Image.open(report_path(pond)) as sheet:
        assert min(sheet.size) > 300
    assert run(["bake", "pond.json", "--check", *tiny]) == 0


def test_a_check_reports_nothing(pond: Path, tiny: list[str]) -> None:
    assert run(["bake", "pond.json", "--check", "--report", *tiny]) == 2
    assert not report_path(pond).exists()
