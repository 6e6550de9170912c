"""Read tilebake's own map format, version 1: JSON, as `mapfile` declares it."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from tilebake.errors import MapError
from tilebake.level.art.own_picture import OwnPicture, read_own_picture
from tilebake.level.formats.beside import Beside
from tilebake.level.map.content import MapContent, MapLayer, Rectangle
from tilebake.level.map.grid import Grid
from tilebake.level.map.json_cells import parse_cells
from tilebake.level.map.layers import CellColumns, read_layers
from tilebake.level.map.mapfile import VERSION, MapFile
from tilebake.level.source.diagnostics import field_problems
from tilebake.level.source.encoding import decode
from tilebake.level.source.json_positions import snippet
from tilebake.level.source.json_text import JsonText
from tilebake.level.source.schema_base import embedding_refs, lora_refs, reference_ref, terrain_entry
from tilebake.level.torus.set_layer import form_of, read_set


def read_json_map(data: str | bytes, path: Path | None, beside: Beside) -> MapContent:
    """Read a map from a JSON text, or from the bytes of a UTF-8 file, and the pictures that it names.

    Raises MapError with file, line, column and JSON path.
    """
    text = decode(data, path, MapError) if isinstance(data, bytes) else data.removeprefix("\ufeff")
    source = JsonText(text, path)
    file, columns = _read_file(source)
    refuse = source.error_at
    tile_set = form_of(file)
    layers = [read_set(file, refuse)] if tile_set else read_layers(file, columns, refuse)
    width, height = (file.tile_size, file.tile_size) if isinstance(file.tile_size, int) else file.tile_size
    cells = tile_set.cells_along_tile if tile_set else 1

    def read_named(name: str | None, key: str) -> OwnPicture | None:
        return None if name is None else read_own_picture(name, (key,), path, beside, refuse)

    return MapContent(
        grid=Grid(file.grid, (width // cells, height // cells), file.offset_axis, file.layout),
        layers=layers,
        refuse=refuse,
        name=file.name,
        terrains={name: terrain_entry(form) for name, form in file.terrains.items()},
        base_prompt=file.base_prompt,
        negative_prompt=file.negative_prompt,
        seed=file.seed,
        settings=file.settings,
        model=file.model,
        loras=None if file.loras is None else lora_refs(file.loras),
        embeddings=embedding_refs(file.embeddings),
        edit=file.edit,
        extent=_around_rows(layers) if file.wrap else None,
        wrap="both" if tile_set else file.wrap,
        tile_set=tile_set,
        art=read_named(file.art, "art"),
        keep=read_named(file.keep, "keep"),
        structure=read_named(file.structure, "structure"),
        reference=reference_ref(file.reference),
    )


def _around_rows(layers: Sequence[MapLayer]) -> Rectangle | None:
    """Return the rectangle around all rows, which is what a map repeats: a dot at its edge counts."""
    rows = [layer.rectangle for layer in layers if layer.rectangle is not None]
    if not rows:
        return None
    left, top = min(each.x for each in rows), min(each.y for each in rows)
    right, bottom = max(each.x + each.width for each in rows), max(each.y + each.height for each in rows)
    return Rectangle(left, top, right - left, bottom - top)


def _read_file(source: JsonText) -> tuple[MapFile, CellColumns]:
    """Read a file's content, and by their paths the cells that could be read as columns."""
    if parsed := parse_cells(source):
        _refuse_foreign(parsed.value, source)
        with suppress(ValidationError):  # which is told below, with all cells there
            return MapFile.model_validate(parsed.value), parsed.columns
    data = source.parse()
    _refuse_foreign(data, source)
    try:
        return MapFile.model_validate(data), {}
    except ValidationError as error:
        found = {problem.path: problem for problem in field_problems(error, data)}
        first = found[source.first(list(found))]
        raise source.error_at(first.what, first.path, hint=first.hint, at_key=first.at_key) from None


def _refuse_foreign(data: object, source: JsonText) -> None:
    """Raise for a file of another kind or version, which deserves better than a list of all its mistakes."""
    if not isinstance(data, dict):
        raise source.error_at(f"{snippet(data)} is not a map", hint='a map begins with {"tilebake": 1')
    if "tilebake" not in data:
        hint = f'add "tilebake": {VERSION} if it is one'
        raise source.error_at('"tilebake" is missing: this is not a map', hint=hint)
    version = data["tilebake"]
    if isinstance(version, bool) or version != VERSION:
        what = f"{snippet(version)} is not a version that this tilebake reads"
        raise source.error_at(what, ("tilebake",), hint=f"write {VERSION}, or bring tilebake up to date")
