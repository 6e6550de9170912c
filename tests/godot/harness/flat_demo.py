"""The demo with flat tiles and flat paintings over them: what is drawn of it can be compared exactly."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from tests.godot.harness import flat
from tests.godot.harness.engine import Engine, copy_project

SCENES: Final = ("demo", "isometric", "half_offset", "hex")


class FlatDemo(NamedTuple):
    """The project, exported and imported, and what was painted for each scene."""

    project: Path
    painted: Mapping[str, flat.Painted]


def make_flat_demo(engine: Engine, folder: Path) -> FlatDemo:
    """Put flat pictures where tilebake would have put its own."""
    project = copy_project(folder)
    flat.flatten_tiles(project / "demo/tiles")
    engine.import_project(project).checked()
    engine.run(project, "-s", "res://addons/tilebake/cli/export_maps.gd", "--", "--all").checked()
    painted = {name: flat.paint(project, f"demo/{name}") for name in SCENES}
    engine.import_project(project).checked()
    return FlatDemo(project, painted)
