"""Gather what the page shows of each map: its picture and those before it, its state, and why."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal, NamedTuple, cast

from tilebake.cli.view.pictures import FULL, THUMBNAIL, PagePicture, picture_in, picture_of
from tilebake.errors import Location, TilebakeError
from tilebake.level.decide import can_be_transparent
from tilebake.level.project import Project, output_path
from tilebake.level.settings import BakeSettings
from tilebake.serve.bake.batch import Failed, Planned, survey
from tilebake.serve.bake.discover import FoundMap
from tilebake.serve.bake.history import read_history
from tilebake.serve.bake.plan import BakeOptions, PlannedBake
from tilebake.serve.bake.texture_cache import Cache, MissingError
from tilebake.serve.owners.ownership import read_record
from tilebake.serve.pages.manifest import PREVIOUS, read_manifest

State = Literal["fresh", "stale", "error"]

_DEFAULTS: Final = BakeSettings()


class Compared(NamedTuple):
    """Hold a picture to compare with, and what it is."""

    label: str
    picture: PagePicture


class TerrainRow(NamedTuple):
    """Hold what the report says of one terrain: shares from 0 to 1, or None where nothing was judged."""

    terrain: str
    prompt: str
    kept: float | None
    judged: float | None


@dataclass(frozen=True)
class Card:
    """Hold what the page shows of one map."""

    name: str  # its path below the project
    state: State
    why: str = ""  # it is stale, or the error
    notes: tuple[str, ...] = ()
    picture: PagePicture | None = None
    before: Compared | None = None
    tried: tuple[Compared, ...] = ()  # the pictures of its last tune sheet
    facts: tuple[tuple[str, str], ...] = ()
    terrains: tuple[TerrainRow, ...] = ()


def gather_cards(maps: Iterable[FoundMap], project: Project, cache: Cache) -> Iterator[Card]:
    """Compare every map with its picture, and yield its card. No model is loaded."""
    for event in survey(maps, BakeOptions(), trusts_records=True):
        if isinstance(event, Planned):
            yield _card_of_plan(event.job, project, cache)
        else:
            yield _card_of_error(event, project)


def _card_of_plan(job: PlannedBake, project: Project, cache: Cache) -> Card:
    record = read_record(job.png) or {}
    return Card(
        name=_name(job.map_path, project),
        state="fresh" if job.stale is None else "stale",
        why=job.stale or "",
        notes=tuple(str(replace(note, where=Location())) for note in job.request.tilemap.notes),
        picture=picture_in(job.png, FULL, read_manifest(record)),
        before=_before(job, record, cache),
        tried=tuple(_find_tried(job, cache)),
        facts=tuple(_facts(job, record)),
        terrains=tuple(_terrain_rows(job, record)),
    )


def _card_of_error(event: Failed, project: Project) -> Card:
    try:
        png = output_path(project, event.map_path)
        picture = picture_in(png, FULL, read_manifest(read_record(png)))
    except TilebakeError:
        picture = None
    return Card(_name(event.map_path, project), "error", str(event.error), picture=picture)


def _name(map_path: Path, project: Project) -> str:
    place = map_path.absolute()
    return str(place.relative_to(project.root)) if place.is_relative_to(project.root) else str(map_path)


def _before(job: PlannedBake, record: Mapping[str, object], cache: Cache) -> Compared | None:
    """Find what the map looked like without its edit, or before its picture changed last."""
    tilemap = job.request.tilemap
    candidates = [("before the last change", read_history(job.map_path).before)]
    if tilemap.edit is not None:
        plain = replace(job.request, tilemap=replace(tilemap, edit=None))
        candidates.insert(0, ("without the edit", plain.digest()))
    previous = read_manifest(record, PREVIOUS)
    joined = None if previous is None else picture_in(job.png, FULL, previous)
    if joined is not None:
        return Compared("before the last change", joined)
    for label, digest in candidates:
        if digest is not None and digest != record.get("result_digest"):
            picture = _read_cached(digest, FULL, cache)
            if picture is not None:
                return Compared(label, picture)
    return None


def _find_tried(job: PlannedBake, cache: Cache) -> Iterator[Compared]:
    for trial in read_history(job.map_path).trials:
        picture = _read_cached(trial.digest, THUMBNAIL, cache)
        if picture is not None:
            yield Compared(trial.title, picture)


def _read_cached(digest: str, longest: int, cache: Cache) -> PagePicture | None:
    try:
        return picture_of(cache.get(digest).image, longest)
    except (MissingError, TilebakeError):
        return None


def _facts(job: PlannedBake, record: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    request = job.request
    yield "seed", str(request.seed)
    yield "model", request.model
    for lora, _ in request.loras:
        yield "LoRA", f"{Path(lora.path).name}, weight {lora.weight:g}"
    for terrain in request.tilemap.terrains:
        for each in terrain.loras:
            yield f"LoRA of {terrain.name}", f"{Path(each.path).name}, weight {each.weight:g}"
    for name, value in request.settings:
        was_decided = name == "transparent" and not can_be_transparent(request.tilemap)
        if value != getattr(_DEFAULTS, name) and not was_decided:
            yield name, " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    if request.tilemap.base_prompt:
        yield "base prompt", request.tilemap.base_prompt
    timings = _fields(record.get("timings"))
    seconds = [each for stage, each in timings.items() if stage != "load" and isinstance(each, (int, float))]
    if seconds:
        yield "painted in", f"{sum(seconds):.1f} s"


def _terrain_rows(job: PlannedBake, record: Mapping[str, object]) -> Iterator[TerrainRow]:
    placement = _fields(record.get("placement"))
    for terrain in job.request.tilemap.terrains:
        figures = _fields(placement.get(terrain.name))
        judged = _fields(figures.get("judged"))
        tiles, right, kept = judged.get("tiles"), judged.get("right"), figures.get("kept")
        yield TerrainRow(
            terrain.name,
            terrain.prompt,
            kept if isinstance(kept, float | int) else None,
            right / tiles if isinstance(tiles, int) and isinstance(right, int) and tiles > 0 else None,
        )


def _fields(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}
