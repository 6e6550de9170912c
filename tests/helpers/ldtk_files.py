"""Files as the editor LDtk writes them, made of rows of characters."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

VALUES: Final[Mapping[str, int]] = {".": 0, "g": 1, "w": 2, "s": 3}
NAMES: Final = ("grass", "water", "sand")


def layer(rows: Sequence[str], name: str = "Ground", size: int = 16, **members: object) -> dict[str, Any]:
    """A layer of numbers."""
    return {
        "__identifier": name,
        "__type": "IntGrid",
        "__cWid": len(rows[0]),
        "__cHei": len(rows),
        "__gridSize": size,
        "__opacity": 1,
        "__pxTotalOffsetX": 0,
        "__pxTotalOffsetY": 0,
        "visible": True,
        "intGridCsv": [VALUES[sign] for row in rows for sign in row],
        "autoLayerTiles": [],
        "gridTiles": [],
        "entityInstances": [],
        **members,
    }


def level(
    name: str, rows: Sequence[str], x: int = 0, y: int = 0, size: int = 16, **members: object
) -> dict[str, Any]:
    """A level of one layer, at a place in its world in pixels."""
    entities = {
        "__identifier": "Entities",
        "__type": "Entities",
        "__cWid": 1,
        "__cHei": 1,
        "__gridSize": size,
        "__opacity": 1,
        "visible": True,
        "intGridCsv": [],
    }
    return {
        "identifier": name,
        "iid": f"iid-{name}",
        "uid": 1,
        "worldX": x,
        "worldY": y,
        "worldDepth": 0,
        "pxWid": len(rows[0]) * size,
        "pxHei": len(rows) * size,
        "externalRelPath": None,
        "fieldInstances": [],
        "layerInstances": [entities, layer(rows, size=size)],
        "__neighbours": [],
        **members,
    }


def definition(name: str = "Ground", size: int = 16) -> dict[str, Any]:
    """What all levels' layers of a name share."""
    values = [
        {"value": number, "identifier": each, "color": "#000000", "tile": None, "groupUid": 0}
        for number, each in enumerate(NAMES, start=1)
    ]
    return {"__type": "IntGrid", "identifier": name, "uid": 2, "gridSize": size, "intGridValues": values}


def ldtk(levels: Sequence[Mapping[str, object]], **members: object) -> dict[str, Any]:
    """A project, with a command that nobody should run."""
    return {
        "__header__": {"fileType": "LDtk Project JSON", "app": "LDtk", "appVersion": "1.5.3"},
        "jsonVersion": "1.5.3",
        "worldLayout": "Free",
        "externalLevels": False,
        "customCommands": [{"command": "touch ran", "when": "AfterLoad"}],
        "defs": {"layers": [{"__type": "Entities", "identifier": "Entities", "gridSize": 16}, definition()]},
        "levels": list(levels),
        "worlds": [],
        **members,
    }


def text(project: Mapping[str, object]) -> str:
    """A project as LDtk writes it."""
    return json.dumps(project, indent="\t")
