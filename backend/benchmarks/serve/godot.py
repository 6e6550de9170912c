"""From a save in Godot to the map file: what the addon's export costs on the editor's main thread.

    python -m benchmarks.serve.godot --godot .godot-engine/godot

A level of square tiles is written as a scene, and the real engine exports it several times. Prints a table,
and one JSON line last.
"""

import base64
import json
import shutil
import statistics
import struct
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import click

from benchmarks.figures import Figure, json_line, table
from benchmarks.serve.process import REPOSITORY

SCRIPT: Final = Path(__file__).with_name("godot_export.gd")
ADDON: Final = REPOSITORY / "godot_addon/addons/tilebake"
PROJECT: Final = 'config_version=5\n\n[application]\n\nconfig/name="Benchmark"\n'
AIM: Final = {10_000: 0.150}  # seconds, by cells
PATIENCE: Final = 300.0  # seconds
NAMES: Final = ("grass", "forest", "water", "sand")

SCENE: Final = """[gd_scene format=4]

[ext_resource type="Script" path="res://addons/tilebake/nodes/baked_tile_map.gd" id="baked"]

[sub_resource type="PlaceholderTexture2D" id="tiles"]
size = Vector2(64, 16)

[sub_resource type="TileSetAtlasSource" id="atlas"]
texture = SubResource("tiles")
{tiles}

[sub_resource type="TileSet" id="set"]
terrain_set_0/mode = 0
{terrains}
sources/0 = SubResource("atlas")

[node name="Level" type="Node2D"]

[node name="Ground" type="TileMapLayer" parent="."]
tile_map_data = PackedByteArray("{cells}")
tile_set = SubResource("set")

[node name="Bake" type="Sprite2D" parent="."]
script = ExtResource("baked")
"""


def level(side: int) -> str:
    """Write a scene of side times side tiles in four terrains."""
    cells = b"".join(
        struct.pack("<hhHHHH", x, y, 0, (x // 5 + y // 7) % 4, 0, 0) for y in range(side) for x in range(side)
    )
    tiles = [f"{x}:0/0 = 0\n{x}:0/0/terrain_set = 0\n{x}:0/0/terrain = {x}" for x in range(4)]
    terrains = [f'terrain_set_0/terrain_{index}/name = "{name}"' for index, name in enumerate(NAMES)]
    return SCENE.format(
        tiles="\n".join(tiles),
        terrains="\n".join(terrains),
        cells=base64.b64encode(struct.pack("<H", 0) + cells).decode("ascii"),
    )


def godot(command: str, project: Path, *arguments: str) -> str:
    """Return what Godot prints of a project. Raises RuntimeError with it when something is wrong."""
    ended = subprocess.run(
        [command, "--headless", "--path", str(project), *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
    )
    if ended.returncode or "SCRIPT ERROR" in ended.stderr:
        raise RuntimeError(f"Godot exited with {ended.returncode}:\n{ended.stdout}\n{ended.stderr}")
    return ended.stdout


def rounds(command: str, side: int) -> list[dict[str, float]]:
    """Return what each round took, in milliseconds; the first, in which all is new, is left out."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        shutil.copytree(ADDON, project / "addons/tilebake")
        shutil.copy(SCRIPT, project)
        (project / "project.godot").write_text(PROJECT, encoding="utf-8")
        (project / "level.tscn").write_text(level(side), encoding="utf-8")
        godot(command, project, "--import")
        said = godot(command, project, "-s", SCRIPT.name, "--", "res://level.tscn")
    told = [
        json.loads(line.removeprefix("LARGE ")) for line in said.splitlines() if line.startswith("LARGE ")
    ]
    if len(told) < 2 or told[0]["cells"] != side * side:
        raise RuntimeError(f"the level was not exported whole:\n{said}")
    return told[1:]


def figures(command: str, sides: Sequence[int]) -> Iterator[Figure]:
    """For each size: as the clock saw it, what the thread computed, and a save that changes nothing."""
    for side in sides:
        told = rounds(command, side)
        cells = f"{side * side:,} cells"
        clock = statistics.median(each["export"] + each["write"] for each in told) / 1000
        cpu = statistics.median(each["cpu"] for each in told) / 1000
        same = statistics.median(each["export"] + each["same"] for each in told) / 1000
        yield Figure(f"{cells}, save to map file", "seconds", clock, most=AIM.get(side * side))
        yield Figure(f"{cells}, of it computed", "seconds", cpu if cpu >= 0 else None)
        yield Figure(f"{cells}, a save that changes nothing", "seconds", same)


@click.command()
@click.option(
    "--godot", "command", envvar="GODOT", default="godot", help="The Godot to run; GODOT names it too."
)
@click.option(
    "--side", "sides", type=int, multiple=True, default=(100, 317), help="Tiles along a side; repeatable."
)
def main(command: str, sides: tuple[int, ...]) -> None:
    """Measure the export of levels with the real Godot."""
    measured = list(figures(command, sides))
    click.echo(table(measured))
    click.echo(json_line("godot", measured))


if __name__ == "__main__":
    main()
