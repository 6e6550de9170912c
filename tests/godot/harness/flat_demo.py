"""Make the demo with flat tiles and flat pictures, so that what is drawn of it can be compared exactly."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from tests.godot.harness import flat_colours
from tests.godot.harness.engine import Engine, copy_project

SCENES: Final = ("demo", "isometric", "half_offset", "hex")


class FlatDemo(NamedTuple):
    """Hold the project, exported and imported, and the flat picture of each scene."""

    project: Path
    painted: Mapping[str, flat_colours.Painted]


def make_flat_demo(engine: Engine, folder: Path) -> FlatDemo:
    """Make the demo, with flat pictures where tilebake would put its own."""
    project = copy_project(folder)
    flat_colours.flatten_tiles(project / "demo/tiles")
    engine.import_project(project).check()
    engine.run(project, "-s", "res://addons/tilebake/cli/export_maps.gd", "--", "--all").check()
    painted = {name: flat_colours.paint(project, f"demo/{name}") for name in SCENES}
    engine.import_project(project).check()
    return FlatDemo(project, painted)
