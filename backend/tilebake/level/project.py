"""Read what all maps of a game share, from tilebake.toml, and say where output may go."""

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Annotated, Any, Final

from pydantic import Field, ValidationError

from tilebake.errors import Location, MapError, ProjectError, shown
from tilebake.level.containment import is_within, spelling_of
from tilebake.level.formats.format_table import FormatTable
from tilebake.level.formats.worlds import Worlds, read_worlds
from tilebake.level.map.mapfile import tidy_schema
from tilebake.level.map_names import map_stem
from tilebake.level.settings import BakeSettings, SettingsOverride, apply
from tilebake.level.source.diagnostics import field_problems
from tilebake.level.source.encoding import decode, position, read_bytes
from tilebake.level.source.json_positions import snippet
from tilebake.level.source.schema_base import (
    EmbeddingForms,
    InProject,
    LoraForms,
    Prompt,
    ReferenceForm,
    StrictModel,
    TerrainForm,
    TerrainName,
    Terrains,
    embedding_refs,
    lora_refs,
    reference_ref,
    terrain_entry,
    terrain_loras,
)
from tilebake.level.source.toml_positions import find_key
from tilebake.level.source.toml_text import parse_toml
from tilebake.level.terrain import EmbeddingRef, LoraRef, ReferenceRef, Terrain, group_by_spelling, spell_name
from tilebake.near_names import hint_at_path

FILE_NAME: Final = "tilebake.toml"
_LINKED: Final = "put the maps themselves there, or link each map file instead of its folder"
MOST_BYTES: Final = 1 << 20  # of tilebake.toml

_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f]|[. ]$')

WorldForm = Annotated[tuple[InProject, ...], Field(strict=False, max_length=1000)]


class ProjectFile(StrictModel):
    """tilebake.toml: what all maps of a game share. It can name no command, no host and nothing outside."""

    model: InProject | None = None
    """The model to paint with: "embedded", a folder or file of the project, or a hub id."""

    base_prompt: Prompt = ""
    """What a map shows as a whole, where the map does not say."""

    style: Prompt = ""
    """The look of the game: it follows every map's base prompt, the map's own too."""

    negative_prompt: Prompt = ""
    """What must not be in the picture, where the map does not say."""

    terrains: Terrains = Field(default_factory=dict[str, TerrainForm])
    """What each terrain looks like: its prompt, or a table of prompt, weight, reference, loras and so on."""

    loras: LoraForms = ()
    """LoRA files, each a path or a table of path and weight."""

    embeddings: EmbeddingForms = Field(default_factory=dict[str, str])
    """Textual inversions: by the word of prompts that each stands for, its .safetensors file."""

    reference: ReferenceForm | None = None
    """A PNG that maps are to look like where they name none: a path, or a table of path and weight."""

    settings: SettingsOverride = SettingsOverride()
    """Settings of every bake."""

    output: InProject | None = None
    """The folder for all pictures, which mirrors the maps' folders; without it each lies beside its map."""

    maps: Annotated[tuple[InProject, ...], Field(strict=False, max_length=1000)] = ("maps",)
    """The folders that hold the maps."""

    tiled: FormatTable = FormatTable()
    """Which layers of Tiled's maps are painted, and which terrains their tiles are."""

    ldtk: FormatTable = FormatTable()
    """Which IntGrid layers of LDtk's levels are painted, and which terrains their values are."""

    worlds: Annotated[dict[TerrainName, WorldForm], Field(max_length=1000)] = Field(
        default_factory=dict[str, WorldForm]
    )
    """Maps that are parts of one world: by the world's name, their files, or a world of Tiled (.world) that
    lists them. They meet without a seam."""


def project_schema() -> dict[str, Any]:
    """Return the JSON Schema of tilebake.toml."""
    body = tidy_schema(ProjectFile.model_json_schema())
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": dialect, "$id": "urn:tilebake:project:1", **body, "title": "tilebake.toml"}


