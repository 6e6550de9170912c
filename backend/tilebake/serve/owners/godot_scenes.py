"""Compare a map with the Godot scene that it was made from: is it there still, and does it say the same."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from tilebake.level.map.grid import Bounds
from tilebake.level.source.encoding import open_regular

_HEAD: Final = 1 << 16  # bytes of a map in which the addon names its scene: the tiles come last
_SCENE: Final = re.compile(r'"scene"\s*:\s*(\{[^{}]*\})')
_NODE: Final = re.compile(r"^\[node ([^\n]*)\]\r?$", re.MULTILINE)
_ATTRIBUTE: Final = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|ExtResource\([^)]*\))')
_SECTION: Final = re.compile(r"^\[(?:node|connection|editable) ", re.MULTILINE)
_BOUNDS: Final = re.compile(r"^map_bounds = Rect2\(([^)]*)\)", re.MULTILINE)
_PICTURE: Final = re.compile(r'^picture = "((?:[^"\\]|\\.)*)"', re.MULTILINE)
_TEXTURE: Final = re.compile(r"^texture = ", re.MULTILINE)
_SAME: Final = 0.01  # map pixels by which numbers in a scene may differ from those in a map
_RESOURCE: Final = "res://"
IF_LOST: Final = "delete the map and run `tilebake clean`, or export its scene again"


class SceneNode(NamedTuple):
    """Name a node of a Godot scene: the scene's file, as Godot names it, and the path from its root."""

    file: str
    node: str


def scene_of(map_path: Path) -> SceneNode | None:
    """Return the node that a map says it was made from; None where it says nothing of the kind."""
    try:
        with open_regular(map_path) as file:
            head = file.read(_HEAD).decode("utf-8", "replace")
    except OSError:
        return None
    found = _SCENE.search(head)
    if found is None:
        return None
    try:
        said: object = json.loads(found[1])
    except ValueError:
        return None
    match said:
        case {"file": str(scene), "node": str(node)}:
            return SceneNode(scene, node)
        case _:
            return None


def why_lost(map_path: Path) -> str | None:
    """Return why a map is of no scene any more; None where its scene is there, or it names none.

    A map that was exported after its scene was last saved may be of a node that is not saved yet.
    """
    named = scene_of(map_path)
    game = _godot_root(map_path)
    if named is None or game is None or not named.file.startswith(_RESOURCE):
        return None
    scene = game / named.file.removeprefix(_RESOURCE)
    if not scene.is_file():
        return f"its scene {named.file} is gone"
    if scene.suffix == ".tscn" and not _may_have(scene, named.node) and not _is_newer(map_path, scene):
        return f"its scene {named.file} has no node {named.node} any more"
    return None


def why_scene_differs(map_path: Path, bounds: Bounds, png: Path) -> str | None:
    """Return what a scene says otherwise of its painting than its map: where it lies, or which file it is.

    None where it says the same, or where nothing is known: a binary scene, a node of another scene.
    """
    named = scene_of(map_path)
    game = _godot_root(map_path)
    if named is None or game is None or why_lost(map_path) is not None:
        return None
    said = _values_of(game / named.file.removeprefix(_RESOURCE), named.node)
    if said is None:
        return None
    box = _BOUNDS.search(said)
    numbers = [float(number) for number in box[1].split(",")] if box else []
    if len(numbers) != len(bounds) or any(abs(a - b) > _SAME for a, b in zip(numbers, bounds, strict=True)):
        return f"{named.file} says another place for it: save the scene, or export it"
    picture = _PICTURE.search(said)
    if picture is not None and png.is_relative_to(game):
        if picture[1] != _RESOURCE + png.relative_to(game).as_posix():
            return f"{named.file} shows {picture[1]}: save the scene, or export it"
    elif picture is None and not _TEXTURE.search(said):
        return f"{named.file} does not show it yet: save the scene, or export it"
    return None


def _values_of(scene: Path, node: str) -> str | None:
    """Return the lines under the head of a node in a scene's text; None where it has none there."""
    if scene.suffix != ".tscn":
        return None
    try:
        text = scene.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    for head in _NODE.finditer(text):
        if next(_nodes(head[0]))[0] == node:
            after = _SECTION.search(text, head.end())
            return text[head.end() : after.start() if after else len(text)]
    return None


def _godot_root(path: Path) -> Path | None:
    """Return the folder of the Godot project that a file lies in."""
    return next((folder for folder in path.absolute().parents if (folder / "project.godot").is_file()), None)


def _is_newer(path: Path, other: Path) -> bool:
    try:
        return path.stat().st_mtime_ns > other.stat().st_mtime_ns
    except OSError:
        return False


def _may_have(scene: Path, node: str) -> bool:
    """Tell whether a scene has a node, or may have it from a scene that it inherits or instances."""
    try:
        text = scene.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return True
    for path, is_instance in _nodes(text):
        if path == node or (is_instance and (path == "." or node.startswith(f"{path}/"))):
            return True
    return False


def _nodes(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the path of each node in a scene's text, and whether it is an instance of another scene."""
    for head in _NODE.finditer(text):
        values = dict(_ATTRIBUTE.findall(head[1]))
        name, parent = (values.get(key, '""')[1:-1] for key in ("name", "parent"))
        path = "." if "parent" not in values else name if parent == "." else f"{parent}/{name}"
        yield path, "instance" in values
