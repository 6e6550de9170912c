"""Test `import tilebake`: the public names, and painting from Python with a real model."""

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import tilebake

LAKE: dict[str, Any] = {
    "tilebake": 1,
    "tile_size": 16,
    "terrains": {"grass": "lush grass", "water": "blue water"},
    "legend": {"g": "grass", "w": "water"},
    "rows": ["ggw", "gww"],
    "settings": {"pixels_per_tile": 16, "steps": 2},
}


@pytest.fixture
def painter(tiny_sdxl_folder: Path) -> tilebake.MapPainter:
    return tilebake.load_painter(str(tiny_sdxl_folder), device="cpu")


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A map file in a current folder of its own."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "lake.json"
    file.write_text(json.dumps(LAKE), encoding="utf-8")
    return file


def test_import_of_tilebake_loads_nothing_heavy() -> None:
    script = (
        "import sys, tilebake; dir(tilebake); tilebake.TilebakeError;"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True)
    assert not set(done.stdout.split()) & {"torch", "pydantic", "numpy", "click", "PIL"}


def test_every_public_name_is_there_for_programs_and_for_type_checkers() -> None:
    names = set(tilebake.__all__) - {"__version__"}
    assert all(hasattr(tilebake, name) for name in names)
    assert names <= set(dir(tilebake))
    tree = ast.parse(Path(tilebake.__file__).read_text(encoding="utf-8"))
    (checked,) = (node for node in tree.body if isinstance(node, ast.If))
    typed = {
        (alias.name, each.module)
        for each in checked.body
        if isinstance(each, ast.ImportFrom)
        for alias in each.names
    }
    assert {name for name, _ in typed} == names
    for name, module in typed:
        assert getattr(tilebake, name) is getattr(sys.modules[str(module)], name)


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'bake_world'"):
        tilebake.bake_world  # type: ignore[attr-defined]  # noqa: B018


def test_bake_map_paints_a_file_a_dict_and_a_tilemap_alike(lake: Path, painter: tilebake.MapPainter) -> None:
    steps: list[tilebake.Step] = []
    texture = painter.bake_map("lake.json", seed=3, on_step=steps.append)
    assert texture.image.shape == (32, 48, 3)
    assert [step.step for step in steps] == [1, 2]
    assert painter.bake_map(LAKE, seed=3).pixel_hash == texture.pixel_hash
    assert painter.bake_map(tilebake.load_map(lake), seed=3).pixel_hash == texture.pixel_hash
    tilebake.write_png("lake.png", texture.image)
    with Image.open(lake.with_name("lake.png")) as picture:
        np.testing.assert_array_equal(np.asarray(picture), texture.image)


def test_settings_win_over_the_map_and_decide_the_digest(lake: Path, painter: tilebake.MapPainter) -> None:
    plain, quick = painter.request(lake), painter.request(lake, settings={"steps": 1})
    assert (plain.settings.steps, quick.settings.steps) == (2, 1)
    assert plain.digest() != quick.digest()


@pytest.mark.parametrize(
    ("settings", "what"), [({"steps": 0}, "settings.steps: "), ({"sigma": 3}, "settings.sigma: ")]
)
def test_wrong_settings_are_a_map_error(
    settings: dict[str, object], what: str, lake: Path, painter: tilebake.MapPainter
) -> None:
    with pytest.raises(tilebake.MapError, match=what):
        painter.request(lake, settings=settings)


def test_painter_paints_with_its_own_model_whatever_the_map_names(
    painter: tilebake.MapPainter, tiny_sdxl_folder: Path
) -> None:
    request = painter.request({**LAKE, "model": "no/such-model"})
    assert request.model == str(tiny_sdxl_folder)


def test_bake_map_takes_the_model_that_the_project_names(
    lake: Path, painter: tilebake.MapPainter, tiny_sdxl_folder: Path
) -> None:
    (lake.parent / "tiny").symlink_to(tiny_sdxl_folder, target_is_directory=True)
    (lake.parent / "tilebake.toml").write_text('model = "tiny"\n', encoding="utf-8")
    assert tilebake.load_project().model == "tiny"
    texture = tilebake.bake_map(lake, settings={"steps": 1})
    assert texture.digest == painter.request(lake, settings={"steps": 1}).digest()


def test_edit_map_paints_before_and_after(lake: Path, painter: tilebake.MapPainter) -> None:
    edit = tilebake.Edit({"grass": tilebake.Rewrite("dry grass", tilebake.Replace())})
    before, after, mask = painter.edit_map(lake, edit)
    np.testing.assert_array_equal(before, painter.bake_map(lake).image)
    assert before.shape == after.shape
    assert (before != after).any()
    assert mask.max() > 0


def test_error_says_where_the_map_is_wrong(lake: Path, painter: tilebake.MapPainter) -> None:
    lake.write_text('{"tilebake": 1, "rows": [}', encoding="utf-8")
    with pytest.raises(tilebake.TilebakeError) as caught:
        painter.bake_map(lake)
    assert caught.value.where.line == 1