@dataclass(frozen=True)
class Project:
    """Hold what all maps of a game share. Paths of maps and output lie under `root`."""

    root: Path
    model: str | None = None
    base_prompt: str = ""
    style: str = ""
    negative_prompt: str = ""
    terrains: Mapping[str, Terrain] = field(default_factory=dict[str, Terrain])
    loras: tuple[LoraRef, ...] = ()
    embeddings: tuple[EmbeddingRef, ...] = ()
    reference: ReferenceRef | None = None
    references: Mapping[str, ReferenceRef] = field(default_factory=dict[str, ReferenceRef])  # by terrain
    settings: SettingsOverride = field(default_factory=SettingsOverride)
    output: Path | None = None  # None puts each picture beside its map
    maps: tuple[Path, ...] = ()
    worlds: Worlds = field(default_factory=Worlds)
    tables: Mapping[str, FormatTable] = field(default_factory=dict[str, FormatTable])  # by editor

    @property
    def file(self) -> Path:
        """Its tilebake.toml, which need not be there."""
        return self.root / FILE_NAME

    def locate(self, *key: str | int) -> Location:
        """Locate a key of the project's file."""
        return _locate(self.file, *key)


def find_project(start: Path) -> Project:
    """Return the project that a map or folder belongs to: the nearest tilebake.toml in its folder or above.

    Without one, the project is the folder itself and shares nothing. Raises ProjectError.
    """
    root = project_root(start)
    file = root / FILE_NAME
    return read_project(file) if _is_file(file) else Project(root=root, maps=(root,))


def project_root(start: Path) -> Path:
    """Return the root folder of the project that a map or folder belongs to, by how it was named.

    Raises ProjectError where a link leads out of that project, or of one around it.
    """
    place = spelling_of(start)
    folder = place if place.is_dir() else place.parent
    roots = _projects_above(folder)
    root = roots[0] if roots else folder
    try:
        left = next((each for each in roots if not is_within(folder, each)), None)
        real_root, real_folder = root.resolve(), folder.resolve()
    except (OSError, RuntimeError) as error:  # the second is a circle of links, in Python 3.11
        raise ProjectError(f"links lead in a circle: {error}", where=Location(start), hint=_LINKED) from None
    above = roots if real_folder == folder else _projects_above(real_folder)
    owner = next(iter(above), real_folder)
    if left is not None or owner != real_root:
        what = f"a link leads out of the project {shown(left or real_root)}, to {shown(real_folder)}"
        raise ProjectError(what, where=Location(start), hint=_LINKED)
    return real_root


def enclosing_project(folder: Path) -> Path | None:
    """Return the root of the project that a folder really lies in, or None if it lies in none."""
    return next(iter(_projects_above(folder.resolve())), None)


def map_folders(project: Project) -> tuple[list[Path], list[ProjectError]]:
    """Return the folders in which a project's maps are, and what is wrong with those that cannot be used."""
    usable: list[Path] = []
    problems: list[ProjectError] = []
    for folder in project.maps:
        problem = _problem_of(folder, project.root)
        if problem is None:
            usable.append(folder)
        else:
            problems.append(problem)
    return usable, problems


def _problem_of(folder: Path, root: Path) -> ProjectError | None:
    place = Location(folder)
    try:
        if not folder.exists():
            hint = hint_at_path(folder, f"make it, or correct maps in {FILE_NAME}")
            return ProjectError("there is no such map folder", where=place, hint=hint)
        if not folder.is_dir():
            hint = f"name a folder in maps of {FILE_NAME}"
            return ProjectError("the map folder is no folder", where=place, hint=hint)
        if not is_within(folder, root):
            what = f"the map folder leads out of the project {shown(root)}, to {shown(folder.resolve())}"
            return ProjectError(what, where=place, hint=_LINKED)
    except (OSError, RuntimeError) as error:
        what = f"the map folder cannot be examined: {shown(str(error))}"
        return ProjectError(what, where=place, hint="check links and permissions")
    return None


def _projects_above(folder: Path) -> list[Path]:
    """Return the folders from this one up that hold a project file, the nearest first."""
    return [each for each in (folder, *folder.parents) if _is_file(each / FILE_NAME)]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a folder that may not be entered shares nothing
        return False


def read_project(file: Path) -> Project:
    """Read the project in a tilebake.toml. Raises ProjectError with the line or the key's dotted path."""
    entry = _validate(
        parse_toml(decode(read_bytes(file, ProjectError, MOST_BYTES), file, ProjectError), file), file
    )
    root = file.parent.resolve()

    def refuse_map(world: str, index: int, what: str) -> ProjectError:
        return ProjectError(what, where=_locate(file, "worlds", world, index), hint="name it once")

    tables = {"tiled": entry.tiled, "ldtk": entry.ldtk}
    return Project(
        root=root,
        model=entry.model,
        base_prompt=entry.base_prompt,
        style=entry.style,
        negative_prompt=entry.negative_prompt,
        terrains=_terrains(entry.terrains, file),
        loras=lora_refs(entry.loras),
        embeddings=embedding_refs(entry.embeddings),
        reference=reference_ref(entry.reference),
        references=_references(entry.terrains),
        settings=entry.settings,
        output=root / entry.output if entry.output else None,
        maps=tuple(root / folder for folder in entry.maps),
        worlds=read_worlds(entry.worlds, root, refuse_map),
        tables={name: table for name, table in tables.items() if table != FormatTable()},
    )


