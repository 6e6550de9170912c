"""TileMap: a level as it is painted, and how it is read from a map file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from tilebake.errors import Location, MapError
from tilebake.level.edit.edit import Edit
from tilebake.level.edit.edit_file import EditEntry, Prompts, read_edit, styled
from tilebake.level.map.grid import Bounds, Grid, GridShape
from tilebake.level.map.layers import Layer, read_layers
from tilebake.level.map.mapfile import VERSION, MapFile
from tilebake.level.map.tiles import Tile, place
from tilebake.level.map_names import map_stem
from tilebake.level.settings import BakeSettings, SettingsOverride, apply
from tilebake.level.source.diagnostics import mistakes, nearest
from tilebake.level.source.encoding import decode, read_bytes
from tilebake.level.source.json_positions import JsonPath, shown, shown_path
from tilebake.level.source.json_text import JsonText
from tilebake.level.source.schema_base import TerrainEntry, lora_refs, terrain_entry
from tilebake.level.terrain import LoraRef, Terrain

if TYPE_CHECKING:
    from tilebake.level.project import Project

__all__ = ["Bounds", "LoraRef", "Terrain", "Tile", "TileMap", "parse_map", "read_map"]


@dataclass(frozen=True)
class TileMap:
    """A level as it is painted: every visible tile with its centre, and what its terrain looks like."""

    name: str
    path: Path | None
    grid: GridShape
    tile_size: tuple[int, int]  # map pixels
    terrains: tuple[Terrain, ...]  # those that some tile has, sorted by name
    tiles: tuple[Tile, ...]  # sorted by row, column and terrain, however the file orders them
    empty: tuple[tuple[float, float], ...]  # centres of the cells inside the bounds that have no tile
    bounds: Bounds  # the rectangle around all tiles
    base_prompt: str
    negative_prompt: str
    seed: int
    settings: SettingsOverride  # the map's own
    model: str | None  # the map's own; None leaves the choice to the project
    loras: tuple[LoraRef, ...] | None  # likewise
    edit: Edit | None = None  # what is painted in the stead of what the prompts say, with its layout

    def index_of(self, terrain: str) -> int:
        """A terrain's place among `terrains`. Raises MapError, naming the one that was meant."""
        names = [each.name for each in self.terrains]
        if terrain not in names:
            hint = nearest(terrain, names, f"the map's terrains are: {', '.join(names) or 'none'}")
            raise MapError(f"no tile has the terrain {terrain!r}", where=Location(self.path), hint=hint)
        return names.index(terrain)


def read_map(path: Path, project: "Project | None" = None, *, trial: EditEntry | None = None) -> TileMap:
    """The map in a file. What it leaves out comes from the project. `trial` is an edit in place of its own.

    Raises MapError with file, line, column and JSON path; for a mistake in `trial`, with the path alone.
    """
    return parse_map(read_bytes(path, MapError), path=path, project=project, trial=trial)


def parse_map(
    text: str | bytes,
    *,
    path: Path | None = None,
    project: "Project | None" = None,
    trial: EditEntry | None = None,
) -> TileMap:
    """The map in a text, or in the bytes of a UTF-8 file, as `read_map` reads it. Raises MapError."""
    decoded = decode(text, path, MapError) if isinstance(text, bytes) else text.removeprefix("\ufeff")
    source = JsonText(decoded, path)
    file = _read_file(source)
    layers = read_layers(file, source)
    _refuse_clashing_settings(file, project, source)
    grid = Grid(file.grid, _pair(file.tile_size), file.offset_axis, file.layout)
    terrains = _used_terrains(layers, file, project, source)
    placement = place(layers, grid, source)
    names = placement.names
    painted = tuple(terrain for terrain in terrains if terrain.name in names)
    base_prompt = _base_prompt(file, project)
    return TileMap(
        name=file.name or (map_stem(path) if path else "map"),
        path=path,
        grid=grid.shape,
        tile_size=grid.tile_size,
        terrains=painted,
        tiles=placement.tiles,
        empty=placement.empty,
        bounds=placement.bounds,
        base_prompt=base_prompt,
        negative_prompt=_negative_prompt(file, project),
        seed=file.seed,
        settings=file.settings,
        model=file.model,
        loras=None if file.loras is None else lora_refs(file.loras),
        edit=_edit(file, _prompts(file, base_prompt, painted, project), source, trial),
    )


