"""`tilebake bake --report`: figures of placement, in the record and as a picture."""

import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tilebake.cli import run_command_line
from tilebake.cli.run import tune
from tilebake.models.reference import EMBEDDED
from tilebake.paint.report.contact_sheet import Panel, contact_sheet
from tilebake.paint.report.judged_tiles import describe_judged
from tilebake.serve.bake.publish import record_path, report_path
from tilebake.texture import JudgedTiles

MAP: dict[str, Any] = {
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
    assert run_command_line(["bake", "pond.json", *tiny]) == 0
    picture = pond.read_bytes()
    assert "placement" not in json.loads(record_path(pond).read_text(encoding="utf-8"))
    assert run_command_line(["bake", "pond.json", "--report", *tiny]) == 0
    placement = json.loads(record_path(pond).read_text(encoding="utf-8"))["placement"]
    assert list(placement) == ["grass", "water"]
    for terrain in placement.values():
        assert "judged" not in terrain
        assert terrain["kept"] + sum(terrain["bled"].values()) == pytest.approx(1, abs=0.01)
    assert pond.read_bytes() == picture
    with Image.open(report_path(pond)) as sheet:
        assert min(sheet.size) > 300
    assert run_command_line(["bake", "pond.json", "--check", *tiny]) == 0


def test_a_check_reports_nothing(pond: Path, tiny: list[str]) -> None:
    assert run_command_line(["bake", "pond.json", "--check", "--report", *tiny]) == 2
    assert not report_path(pond).exists()


def test_a_report_counts_what_the_judge_sees_on_tiles(pond: Path, capsys: pytest.CaptureFixture[str]) -> None:
    terrains = {**MAP["terrains"], "keep": "a tall castle"}
    rows = {"legend": {"g": "grass", "w": "water", "k": "keep"}, "rows": ["gggww", "gggww", "gggwk"]}
    pond.with_suffix(".json").write_text(json.dumps({**MAP, "terrains": terrains, **rows, "settings": {}}))
    assert run_command_line(["bake", "pond.json", "--report", "--device", "cpu"]) == 0
    told = capsys.readouterr().err
    assert told.count('note: "judged right" counts at 64 pixels a tile') == 1, "these tiles have 48"
    placement = json.loads(record_path(pond).read_text(encoding="utf-8"))["placement"]
    assert "judged" not in placement["keep"]
    grass, water = (placement[name]["judged"] for name in ("grass", "water"))
    assert (grass["tiles"], water["tiles"]) == (9, 5)
    assert grass["right"] + water["right"] >= 10
    for judged in (grass, water):
        assert judged["right"] + sum(judged["taken_for"].values()) == judged["tiles"]


def test_what_is_judged_is_told_with_the_width_of_tiles_that_the_judge_was_not_trained_on() -> None:
    judged = JudgedTiles(9, 7, {"stone": 2})
    assert describe_judged(judged, 64) == ("7 of 9 tiles judged right", "taken for stone 2")
    assert describe_judged(judged, 48)[0] == "7 of 9 tiles judged right (at 48 px)"


@pytest.fixture
def tiny_judged(tiny_sdxl_folder: Path, tmp_path: Path) -> Path:
    """The tiny model in a folder with the embedded one's judge."""
    folder = shutil.copytree(tiny_sdxl_folder, tmp_path / "model")
    shutil.copy(EMBEDDED / "judge.safetensors", folder)
    return folder


def test_a_broken_judge_fails_a_report_and_no_bake(
    pond: Path, tiny_judged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = ["--model", str(tiny_judged), "--device", "cpu"]
    (tiny_judged / "judge.safetensors").write_bytes(b"nothing")
    assert run_command_line(["bake", "pond.json", "--report", *model]) == 1
    assert "judge.safetensors: is no safetensors file" in capsys.readouterr().err.replace("\n", " ")
    assert not pond.exists()
    assert run_command_line(["bake", "pond.json", *model]) == 0


@pytest.mark.usefixtures("pond")
def test_tune_prints_how_many_tiles_are_judged_right(
    tiny_judged: Path, tiny: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    captions: list[str] = []

    def drawn(panels: Sequence[Panel], **how: Any) -> Any:
        captions.extend(panel.caption for panel in panels)
        return contact_sheet(panels, **how)

    monkeypatch.setattr(tune, "contact_sheet", drawn)
    assert run_command_line(["tune", "pond.json", "--model", str(tiny_judged), "--device", "cpu"]) == 0
    assert run_command_line(["tune", "pond.json", *tiny]) == 0
    judged, unjudged = captions
    assert re.search(r"\njudged right: \d+% \(at 16 px\), seams", judged)
    assert "judged" not in unjudged
