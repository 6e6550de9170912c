"""Write an edit into its map's file, so that every later bake repeats it."""

import codecs
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
from tilebake.serve.files.atomic_write import write_files

KEY: Final = "edit"


def save_edit(map_path: Path, edit: Edit) -> None:
    """Write an edit into a map's file, in one step; whatever else the file holds stays as it is.

    Raises what `map_with_edit` does, and BakeError when the disk refuses.
    """
    _write(map_path, map_with_edit(map_path, edit))


def forget_edit(map_path: Path) -> bool:
    """Take the edit out of a map's file; False if it has none. Raises MapError and BakeError."""
    data = read_bytes(map_path, MapError)
    text = decode(data, map_path, MapError)
    content = JsonText(text, map_path).parse()
    if not isinstance(content, dict) or KEY not in content:
        return False
    _write(map_path, _encode(without_member(text, KEY), data))
    return True


def map_with_edit(map_path: Path, edit: Edit) -> bytes:
    """Return the map's file as it is now, with this edit in place of the one it may have.

    Raises MapError for a map that has mistakes, PromptError for an edit of the project's style.
    """
    project = find_project(map_path)
    data = read_bytes(map_path, MapError)
    text = decode(data, map_path, MapError)
    JsonText(text, map_path).parse()
    tilemap = parse_map(without_member(text, KEY), path=map_path, project=project)
    saved = with_member(text, KEY, _as_written(edit, tilemap, project))
    parse_map(saved, path=map_path, project=project)
    return _encode(saved, data)


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


def _encode(text: str, before: bytes) -> bytes:
    """UTF-8, with the byte order mark if the file had one."""
    mark = codecs.BOM_UTF8 if before.startswith(codecs.BOM_UTF8) else b""
    return mark + text.encode("utf-8")


def _write(map_path: Path, content: bytes) -> None:
    real = map_path.resolve()  # a link to a map stays a link
    write_files(real.parent, {real.name: content})