def project_key(root: Path) -> str:
    """Return a short name for a project, safe in file names, and one for all spellings of its root."""
    spelling = os.path.normcase(root.resolve())
    return hashlib.sha256(spelling.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def output_path(project: Project, map_path: Path) -> Path:
    """Return where a map's picture goes: NAME.png beside the map, or in the project's output folder.

    Raises ProjectError when that is outside the project, links followed, or is no portable file name.
    """
    root = project.root.resolve()
    folder = spelling_of(map_path).parent.resolve()
    if not is_within(folder, root):
        what = f"the map lies outside the project {shown(root)}"
        hint = f"move it there, or put a {FILE_NAME} above it"
        raise ProjectError(what, where=Location(map_path), hint=hint)
    inside = folder.relative_to(root)
    name = f"{map_stem(map_path)}.png"
    _refuse_unportable(inside / name, map_path)
    target = (folder if project.output is None else project.output / inside) / name
    if not is_within(target, root):
        what = f"the picture {shown(target)} would lie outside the project, at {shown(target.resolve())}"
        hint = "remove the link, or change output in tilebake.toml"
        raise ProjectError(what, where=Location(map_path), hint=hint)
    return target


def _refuse_unportable(path: PurePath, map_path: Path) -> None:
    """Raise for names that mean a device to Windows or cannot be written there: games go everywhere."""
    for part in path.parts:
        is_text = part.isascii() or not any("\ud800" <= char <= "\udfff" for char in part)
        if _RESERVED.fullmatch(part) or _FORBIDDEN.search(part) or part == ".png" or not is_text:
            what = f"the picture's path would hold {snippet(part)}, which not every system can have"
            raise ProjectError(what, where=Location(map_path), hint="rename it")


def _validate(data: dict[str, object], file: Path) -> ProjectFile:
    try:
        entry = ProjectFile.model_validate(data)
        apply(BakeSettings(), entry.settings)
    except ValidationError as error:
        first = field_problems(error, data)[0]
        raise ProjectError(first.what, where=_locate(file, *first.path), hint=first.hint) from None
    except MapError as error:
        raise ProjectError(error.what, where=_locate(file, "settings"), hint=error.hint) from None
    return entry


def _terrains(forms: Mapping[str, TerrainForm], file: Path) -> dict[str, Terrain]:
    def refuse(name: str) -> ProjectError:
        what = f"the terrain {snippet(name)} is there twice, in two spellings"
        return ProjectError(what, where=_locate(file, "terrains", name), hint="remove one of the two")

    return {name: _terrain(name, form, file) for name, form in group_by_spelling(forms, refuse).items()}


def _references(forms: Mapping[str, TerrainForm]) -> dict[str, ReferenceRef]:
    named = {spell_name(name): reference_ref(terrain_entry(form).reference) for name, form in forms.items()}
    return {name: each for name, each in named.items() if each is not None}


def _terrain(name: str, form: TerrainForm, file: Path) -> Terrain:
    entry = terrain_entry(form)
    if entry.prompt is None:
        what = f"the terrain {snippet(name)} has no prompt"
        raise ProjectError(what, where=_locate(file, "terrains", name), hint="say what it looks like")
    weight, loras = 1.0 if entry.weight is None else entry.weight, terrain_loras(entry.loras) or ()
    return Terrain(name, entry.prompt, entry.negative_prompt, weight, loras)


def _locate(file: Path, *path: str | int) -> Location:
    """Locate a TOML key by its line and its dotted path: `terrains.grass.prompt`, `loras[0].path`."""
    dotted = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    key = dotted.removeprefix(".") or None
    try:
        text = decode(read_bytes(file, ProjectError, MOST_BYTES), file, ProjectError)
    except ProjectError:  # it is gone by now
        return Location(file, json_path=key)
    at = find_key(text, path)
    return Location(file, *(position(text, at) if at is not None else ()), json_path=key)
