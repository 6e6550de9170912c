"""Test a game that is written in C#: an engine without .NET, as CI has one, exports its scenes as well."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from PIL import Image

from tests.godot.harness.engine import Engine, Run, write_project
from tests.godot.harness.scenes import export, layer, level, make_scenes, map_of, tile

SCENE: Final = "res://level.tscn"
TOML: Final = 'maps = ["maps"]\noutput = "baked"\n[settings]\npixels_per_tile = 8\nsteps = 1\n'
SCRIPT: Final = """using Godot;

public partial class {name} : {base}
{{
    [Export] public int Depth {{ get; set; }} = 3;
}}
"""
RESOURCES: Final = """
[ext_resource type="Script" path="res://src/Level.cs" id="level_cs"]
[ext_resource type="Script" path="res://src/Ground.cs" id="ground_cs"]
"""


@pytest.fixture(scope="module")
def exported(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    """Export a scene whose root and layer have C# scripts, whose values it saves."""
    project = write_project(tmp_path_factory.mktemp("csharp") / "game", {"tilebake.toml": TOML}, plugin=False)
    ground = layer("Ground", [tile(x, y, x % 3) for x in range(4) for y in range(3)])
    make_scenes(engine, project, [level(SCENE, ground)])
    for name, base in (("Level", "Node2D"), ("Ground", "TileMapLayer")):
        (project / "src").mkdir(exist_ok=True)
        text = SCRIPT.format(name=name, base=base)
        (project / f"src/{name}.cs").write_text(text, encoding="utf-8")
    _add_scripts(project / "level.tscn")
    return project, export(engine, project, "--all")


def _add_scripts(scene: Path) -> None:
    """Write into a scene file what an editor with .NET does for nodes with scripts."""
    text = scene.read_text(encoding="utf-8")
    text = text.replace("]\n", f"]\n{RESOURCES}", 1)
    for name, resource in (("Level", "level_cs"), ("Ground", "ground_cs")):
        values = f'script = ExtResource("{resource}")\nDepth = 7\n'
        text, count = re.subn(rf'(\[node name="{name}" [^\n]*\]\n)', rf"\1{values}", text)
        assert count == 1
    scene.write_text(text, encoding="utf-8", newline="\n")


def test_a_scene_with_scripts_in_csharp_is_exported(exported: tuple[Path, Run]) -> None:
    project, output = exported
    assert output.code == 0, output.log
    assert output.lines("error: ") == []
    assert f"{SCENE}: maps/level.tilebake.json, 12 cells, written" in output.log
    (cells,) = (each["cells"] for each in map_of(project, SCENE)["layers"])
    assert [cell[2] for cell in cells[:3]] == ["grass", "water", "sand"]


def test_the_scene_keeps_its_scripts_and_their_values(exported: tuple[Path, Run]) -> None:
    text = (exported[0] / "level.tscn").read_text(encoding="utf-8")
    assert 'picture = "res://baked/maps/level.png"' in text
    assert RESOURCES in text
    assert text.count("Depth = 7") == 2
    assert 'script = ExtResource("ground_cs")' in text


def test_a_second_look_finds_it_up_to_date(engine: Engine, exported: tuple[Path, Run]) -> None:
    again = export(engine, exported[0], "--all", "--check")
    assert again.code == 0, again.log


def test_its_map_is_painted(exported: tuple[Path, Run]) -> None:
    project = exported[0]
    subprocess.run([sys.executable, "-m", "tilebake", "bake", str(project / "maps")], check=True)
    with Image.open(project / "baked/maps/level.png") as image:
        assert image.size == (64, 48)
