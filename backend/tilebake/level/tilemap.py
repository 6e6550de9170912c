"""Hold a level as it is painted, and read it from a map file of any format."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tilebake.errors import Diagnostic, Location, MapError, TilebakeError
from tilebake.level.art.own_picture import OwnPicture
from tilebake.level.art.references import REFERENCE, ReferencePicture, ReferenceReader, References
from tilebake.level.edit.edit import Edit
from tilebake.level.edit.edit_entry import EditEntry
from tilebake.level.edit.edit_file import MapPrompts, read_edit, with_style
from tilebake.level.edit.embedding_tags import take_embeddings
from tilebake.level.formats.beside import Beside
from tilebake.level.formats.part import file_of
from tilebake.level.map.content import MapContent
from tilebake.level.map.grid import Bounds, GridShape
from tilebake.level.map.terrain_names import spell_terrain_names
from tilebake.level.map.tile_columns import Centres, Tile, Tiles
from tilebake.level.map.tiles import LaidTiles, lay_tiles
from tilebake.level.map_formats import OWN_FORMAT, format_of
from tilebake.level.map_names import map_stem
from tilebake.level.output import refuse_vast_world
from tilebake.level.prompt_check import FindAdviser, advise_on_prompts, check_prompts
from tilebake.level.settings import BakeSettings, SettingsOverride, apply
from tilebake.level.source.diagnostics import nearest
from tilebake.level.source.encoding import read_bytes
from tilebake.level.source.json_positions import JsonPath, path_text, snippet
from tilebake.level.source.refuse import Refuse
from tilebake.level.source.schema_base import TerrainEntry, reference_ref, terrain_loras
from tilebake.level.terrain import EmbeddingRef, LoraRef, Terrain, spell_name
from tilebake.level.torus.set_form import TileSetForm
from tilebake.level.torus.wrap import Wrap

if TYPE_CHECKING:
    from tilebake.level.project import Project

MOST_NAMED: Final = 8  # unknown terrains, in one message
_HERE_OR_SHARED: Final = '"terrains", here or in tilebake.toml'
_SHARED_ALONE: Final = "[terrains] of tilebake.toml, which says what each looks like"  # of other formats
MOST_TERRAINS: Final = 512  # that tiles of one map have: with more, each step takes a minute

__all__ = ["Bounds", "Centres", "Terrain", "Tile", "TileMap", "Tiles", "beside_of", "parse_map", "read_map"]


@dataclass(frozen=True)
class TileMap:
    """Hold a level as it is painted: every visible tile, and what its terrain looks like."""

    name: str
    path: Path | None
    grid: GridShape
    tile_size: tuple[int, int]  # map pixels
    terrains: tuple[Terrain, ...]  # those that some tile has, sorted by name
    tiles: Tiles  # sorted by row, column and terrain, however the file orders them
    empty: Centres  # centres of the cells inside the bounds that have no tile
    bounds: Bounds  # the rectangle around all tiles
    base_prompt: str
    negative_prompt: str
    seed: int
    settings: SettingsOverride  # the map's own
    model: str | None  # the map's own; None leaves the choice to the project
    loras: tuple[LoraRef, ...] | None  # likewise
    embeddings: tuple[EmbeddingRef, ...] = ()  # by name, the project's among them
    edit: Edit | None = None  # other prompts, under which the map is painted with its own layout
    notes: tuple[Diagnostic, ...] = ()  # what its author should know; no mistakes, and they change no pixel
    wrap: Wrap | None = None  # along which axes the picture goes on at its other side
    tile_set: TileSetForm | None = None  # of a TileSet, whose picture is a sheet of its tiles
    art: OwnPicture | None = None  # what the game shows there, to begin from under init_strength
    keep: OwnPicture | None = None  # whose opaque pixels stay as they are
    structure: OwnPicture | None = None  # to which a ControlNet holds it, in the place of art
    references: References = field(default_factory=References)  # what it is to look like

    def index_of(self, terrain: str) -> int:
        """Return a terrain's place among `terrains`. Raises MapError, naming the one that was meant."""
        names = [each.name for each in self.terrains]
        name = spell_name(terrain)
        if name not in names:
            hint = nearest(name, names, f"the map's terrains are: {', '.join(names) or 'none'}")
            raise MapError(f"no tile has the terrain {name!r}", where=Location(self.path), hint=hint)
        return names.index(name)


def read_map(
    path: Path,
    project: "Project | None" = None,
    *,
    trial: EditEntry | None = None,
    find_adviser: FindAdviser | None = None,
    beside: Beside | None = None,
    embeddings: Sequence[EmbeddingRef] = (),
) -> TileMap:
    """Read the map in a file; what it leaves out comes from the project.

    `beside` is what its reader may look at; it is the project's (`beside_of`) unless given.
    `embeddings` are further textual inversions, which go before those that map and project name.
    `trial` is an edit to paint in place of the map's own. `find_adviser` makes notes on its prompts' words.
    Raises MapError with file, line, column and JSON path; for a mistake in `trial`, with the path alone.
    Raises ProjectError for a prompt of the project's.
    """
    data = read_bytes(file_of(path), MapError)
    return parse_map(
        data,
        path=path,
        project=project,
        trial=trial,
        find_adviser=find_adviser,
        beside=beside,
        embeddings=embeddings,
    )


