"""Paint game levels from tilemaps.

    import tilebake

    texture = tilebake.bake_map("lake.json")
    tilebake.write_png("lake.png", texture.image)

`load_painter` loads a model once for many maps. `Edit` and its parts say what an edit changes. All that is
public is named here. `import tilebake` is quick: what a name needs is imported when it is first used.

Torch's threads sleep while they wait, so that other programs on the same processors slow a bake down less
(`paint/__init__.py`). Where torch was imported before the first name is used, they wait as torch has it: set
OMP_WAIT_POLICY=PASSIVE yourself then.
"""

import importlib
from typing import TYPE_CHECKING, Final

from tilebake.version import __version__

if TYPE_CHECKING:
    from tilebake.errors import (
        BakeError,
        BusyError,
        Diagnostic,
        Location,
        MapError,
        ModelError,
        ProjectError,
        PromptError,
        ServeError,
        TilebakeError,
    )
    from tilebake.facade import (
        EditedMap,
        MapPainter,
        bake_map,
        load_map,
        load_painter,
        load_project,
        write_png,
    )
    from tilebake.level.edit.edit import Edit, LocalBlend, Refine, Replace, Reweight, Rewrite, Threshold
    from tilebake.level.project import Project
    from tilebake.level.terrain import LoraRef
    from tilebake.level.tilemap import TileMap
    from tilebake.request import BakeRequest, Step
    from tilebake.texture import Texture

__all__ = [
    "BakeError",
    "BakeRequest",
    "BusyError",
    "Diagnostic",
    "Edit",
    "EditedMap",
    "LocalBlend",
    "Location",
    "LoraRef",
    "MapError",
    "MapPainter",
    "ModelError",
    "Project",
    "ProjectError",
    "PromptError",
    "Refine",
    "Replace",
    "Reweight",
    "Rewrite",
    "ServeError",
    "Step",
    "Texture",
    "Threshold",
    "TileMap",
    "TilebakeError",
    "__version__",
    "bake_map",
    "load_map",
    "load_painter",
    "load_project",
    "write_png",
]

_MODULES: Final = {
    "errors": (
        "BakeError",
        "BusyError",
        "Diagnostic",
        "Location",
        "MapError",
        "ModelError",
        "ProjectError",
        "PromptError",
        "ServeError",
        "TilebakeError",
    ),
    "facade": (
        "EditedMap",
        "MapPainter",
        "bake_map",
        "load_map",
        "load_painter",
        "load_project",
        "write_png",
    ),
    "level.edit.edit": ("Edit", "LocalBlend", "Refine", "Replace", "Reweight", "Rewrite", "Threshold"),
    "level.project": ("Project",),
    "level.terrain": ("LoraRef",),
    "level.tilemap": ("TileMap",),
    "request": ("BakeRequest", "Step"),
    "texture": ("Texture",),
}
_HOMES: Final = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    """Import a public name from its module when it is first used (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'tilebake' has no attribute {name!r}")
    value: object = getattr(importlib.import_module(f"tilebake.{_HOMES[name]}"), name)
    globals()[name] = value  # so that it is looked up once
    return value


def __dir__() -> list[str]:
    """List the public names, whether they are imported yet or not."""
    return sorted({*globals(), *__all__})