def _read_file(source: JsonText) -> MapFile:
    data = source.parse()
    _refuse_foreign(data, source)
    try:
        return MapFile.model_validate(data)
    except ValidationError as error:
        found = {mistake.path: mistake for mistake in mistakes(error, data)}
        first = found[source.first(list(found))]
        raise source.mistake(first.what, first.path, hint=first.hint, at_key=first.at_key) from None


def _refuse_foreign(data: object, source: JsonText) -> None:
    """A file of another kind or version deserves better than a list of all that is wrong with it."""
    if not isinstance(data, dict):
        raise source.mistake(f"{shown(data)} is not a map", hint='a map begins with {"tilebake": 1')
    if "tilebake" not in data:
        hint = f'add "tilebake": {VERSION} if it is one'
        raise source.mistake('"tilebake" is missing: this is not a map', hint=hint)
    version = data["tilebake"]
    if isinstance(version, bool) or version != VERSION:
        what = f"{shown(version)} is not a version that this tilebake reads"
        raise source.mistake(what, ("tilebake",), hint=f"write {VERSION}, or bring tilebake up to date")


def _refuse_clashing_settings(file: MapFile, project: "Project | None", source: JsonText) -> None:
    try:
        apply(BakeSettings(), *([project.settings] if project else []), file.settings)
    except MapError as error:
        raise source.mistake(error.what, ("settings",), hint=error.hint) from None


def _pair(tile_size: int | tuple[int, int]) -> tuple[int, int]:
    return (tile_size, tile_size) if isinstance(tile_size, int) else tile_size


def _base_prompt(file: MapFile, project: "Project | None") -> str:
    """The map's base prompt or else the project's, and behind it the style that all maps share."""
    if project is None:
        return file.base_prompt or ""
    own = project.base_prompt if file.base_prompt is None else file.base_prompt
    return styled(own, project.style)


def _prompts(
    file: MapFile, base_prompt: str, painted: Sequence[Terrain], project: "Project | None"
) -> Prompts:
    """What an edit of the map starts from."""
    return Prompts(
        base=base_prompt,
        terrains={terrain.name: terrain.prompt for terrain in painted},
        unpainted=[*file.terrains, *(project.terrains if project else ())],
        style=project.style if project else "",
    )


def _edit(file: MapFile, prompts: Prompts, source: JsonText, trial: EditEntry | None) -> Edit | None:
    if trial is not None:
        return read_edit(trial, prompts, _trial_mistake)
    return None if file.edit is None else read_edit(file.edit, prompts, source.mistake)


def _trial_mistake(
    what: str, path: JsonPath = (), *, hint: str | None = None, at_key: bool = False
) -> MapError:
    """A mistake in an edit that stands in no file; keys and values have one place there."""
    del at_key
    return MapError(what, where=Location(json_path=shown_path(path)), hint=hint)


def _negative_prompt(file: MapFile, project: "Project | None") -> str:
    if file.negative_prompt is not None:
        return file.negative_prompt
    return project.negative_prompt if project else ""


def _used_terrains(
    layers: Sequence[Layer], file: MapFile, project: "Project | None", source: JsonText
) -> tuple[Terrain, ...]:
    """The terrains that tiles have, from the map and the project. Raises MapError for unknown ones."""
    entries = {name: terrain_entry(form) for name, form in file.terrains.items()}
    shared = project.terrains if project else {}
    used: dict[str, Terrain] = {}
    for layer in layers:
        for name in dict.fromkeys(layer.terrains.values()):
            if name not in entries and name not in shared:
                otherwise = f'add {shown(name)} to "terrains", here or in tilebake.toml'
                hint = nearest(name, [*entries, *shared], otherwise)
                raise source.mistake(f"unknown terrain {shown(name)}", layer.named_at[name], hint=hint)
            used[name] = _terrain(name, entries.get(name, TerrainEntry()), shared.get(name), source)
    return tuple(used[name] for name in sorted(used))


def _terrain(name: str, own: TerrainEntry, shared: Terrain | None, source: JsonText) -> Terrain:
    """What the map says of a terrain, and for the rest what the project says."""
    prompt = own.prompt or (shared.prompt if shared else None)
    if prompt is None:
        hint = 'add a "prompt" that says what it looks like, here or in tilebake.toml'
        raise source.mistake(f"the terrain {shown(name)} has no prompt", ("terrains", name), hint=hint)
    negative_prompt, weight = own.negative_prompt, own.weight
    if shared is not None:
        negative_prompt = shared.negative_prompt if negative_prompt is None else negative_prompt
        weight = shared.weight if weight is None else weight
    return Terrain(name, prompt, negative_prompt, 1.0 if weight is None else weight)