def parse_map(
    data: str | bytes,
    *,
    path: Path | None = None,
    project: "Project | None" = None,
    trial: EditEntry | None = None,
    find_adviser: FindAdviser | None = None,
    beside: Beside | None = None,
    embeddings: Sequence[EmbeddingRef] = (),
) -> TileMap:
    """Read a map as `read_map` does, in the format of the path's name or else tilebake's own."""
    known = format_of(file_of(path).name) if path else None
    beside = beside or beside_of(path, project)
    content = spell_terrain_names((known or OWN_FORMAT).read(data, path, beside))
    content, project, trial = take_embeddings(content, project, trial, embeddings)
    _refuse_clashes(content, project)
    terrains = _terrains(content, project, is_own=known in (None, OWN_FORMAT))
    laid = lay_tiles(content.layers, content.grid, content.refuse, content.extent)
    painted = tuple(terrain for terrain in terrains if terrain.name in laid.tiles.names)
    _refuse_vast(content, laid, painted)
    base_prompt = _base_prompt(content, project)
    prompt_notes = check_prompts(content, base_prompt, painted, project)
    edit = _edit(content, _prompts(content, base_prompt, painted, project), trial)
    word_notes = _advise(content, painted, edit if trial is None else None, project, find_adviser)
    return TileMap(
        name=content.name or (map_stem(path) if path else "map"),
        path=path,
        grid=content.grid.shape,
        tile_size=content.grid.tile_size,
        terrains=painted,
        tiles=laid.tiles,
        empty=laid.empty,
        bounds=laid.bounds,
        base_prompt=base_prompt,
        negative_prompt=_negative_prompt(content, project),
        seed=content.seed,
        settings=content.settings,
        model=content.model,
        loras=content.loras,
        embeddings=content.embeddings,
        edit=edit,
        notes=(*_note_on_no_tile(content, laid, base_prompt), *prompt_notes, *word_notes),
        wrap=content.wrap,
        tile_set=content.tile_set,
        art=content.art,
        keep=content.keep,
        structure=content.structure,
        references=_references(content, painted, ReferenceReader(path, content.refuse, beside, project)),
    )


def _advise(
    content: MapContent,
    painted: Sequence[Terrain],
    edit: Edit | None,
    project: "Project | None",
    find_adviser: FindAdviser | None,
) -> Iterable[Diagnostic]:
    """Make notes on the words of a map's prompts, if somebody knows them.

    Embeddings bring other words, and a terrain's LoRAs may have taught the model some of its prompt's.
    """
    is_advised = find_adviser is not None and not content.embeddings
    advise = find_adviser(content.model, content.loras) if find_adviser and is_advised else None
    taught = {terrain.name for terrain in painted if terrain.loras}
    rewrites = (
        {} if edit is None else {name: each for name, each in edit.rewrites.items() if name not in taught}
    )
    untaught = [terrain for terrain in painted if not terrain.loras]
    return () if advise is None else advise_on_prompts(content, untaught, rewrites, project, advise)


def beside_of(path: Path | None, project: "Project | None") -> Beside:
    """Return what the reader of a map may look at: its project, or without one its folder."""
    if project is None:
        return Beside(None if path is None else path.absolute().parent)
    places = project.worlds.places
    place = places.get(path.resolve()) if path is not None and places else None
    return Beside(project.root, project.tables, place=place)


def _refuse_clashes(content: MapContent, project: "Project | None") -> None:
    """Raise for settings, and for a wrap and a grid, that are each right and do not go together."""
    if content.wrap is not None and content.grid.shape != "square":
        hint = 'remove "wrap", or make the grid "square"'
        raise content.refuse(f"a grid that is {content.grid.shape} does not wrap", ("wrap",), hint=hint)
    try:
        apply(BakeSettings(), *([project.settings] if project else []), content.settings)
    except MapError as error:
        raise content.refuse(error.what, ("settings",), hint=error.hint) from None


def _note_on_no_tile(content: MapContent, laid: LaidTiles, base_prompt: str) -> Iterator[Diagnostic]:
    """Tell what comes of a map without a tile, which may well be a slip."""
    if len(laid.tiles):
        return
    path = content.layers[0].path if len(content.layers) == 1 else ("layers",)
    what = "the map has no tile, so that the base prompt is painted everywhere"
    if not base_prompt.strip():
        what = "the map has no tile and no base prompt, so that nothing says what is painted"
    where = content.refuse(what, path).where
    yield Diagnostic(what, where, 'put terrains of the "legend" into its rows')


def _refuse_vast(content: MapContent, laid: LaidTiles, painted: Sequence[Terrain]) -> None:
    """Raise for what no model could paint in one picture, or no program show."""
    refuse_vast_world(laid.bounds, laid.tiles, content.grid.tile_size[0], content.refuse)
    if len(painted) > MOST_TERRAINS:
        what = f"tiles have {len(painted):,} terrains; at most {MOST_TERRAINS} can be painted in one picture"
        path = content.layers[0].path if len(content.layers) == 1 else ("layers",)
        raise content.refuse(what, path, hint="give tiles that look alike one terrain, or split the map")


