"""Read a map of the editor Tiled, from its XML (.tmx) or its JSON (.tmj)."""

from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from tilebake.errors import MapError, TilebakeError
from tilebake.level.art.own_picture import OwnPicture, read_own_picture
from tilebake.level.constants import MAX_SEED
from tilebake.level.formats.beside import Beside
from tilebake.level.formats.lenient_model import validate
from tilebake.level.formats.tiled.image_layers import find_image_layer
from tilebake.level.formats.tiled.tile_terrains import Tilesets
from tilebake.level.formats.tiled.tiled_file import TiledMap, TiledTileset
from tilebake.level.formats.tiled.tiled_grid import first_cell, read_grid
from tilebake.level.formats.tiled.tiled_layers import read_tiled_layers
from tilebake.level.formats.tiled.tmx import TiledXml, read_tiled_xml
from tilebake.level.map.content import MAX_CELLS, MapContent, Rectangle
from tilebake.level.source.encoding import decode
from tilebake.level.source.json_positions import JsonPath, snippet
from tilebake.level.source.json_text import SAVE_ANEW, JsonText
from tilebake.level.source.refuse import Refuse
from tilebake.level.source.schema_base import Prompt, reference_ref
from tilebake.level.terrain import ReferenceRef
from tilebake.level.torus.wrap import WRAPS, Wrap

_EDITOR: Final = "tiled"
_PROMPT: Final = TypeAdapter[str](Prompt)


def read_tmx(data: str | bytes, path: Path | None, beside: Beside) -> MapContent:
    """Read a map from Tiled's XML. Raises MapError with line and column."""
    source = read_tiled_xml(data, path)
    if source.tag != "map":
        raise source.error_at(f"holds a {snippet(source.tag)[1:-1]}, not a map", hint="name a map of Tiled")
    return _read(source.value, source.error_at, path, beside)


def read_tmj(data: str | bytes, path: Path | None, beside: Beside) -> MapContent:
    """Read a map from Tiled's JSON. Raises MapError with line, column and JSON path."""
    source = _json(data, path)
    return _read(source.parse(), source.error_at, path, beside)


def _json(data: str | bytes, path: Path | None) -> JsonText:
    text = decode(data, path, MapError) if isinstance(data, bytes) else data.removeprefix("\ufeff")
    return JsonText(text, path, SAVE_ANEW)


def _read(value: object, refuse: Refuse, path: Path | None, beside: Beside) -> MapContent:
    entry, table = validate(TiledMap, value, refuse), beside.table(_EDITOR)
    tilesets = [
        _tileset(each, ("tilesets", index), refuse, path, beside) for index, each in enumerate(entry.tilesets)
    ]
    is_bounded = not entry.infinite and entry.width * entry.height > 0
    if is_bounded and entry.width * entry.height > MAX_CELLS:
        what = f"the map has {entry.width:,} x {entry.height:,} cells; the limit is {MAX_CELLS:,}"
        raise refuse(what, hint="split the map")
    first = first_cell(entry, beside.place, refuse)
    return MapContent(
        grid=read_grid(entry, refuse),
        layers=read_tiled_layers(entry, Tilesets(tilesets, table), table, first, refuse),
        refuse=refuse,
        base_prompt=_prompt(entry, "base_prompt", refuse),
        negative_prompt=_prompt(entry, "negative_prompt", refuse),
        seed=_seed(entry, refuse),
        wrap=_wrap(entry, refuse),
        extent=Rectangle(*first, entry.width, entry.height) if is_bounded else None,
        art=_picture(entry, "art", refuse, path, beside),
        keep=_picture(entry, "keep", refuse, path, beside),
        structure=_picture(entry, "structure", refuse, path, beside),
        reference=_reference(entry, refuse),
        reference_at=("properties",),
    )


def _tileset(
    entry: TiledTileset, at: JsonPath, refuse: Refuse, path: Path | None, beside: Beside
) -> TiledTileset:
    """Return a tileset; one that has a file of its own is read from there."""
    if entry.source is None:
        return entry

    def refuse_file(what: str, hint: str) -> TilebakeError:
        return refuse(f"the tileset: {what}", at, hint=hint)

    file, data = beside.read(entry.source, path, refuse_file)
    if file.suffix.lower() in (".tsj", ".json"):
        text = _json(data, file)
        value, refuse_there = text.parse(), text.error_at
    else:
        xml = read_tiled_xml(data, file)
        value, refuse_there = _tileset_of(xml), xml.error_at
    own = validate(TiledTileset, value, refuse_there)
    return own.model_copy(update={"firstgid": entry.firstgid, "name": own.name or file.stem})


def _tileset_of(xml: TiledXml) -> object:
    if xml.tag != "tileset":
        raise xml.error_at(f"holds a {snippet(xml.tag)[1:-1]}, not a tileset", hint="name a tileset of Tiled")
    return xml.value


def _prompt(entry: TiledMap, name: str, refuse: Refuse) -> str | None:
    """Return a prompt that a map has as a custom property."""
    if (value := entry.get(name)) is None:
        return None
    try:
        return _PROMPT.validate_python(value)
    except ValidationError:
        what = f"the property {name} is no text, or is too long"
        raise refuse(what, ("properties",), hint="correct it in Tiled, in the map's properties") from None


def _picture(
    entry: TiledMap, name: str, refuse: Refuse, path: Path | None, beside: Beside
) -> OwnPicture | None:
    """Return a picture that a map names by a custom property: an image layer, or a file. "" is none."""
    value = _file_name(entry, name, refuse)
    if value is None:
        return None
    layer = find_image_layer(entry, value, refuse)
    file, at = (value, ("properties",)) if layer is None else layer
    return read_own_picture(file, at, path, beside, refuse)


def _reference(entry: TiledMap, refuse: Refuse) -> ReferenceRef | None:
    """Return the picture that a map names to be painted like, at its usual weight."""
    return reference_ref(_file_name(entry, "reference", refuse))


def _file_name(entry: TiledMap, name: str, refuse: Refuse) -> str | None:
    """Return the name of a file that a map has as a custom property. An empty name is none."""
    value = entry.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        hint = "make it a file, or a text, in the map's properties"
        raise refuse(f"the property {name} is {snippet(value)}", ("properties",), hint=hint)
    return value


def _wrap(entry: TiledMap, refuse: Refuse) -> Wrap | None:
    """Return along which axes a map wraps, by a custom property."""
    value = entry.get("wrap")
    for each in WRAPS:
        if each == value:
            return each
    if value is None:
        return None
    what = f"the property wrap is {snippet(value)}"
    raise refuse(what, ("properties",), hint=f"write {', '.join(WRAPS[:-1])} or {WRAPS[-1]}")


def _seed(entry: TiledMap, refuse: Refuse) -> int:
    value = entry.get("seed")
    text = "0" if value is None else str(value)
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= MAX_SEED):
        what = f"the property seed is {snippet(text)}, not a whole number from 0 to {MAX_SEED:,}"
        raise refuse(what, ("properties",), hint="correct it in Tiled, in the map's properties")
    return int(text)
