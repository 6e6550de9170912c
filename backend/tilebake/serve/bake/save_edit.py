"""Write an edit into its map's file, so that every later bake repeats it."""

from pathlib import Path
from typing import Any, Final

from tilebake.errors import Location, MapError, PromptError
from tilebake.level.edit.edit import Edit
from tilebake.level.edit.edit_file import BASE, TERRAINS, edit_json
from tilebake.level.project import Project, find_project
from tilebake.level.source.encoding import decode, read_bytes
from tilebake.level.source.json_edit import with_member, without_member
from tilebake.level.source.json_text import JsonText
from tilebake.level.tilemap import TileMap, parse_map
from tilebake.serve.bake.rewrite_map import encode_as, refuse_other_editors, rewrite_map

KEY: Final = "edit"


def save_edit(map_path: Path, edit: Edit) -> None:
    """Write an edit into a map's file, in one step; whatever else the file holds stays as it is.

    Raises what `map_with_edit` does, and BakeError when the disk refuses.
    """
    rewrite_map(map_path, lambda data: _with_edit(map_path, data, edit))


def forget_edit(map_path: Path) -> bool:
    """Take the edit out of a map's file; False if it has none. Raises MapError and BakeError."""
    return rewrite_map(map_path, lambda data: _without_edit(map_path, data))


def map_with_edit(map_path: Path, edit: Edit) -> bytes:
    """Return the map's file as it is now, with this edit in place of the one it may have.

    Raises MapError for a map that has mistakes, PromptError for an edit of the project's style.
    """
    refuse_other_editors(map_path)
    return _with_edit(map_path, read_bytes(map_path, MapError), edit)


def _with_edit(map_path: Path, data: bytes, edit: Edit) -> bytes:
    project = find_project(map_path)
    text = decode(data, map_path, MapError)
    JsonText(text, map_path).parse()
    tilemap = parse_map(without_member(text, KEY), path=map_path, project=project)
    saved = with_member(text, KEY, _as_written(edit, tilemap, project))
    parse_map(saved, path=map_path, project=project)
    return encode_as(saved, data)


def _without_edit(map_path: Path, data: bytes) -> bytes | None:
    text = decode(data, map_path, MapError)
    content = JsonText(text, map_path).parse()
    if not isinstance(content, dict) or KEY not in content:
        return None
    return encode_as(without_member(text, KEY), data)


def _as_written(edit: Edit, tilemap: TileMap, project: Project) -> dict[str, Any]:
    """Return the edit as this map's file says it: what stays follows the map's own prompts and style."""
    written = edit_json(edit)
    sources = {terrain.name: terrain.prompt for terrain in tilemap.terrains}
    for name, rewrite in written.get(TERRAINS, {}).items():
        if rewrite["prompt"] == sources[name]:
            del rewrite["prompt"]
    if (base := written.get(BASE)) is not None:
        if base["prompt"] == tilemap.base_prompt:
            del base["prompt"]
        elif project.style:
            base["prompt"] = _without_style(base["prompt"], project, tilemap)
    return written


def _without_style(prompt: str, project: Project, tilemap: TileMap) -> str:
    """Return a base prompt without the style that will follow it again. Raises PromptError."""
    ending = f", {project.style}"
    if not prompt.endswith(ending):
        raise PromptError(
            f"the edit changes {project.style!r}, the style that tilebake.toml gives every map",
            where=Location(tilemap.path),
            hint="change it there, or edit words of the map's own prompts",
        )
    return prompt.removesuffix(ending)