def _base_prompt(content: MapContent, project: "Project | None") -> str:
    """Return the map's base prompt or else the project's, followed by the style that all maps share."""
    if project is None:
        return content.base_prompt or ""
    own = project.base_prompt if content.base_prompt is None else content.base_prompt
    return with_style(own, project.style)


def _negative_prompt(content: MapContent, project: "Project | None") -> str:
    if content.negative_prompt is not None:
        return content.negative_prompt
    return project.negative_prompt if project else ""


def _prompts(
    content: MapContent, base_prompt: str, painted: Sequence[Terrain], project: "Project | None"
) -> MapPrompts:
    """Collect what an edit of the map starts from."""
    return MapPrompts(
        base=base_prompt,
        terrains={terrain.name: terrain.prompt for terrain in painted},
        unpainted=[*content.terrains, *(project.terrains if project else ())],
        style=project.style if project else "",
        has_art=content.art is not None,
    )


def _edit(content: MapContent, prompts: MapPrompts, trial: EditEntry | None) -> Edit | None:
    if trial is not None:
        return read_edit(trial, prompts, _refuse_trial)
    return None if content.edit is None else read_edit(content.edit, prompts, content.refuse)


def _refuse_trial(
    what: str,
    path: JsonPath = (),
    *,
    hint: str | None = None,
    at_key: bool = False,
    character: int | None = None,
) -> MapError:
    """Make the error for a mistake in an edit that stands in no file, where nothing has a position."""
    del at_key, character
    return MapError(what, where=Location(json_path=path_text(path)), hint=hint)


def _terrains(content: MapContent, project: "Project | None", *, is_own: bool) -> tuple[Terrain, ...]:
    """Return the terrains that tiles have, from the map and the project, sorted by name.

    `is_own` is for maps of tilebake's own format: in those of other editors no terrain can be added.
    Raises MapError for unknown ones.
    """
    entries = content.terrains
    shared: Mapping[str, Terrain] = project.terrains if project else {}
    named_at = {name: path for layer in reversed(content.layers) for name, path in layer.named_at.items()}
    names = dict.fromkeys(name for layer in content.layers for name in layer.cells.names)
    if unknown := [name for name in names if name not in entries and name not in shared]:
        place = _HERE_OR_SHARED if is_own else _SHARED_ALONE
        raise _refuse_unknown(unknown, [*entries, *shared], place, content.refuse, named_at[unknown[0]])
    return tuple(
        _terrain(name, entries.get(name, TerrainEntry()), shared.get(name), content.refuse)
        for name in sorted(names)
    )


def _refuse_unknown(
    unknown: Sequence[str], known: Sequence[str], place: str, refuse: Refuse, path: JsonPath
) -> TilebakeError:
    """Make the error for the terrains of which nobody says what they look like: all, for one mend."""
    more = f" and {len(unknown) - MOST_NAMED} more" if len(unknown) > MOST_NAMED else ""
    named = ", ".join(map(snippet, unknown[:MOST_NAMED])) + more
    hint = nearest(unknown[0], known, f"add {named} to {place}")
    if other := next((name for name in known if name.lower() == unknown[0].lower()), None):
        hint = f"{snippet(other)} is there, but capitals count: write both alike"
    return refuse(f"unknown terrain{'s' if len(unknown) > 1 else ''} {named}", path, hint=hint)


def _references(content: MapContent, painted: Sequence[Terrain], reader: ReferenceReader) -> References:
    """Read what the map, or else its project, names to be painted like: as a whole, and by terrain."""
    project = reader.project
    whole, shared = (None, {}) if project is None else (project.reference, project.references)
    terrains: dict[str, ReferencePicture] = {}
    for name in (terrain.name for terrain in painted):
        own = reference_ref(content.terrains.get(name, TerrainEntry()).reference)
        at = ("terrains", name, REFERENCE)
        if (found := reader.read(own, at, shared.get(name), at)) is not None:
            terrains[name] = found
    return References(reader.read(content.reference, content.reference_at, whole, (REFERENCE,)), terrains)


def _terrain(name: str, own: TerrainEntry, shared: Terrain | None, refuse: Refuse) -> Terrain:
    """Combine what the map says of a terrain with what the project says where the map is silent."""
    prompt = own.prompt or (shared.prompt if shared else None)
    if prompt is None:
        hint = 'add a "prompt" that says what it looks like, here or in tilebake.toml'
        raise refuse(f"the terrain {snippet(name)} has no prompt", ("terrains", name), hint=hint)
    negative_prompt, weight, loras = own.negative_prompt, own.weight, terrain_loras(own.loras)
    if shared is not None:
        negative_prompt = shared.negative_prompt if negative_prompt is None else negative_prompt
        weight = shared.weight if weight is None else weight
        loras = shared.loras if loras is None else loras
    return Terrain(name, prompt, negative_prompt, 1.0 if weight is None else weight, loras or ())
