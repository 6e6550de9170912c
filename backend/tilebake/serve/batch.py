"""Many maps: first every one is read and compared, then the stale ones are baked, and none stops another.

Nothing is printed here: what happens comes out as events, in order, for the caller to tell.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tilebake.errors import BakeError, Place, TilebakeError
from tilebake.request import Baker, OnStep, Texture
from tilebake.serve.discover import FoundMap
from tilebake.serve.plan import Job, Order, Planner
from tilebake.serve.store import publish


@dataclass(frozen=True)
class Planned:
    """A map was read. `job.stale` says why its texture has to be baked, if it has to."""

    job: Job


@dataclass(frozen=True)
class Started:
    """A bake begins: the `index`-th of `total`, counted from 1."""

    job: Job
    index: int
    total: int


@dataclass(frozen=True)
class Baked:
    """A texture stands in its place. `written` is False where the same pixels stood there already."""

    job: Job
    texture: Texture
    written: bool


@dataclass(frozen=True)
class Failed:
    """A map could not be read or baked; whatever texture it had stays."""

    map_path: Path
    error: TilebakeError


MakeBaker = Callable[[Job], Baker]


def survey(maps: Iterable[FoundMap], order: Order) -> Iterator[Planned | Failed]:
    """Read every map and compare it with its texture; no model is loaded for that."""
    planner = Planner(order)
    owners: dict[str, Path] = {}
    for found in maps:
        try:
            job = planner.job(found)
            _claim(owners, job)
        except TilebakeError as error:
            yield Failed(found.path, error)
        else:
            yield Planned(job)


def bake_maps(
    maps: Iterable[FoundMap], order: Order, make_baker: MakeBaker, on_step: OnStep, *, force: bool = False
) -> Iterator[Planned | Started | Baked | Failed]:
    """Survey all maps, then bake the stale ones (with `force`, all).

    `make_baker` is called once for each model, and only if something has to be baked. What `on_step` raises
    ends the batch between two steps, with every finished texture in its place.
    """
    jobs: list[Job] = []
    for event in survey(maps, order):
        if isinstance(event, Planned) and force:
            event = Planned(replace(event.job, stale=event.job.stale or "asked for"))
        yield event
        if isinstance(event, Planned) and event.job.stale:
            jobs.append(event.job)
    yield from _bake(sorted(jobs, key=_model_key), make_baker, on_step)


def _bake(jobs: list[Job], make_baker: MakeBaker, on_step: OnStep) -> Iterator[Started | Baked | Failed]:
    bakers = _Bakers(make_baker)
    for index, job in enumerate(jobs, start=1):
        yield Started(job, index, len(jobs))
        try:
            texture = bakers.of(job)(job.request, on_step)
            written = publish(texture, job.request, job.png)
        except TilebakeError as error:
            yield Failed(job.map_path, error)
        else:
            yield Baked(job, texture, written)


class _Bakers:
    """The baker of the model at hand; a model that cannot be loaded is tried once, not once for each map."""

    def __init__(self, make_baker: MakeBaker) -> None:
        self._make_baker = make_baker
        self._key: object = None
        self._made: Baker | TilebakeError | None = None

    def of(self, job: Job) -> Baker:
        """The baker that this job needs. Raises TilebakeError if there is none to be had."""
        if self._made is None or self._key != _model_key(job):
            self._key, self._made = _model_key(job), None  # two models need not fit into memory together
            self._made = self._try(job)
        if isinstance(self._made, TilebakeError):
            raise self._made
        return self._made

    def _try(self, job: Job) -> Baker | TilebakeError:
        try:
            return self._make_baker(job)
        except TilebakeError as error:
            return error


def _model_key(job: Job) -> tuple[object, ...]:
    return (job.request.model_digest, *((digest, lora.weight) for lora, digest in job.request.loras))


def _claim(owners: dict[str, Path], job: Job) -> None:
    """Two maps never share a texture, not even where the file system takes upper and lower case as one."""
    key = str(job.png.absolute()).casefold()
    owner = owners.setdefault(key, job.map_path)
    if owner != job.map_path:
        what = f"its texture would overwrite that of {owner}"
        raise BakeError(what, place=Place(file=job.map_path), mend="rename one of the maps")
