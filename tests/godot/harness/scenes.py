"""Describe scenes for tests, and have the engine build and save them (gd/export/make_scenes.gd)."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from tests.godot.harness.addon_imports import adopt_imports
from tests.godot.harness.engine import SCRIPTS, Engine, Run

Cell = tuple[int, int, int, int, int, int]  # x, y, source, atlas x, atlas y, alternative
EXPORT: Final = "res://addons/tilebake/cli/export_maps.gd"
NAMED, CUSTOM, UNNAMED = 0, 1, 2  # the atlas's rows: a terrain, custom data, or neither


def tile(x: int, y: int, column: int = 0, row: int = NAMED, alternative: int = 0) -> Cell:
    """Put a tile of the atlas into a cell."""
    return (x, y, 0, column, row, alternative)


def scene_tile(x: int, y: int, identifier: int = 5) -> Cell:
    """Put a scene tile into a cell."""
    return (x, y, 1, 0, 0, identifier)


def mix_tiles(columns: Iterable[int], rows: Sequence[int]) -> list[Cell]:
    """Put a tile into each cell: all terrains, by terrain and by custom data, mixed without a pattern."""
    return [
        tile(x, y, (x * 7 + y * 13 + x * y) % 3, ((x + 3 * y) * 5 // 4) % 2) for x in columns for y in rows
    ]


def node(kind: str, *children: dict[str, Any], name: str | None = None, **values: str) -> dict[str, Any]:
    """Describe a node; values are written as in a scene file."""
    return {"type": kind, "name": name or kind, "set": values, "children": children}


def layer(name: str, cells: Sequence[Cell], **values: str) -> dict[str, Any]:
    """Describe a TileMapLayer."""
    return {**node("TileMapLayer", name=name, **values), "cells": cells}


def tile_map(name: str, *layers: dict[str, Any], **values: str) -> dict[str, Any]:
    """Describe a deprecated TileMap; a layer of it is {"cells", "name", "enabled", "z"}."""
    return {**node("TileMap", name=name, **values), "layers": layers}


def baked(name: str = "Bake", **values: str) -> dict[str, Any]:
    """Describe a BakedTileMap."""
    return node("BakedTileMap", name=name, **values)


def resource(script: str, **values: str) -> str:
    """Write a resource of one of the addon's classes as a scene file has it; values are written so too."""
    written = "".join(f',"{key}":{value}' for key, value in values.items())
    return f'Object(Resource,"script":{_script(script)}{written})'


def by_name(script: str, **resources: str) -> str:
    """Write a dictionary of such resources of one class."""
    written = ", ".join(f'"{name}": {each}' for name, each in resources.items())
    return f"Dictionary[String, {_script(script)}]({{{written}}})"


def _script(name: str) -> str:
    return f'Resource("res://addons/tilebake/nodes/{name}.gd")'


def scene(path: str, root: dict[str, Any], **tile_set: object) -> dict[str, Any]:
    """Describe a scene; its tile set may have a shape, layout, axis, size and colours of its tiles."""
    return {"path": path, "root": root, "tile_set": tile_set}


def level(path: str, *children: dict[str, Any], **tile_set: object) -> dict[str, Any]:
    """Describe a scene of layers and one BakedTileMap over them."""
    return scene(path, node("Node2D", *children, baked(), name="Level"), **tile_set)


def make_scenes(engine: Engine, project: Path, scenes: Sequence[dict[str, Any]]) -> None:
    """Have the engine build the scenes and save them in the project, with the addon imported."""
    adopt_imports(engine, project)
    (project / "scenes.json").write_text(json.dumps(scenes), encoding="utf-8")
    engine.script(project, SCRIPTS / "export/make_scenes.gd", "res://scenes.json").check()


def export(engine: Engine, project: Path, *arguments: str) -> Run:
    """Run the command line of the addon."""
    return engine.script(project, EXPORT, *arguments)


def map_of(project: Path, scene_path: str) -> dict[str, Any]:
    """Read the map file of a scene."""
    inside = scene_path.removeprefix("res://").removesuffix(".tscn")
    return json.loads((project / "maps" / f"{inside}.tilebake.json").read_text(encoding="utf-8"))


def content_of(map_file: Path) -> dict[str, Any]:
    """Read a map file without the scene that it names, so that maps of several scenes can be compared."""
    content = json.loads(map_file.read_bytes())
    del content["scene"]
    return content


def file_of(project: Path, scene_path: str) -> Path:
    """Return where a scene lies on the disk."""
    return project / scene_path.removeprefix("res://")
