"""Many maps: first every one is read and compared, then the stale ones are baked, and none stops another.

Nothing is printed here: what happens comes out as events, in order, for the caller to tell.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tilebake.errors import TilebakeError
from tilebake.request import Baker, OnStep, Step
from tilebake.serve.bake.discover import FoundMap
from tilebake.serve.bake.plan import BakeOptions, PlannedBake, Planner
from tilebake.serve.bulkhead import as_error, bulkhead
from tilebake.serve.owners.closed_places import refuse_closed_place
from tilebake.serve.owners.texture_owners import TextureOwners
from tilebake.serve.pages.make_picture import make_picture
from tilebake.serve.pages.paged_texture import AnyTexture


@dataclass(frozen=True)
class Planned:
    """Report that a map was read. `job.stale` says why its texture has to be baked, if it has to."""

    job: PlannedBake


@dataclass(frozen=True)
class Started:
    """Report that a bake begins: the `index`-th of `total`, counted from 1."""

    job: PlannedBake
    index: int
    total: int


@dataclass(frozen=True)
class Baked:
    """Report that a texture was published. `written` is False where the same pixels were there already."""

    job: PlannedBake
    texture: AnyTexture
    written: bool


@dataclass(frozen=True)
class Failed:
    """Report that a map could not be read or baked; whatever texture it had stays."""

    map_path: Path
    error: TilebakeError


BakerFor = Callable[[PlannedBake], Baker]
Around = Callable[[Baker], Baker]
Hold = Callable[[PlannedBake], None]
BakeJobs = Callable[[list[PlannedBake]], Iterator[Started | Baked | Failed]]


def survey(
    maps: Iterable[FoundMap], options: BakeOptions, *, trusts_records: bool = False
) -> Iterator[Planned | Failed]:
    """Read every map and compare it with its texture; no model is loaded for that.

    With `trusts_records` none has to be there: a texture's record says which model painted it.
    """
    planner = Planner(options, trusts_records=trusts_records)
    owners = TextureOwners()
    for found in maps:
        try:
            with bulkhead(found.path):
                job = planner.plan(*found)
                owners.claim(job.png, job.map_path)
        except TilebakeError as error:
            yield Failed(found.path, error)
        else:
            yield Planned(job)


def bake_maps(
    maps: Iterable[FoundMap],
    options: BakeOptions,
    baker_for: BakerFor,
    on_step: OnStep,
    *,
    force: bool = False,
    whole: bool = False,
    around: Around = lambda baker: baker,
    hold: Hold = lambda _: None,
) -> Generator[Planned | Started | Baked | Failed]:
    """Survey all maps, then bake the stale ones (with `force`, all, whoever made what is in their places).

    A map whose texture could not be written fails before the first is painted.

    With `whole`, pictures in pages are painted at once, for their reports.
    `hold` keeps other writers out of a map's project; what it raises is that map's error.
    `around` is put around every baker: a cache, say. `baker_for` is called once for each model, and only if
    something has to be painted. What `on_step` raises ends the batch between two steps, with every finished
    texture in its place.
    """

    def bake(jobs: list[PlannedBake]) -> Iterator[Started | Baked | Failed]:
        return _bake(jobs, baker_for, on_step, around, hold, force=force, whole=whole)

    return bake_by(maps, options, bake, force=force)


def bake_by(
    maps: Iterable[FoundMap], options: BakeOptions, bake: BakeJobs, *, force: bool = False
) -> Generator[Planned | Started | Baked | Failed]:
    """Survey all maps as `bake_maps` does, and have `bake` bake the stale ones, those of a model together."""
    jobs: list[PlannedBake] = []
    for event in survey(maps, options):
        if isinstance(event, Planned) and force:
            event = Planned(replace(event.job, stale=event.job.stale or "asked for"))
        if isinstance(event, Planned) and event.job.stale:
            event = _refuse_closed_place(event)
        yield event
        if isinstance(event, Planned) and event.job.stale:
            jobs.append(event.job)
    jobs.sort(key=lambda job: job.request.model_key())
    yield from bake(jobs)


def _refuse_closed_place(event: Planned) -> Planned | Failed:
    """Return the failure of a map whose texture could not be published, else what came in."""
    try:
        with bulkhead(event.job.map_path):
            refuse_closed_place(event.job.png, event.job.root)
    except TilebakeError as error:
        return Failed(event.job.map_path, error)
    return event


def _bake(
    jobs: list[PlannedBake],
    baker_for: BakerFor,
    on_step: OnStep,
    around: Around,
    hold: Hold,
    *,
    force: bool,
    whole: bool,
) -> Iterator[Started | Baked | Failed]:
    bakers, steps = _Bakers(baker_for), _Steps(on_step)
    for index, job in enumerate(jobs, start=1):
        yield Started(job, index, len(jobs))
        try:
            with bulkhead(job.map_path):
                hold(job)
                made = make_picture(around(bakers.of(job)), job, steps, force=force, whole=whole)
        except TilebakeError as error:
            yield Failed(job.map_path, error)
        except _StepRaisedError as stop:
            raise stop.error from None
        else:
            if made is not None:
                yield Baked(job, *made)


class _StepRaisedError(BaseException):
    """Carry what `on_step` raised past every catch-all: it is no mistake, but the word to stop."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        super().__init__(error)


class _Steps:
    """Call `on_step`."""

    def __init__(self, on_step: OnStep) -> None:
        self._on_step = on_step

    def __call__(self, step: Step) -> None:
        try:
            self._on_step(step)
        except Exception as error:
            raise _StepRaisedError(error) from error


class _Bakers:
    """Keep the baker of one model; a model that cannot be loaded is tried once, not once for each map."""

    def __init__(self, baker_for: BakerFor) -> None:
        self._baker_for = baker_for
        self._key: object = None
        self._made: Baker | TilebakeError | None = None

    def of(self, job: PlannedBake) -> Baker:
        """Return a baker for this job, which has the model made when it is first called."""
        return lambda request, on_step: self._of_model(job)(request, on_step)

    def _of_model(self, job: PlannedBake) -> Baker:
        key = job.request.model_key()
        if self._made is None or self._key != key:
            self._key, self._made = key, None  # two models need not fit into memory together
            self._made = self._try(job)
        if isinstance(self._made, TilebakeError):
            raise self._made
        return self._made

    def _try(self, job: PlannedBake) -> Baker | TilebakeError:
        try:
            return self._baker_for(job)
        except Exception as error:
            return as_error(error)
