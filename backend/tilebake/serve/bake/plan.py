"""Plan bakes: from a map file and the options to a request and the place of its texture."""

from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final

from tilebake.errors import Location, MapError, shown
from tilebake.level.art.fit import refuse_pictures_in_worlds, refuse_unfit_pictures
from tilebake.level.art.structure import structure_of
from tilebake.level.canvas import canvas_of, in_windows
from tilebake.level.decide import DecidedMap, decide, refuse_windows
from tilebake.level.edit.edit_entry import EditEntry
from tilebake.level.edit.embedding_names import join_embeddings
from tilebake.level.formats.part import file_of
from tilebake.level.formats.read_once import ReadOnce
from tilebake.level.map.grid import Bounds
from tilebake.level.map_names import map_stem
from tilebake.level.project import FILE_NAME, Project, find_project, output_path, project_root
from tilebake.level.prompt_check import Adviser
from tilebake.level.settings import BakeSettings, SettingsOverride, apply
from tilebake.level.terrain import EmbeddingRef, LoraRef
from tilebake.level.tilemap import TileMap, beside_of, read_map
from tilebake.level.windows.region import region_of
from tilebake.models.added.added_files import NOTHING_ADDED, AddedFiles
from tilebake.models.lookup import Models, recommend_with
from tilebake.models.model_file import AbsentModelError
from tilebake.models.reference import ModelSource
from tilebake.models.words.advice import advise
from tilebake.request import BakeRequest
from tilebake.serve.bake.model.find_added_files import find_added_files
from tilebake.serve.bake.model.look_up_loras import LoraLookup
from tilebake.serve.bake.model.preview import preview_of_map
from tilebake.serve.bake.model.recommended_settings import with_defaults
from tilebake.serve.bake.model.recorded_model import RecordedModel, read_recorded_model
from tilebake.serve.bake.publish import CHANGED, is_patched, stale_reason
from tilebake.serve.bake.why_stale import explain_changes, other_dtype
from tilebake.serve.files.file_stamp import FileStamps, stamp_of, stamps_of
from tilebake.serve.files.safe_folder import nearest_folder
from tilebake.serve.owners.ownership import files_of, read_record
from tilebake.serve.pages.why_other_pages import other_pages
from tilebake.serve.tilesets.beside import missing_beside
from tilebake.serve.windows.anchors import Anchors
from tilebake.serve.windows.world_maps import WorldMaps

REGION_SUFFIX: Final = ".region.png"


@dataclass(frozen=True)
class BakeOptions:
    """Hold the options of one command line; they override the map's, and those the project's."""

    settings: SettingsOverride = field(default_factory=SettingsOverride)
    model: str | None = None
    loras: tuple[LoraRef, ...] | None = None
    seed: int | None = None
    out: Path | None = None  # a .png file, or a folder
    dtype: str | None = None  # see BakeRequest
    is_fast: bool = (
        False  # a preview: smaller tiles and fewer steps than the map's, where none are given here
    )
    region: Bounds | None = None  # the only part to be painted, in tiles
    is_fresh: bool = False  # a patched texture counts as stale
    embeddings: tuple[EmbeddingRef, ...] = ()  # beside those of map and project, before which they go


@dataclass(frozen=True)
class PlannedBake:
    """Hold one map ready to be baked: nothing of it has to be read again."""

    map_path: Path
    png: Path
    root: Path  # nothing is written outside of it
    request: BakeRequest
    digest: str
    source: ModelSource
    stale: str | None  # why the texture has to be baked; None when it is up to date
    stamps: FileStamps  # of the files that were read, from before they were
    uncompared: tuple[str, ...] = ()  # models and LoRAs that are not there: the record was believed

    def is_current(self) -> bool:
        """Tell whether the map, its project and its texture are the files that were read."""
        try:
            return stamps_of(self.stamps) == self.stamps
        except OSError:
            return False


class Planner:
    """Plan bakes with one set of options. Each model is looked up once, however many maps it paints."""

    def __init__(
        self, options: BakeOptions, *, trusts_records: bool = False, anchors: Anchors | None = None
    ) -> None:
        """Plan with these options.

        `trusts_records` takes the digest of a model that is not there from the texture's record: enough to
        compare, not to paint. With `anchors`, large maps are patched where they can be.
        """
        self.models = Models()
        self._options = options
        self._trusts_records = trusts_records
        self._anchors = anchors
        self._once = ReadOnce()
        self._worlds = WorldMaps(self.read_stamped, self._once)

    def plan(self, path: Path, relative: Path, trial: EditEntry | None = None) -> PlannedBake:
        """Plan the bake of one map; `trial` is an edit in place of its own.

        `relative` is where a texture goes below an output folder. Raises MapError, ProjectError, ModelError,
        and OSError where a file cannot be examined.
        """
        project_file = project_root(path) / FILE_NAME
        stamps = stamps_of((project_file,))
        project = find_project(path)
        own = self._worlds.read(path, project) if trial is None else self.read_stamped(path, project, trial)
        tilemap, own_stamps = own
        png, root = self._output(path, relative, project)
        if self._options.region is not None:
            refuse_texture(png, project, path)
        recorded = read_recorded_model(png) if self._trusts_records else None
        request, source, uncompared = self._request(tilemap, project, recorded)
        of_others = {**self._worlds.stamps(path, project), **stamps_of(project.worlds.files)}
        stamps = {**stamps, **of_others, **own_stamps, **stamps_of(files_of(png))}
        stale = _stale(png, request, is_fresh=self._options.is_fresh)
        if self._anchors is not None:
            if stale is None and not is_patched(png):
                self._anchors.note(path, request)
            request = self._anchors.patch(path, request)
        return PlannedBake(path, png, root, request, request.digest(), source, stale, stamps, uncompared)

    def read_map(self, path: Path, project: Project, trial: EditEntry | None = None) -> TileMap:
        """Read a map, with notes on words that its model was not taught. Raises MapError or ProjectError."""
        return self.read_stamped(path, project, trial)[0]

    def read_stamped(
        self, path: Path, project: Project, trial: EditEntry | None = None
    ) -> tuple[TileMap, FileStamps]:
        """Read a map as `read_map` does, and return the stamps of all its files from before they were read.

        Raises OSError too, where a file cannot be examined.
        """
        stamps = dict(stamps_of((file_of(path),)))

        def stamp(file: Path) -> None:
            stamps.setdefault(file, stamp_of(file))

        adviser = partial(self.adviser, project)
        beside = replace(beside_of(path, project), on_file=stamp, once=self._once)
        typed = self._options.embeddings
        tilemap = read_map(path, project, trial=trial, find_adviser=adviser, beside=beside, embeddings=typed)
        return tilemap, stamps

    def request(self, tilemap: TileMap, project: Project) -> tuple[BakeRequest, ModelSource]:
        """Return the request and its model, with every setting that was left open decided.

        Raises MapError for a map too large to be painted: before a model is looked for, and so is all else
        that needs none (`read_map`).
        """
        request, source, _ = self._request(tilemap, project, None)
        return request, source

    def _request(
        self, tilemap: TileMap, project: Project, recorded: RecordedModel | None
    ) -> tuple[BakeRequest, ModelSource, tuple[str, ...]]:
        tilemap, settings = decide_for(tilemap, project, self._options)
        others = () if tilemap.path is None else self._worlds.others(tilemap.path, project)
        settings = settings.model_copy(update={"windows": "always"}) if others else settings
        canvas_of(tilemap, settings)
        refuse_unfit_pictures(tilemap, settings)
        if others:
            refuse_pictures_in_worlds(tilemap, settings)
        if tilemap.edit is not None:
            refuse_windows(tilemap, settings)
        uncompared: list[str] = []
        added = self._added(settings, project, tilemap)
        try:
            source, digest = self.model(project, tilemap.model, added)
        except AbsentModelError as error:
            if recorded is None:
                raise
            reference, _ = self._model_name(project, tilemap.model)
            source, digest = recorded.find(reference, settings, tilemap.embeddings)
            uncompared.append(added.name_of(error.where.file, project.root) or reference)
        lookup = LoraLookup(self.models, recorded)
        loras = lookup.everywhere(*self._lora_refs(project, tilemap.loras))
        source = recommend_with(source, (Path(lora.path) for lora, _ in loras))
        settings = with_defaults(settings, source, in_windows=in_windows(tilemap, settings))
        if self._options.is_fast:
            settings = preview_of_map(tilemap, settings, self._options.settings.given)
        request = BakeRequest(
            tilemap=tilemap,
            settings=settings,
            model=source.reference,
            model_digest=digest,
            seed=tilemap.seed if self._options.seed is None else self._options.seed,
            loras=loras,
            dtype=self._options.dtype,
        )
        shown = None if self._options.region is None else region_of(tilemap, self._options.region)
        if others:
            from tilebake.level.windows.world_map import join_maps  # NumPy, for worlds alone

            request = replace(request, tilemap=join_maps(tilemap, others), in_world=shown is None)
            shown = shown or tilemap.bounds
        request = replace(request, tilemap=lookup.of_terrains(request.tilemap, project.root))
        return request if shown is None else request.part(shown), source, (*uncompared, *lookup.absent)

    def model(
        self, project: Project, maps_own: str | None = None, added: AddedFiles = NOTHING_ADDED
    ) -> tuple[ModelSource, str]:
        """Return the model and its digest: of the options, or else the map's own, or else the project's."""
        return self.models.model(*self._model_name(project, maps_own), added)

    def plain_model(self, project: Project) -> tuple[ModelSource, str]:
        """Return what paints where no map is known: the model, and what is loaded beside it for each."""
        typed = self._options
        added = find_added_files(
            apply(BakeSettings(), project.settings, typed.settings),
            typed.settings.given,
            project,
            join_embeddings(project.embeddings, typed.embeddings),
            typed_embeddings=typed.embeddings,
            has_references=False,
            has_structure=False,
        )
        return self.model(project, None, added)

    def _added(self, settings: BakeSettings, project: Project, tilemap: TileMap) -> AddedFiles:
        """Return what is loaded beside a map's model."""
        return find_added_files(
            settings,
            self._options.settings.given,
            project,
            tilemap.embeddings,
            typed_embeddings=self._options.embeddings,
            has_references=bool(tilemap.references.pictures()),
            has_structure=structure_of(tilemap, settings) is not None,
        )

    def _model_name(self, project: Project, maps_own: str | None) -> tuple[str, Path]:
        """Return how the model is called, and the folder in which a relative name begins."""
        if self._options.model is not None:
            return self._options.model, Path.cwd()  # as typed: from where it was typed
        return maps_own or project.model or "embedded", project.root

    def adviser(
        self, project: Project, model: str | None, loras: tuple[LoraRef, ...] | None
    ) -> Adviser | None:
        """Return what makes notes on prompts for a map's model; None where it says nothing of its words.

        A LoRA may have taught it others.
        """
        refs, _ = self._lora_refs(project, loras)
        reference, root = self._model_name(project, model)
        words = None if refs else self.models.words(reference, root)
        return None if words is None else partial(advise, words=words, model=reference)

    def loras(
        self, project: Project, maps_own: tuple[LoraRef, ...] | None = None
    ) -> tuple[tuple[LoraRef, str], ...]:
        """Return LoRA files by absolute paths, with their digests; chosen as the model is."""
        return LoraLookup(self.models).everywhere(*self._lora_refs(project, maps_own))

    def _lora_refs(
        self, project: Project, maps_own: tuple[LoraRef, ...] | None
    ) -> tuple[tuple[LoraRef, ...], Path]:
        """Return the LoRAs as they are called, and the folder in which relative names begin."""
        if self._options.loras is not None:
            return self._options.loras, Path.cwd()
        return project.loras if maps_own is None else maps_own, project.root

    def _output(self, path: Path, relative: Path, project: Project) -> tuple[Path, Path]:
        """Return where the picture goes, and the folder that it may not leave."""
        out, suffix = self._options.out, ".png" if self._options.region is None else REGION_SUFFIX
        if out is None:
            return output_path(project, path).with_name(map_stem(path) + suffix), project.root
        if out.suffix.lower() != ".png":
            out = out / relative.with_name(map_stem(path) + suffix)
        return out, nearest_folder(out.parent)


def refuse_texture(png: Path, project: Project, map_path: Path) -> None:
    """Raise MapError where the picture of a region would take the place of the whole map's."""
    own = output_path(project, map_path)
    if png.absolute().parent.resolve() / png.name == own:
        what = f"a region's picture would take the place of the map's own, {shown(own)}"
        raise MapError(what, where=Location(map_path), hint="name another file by --out")


def _stale(png: Path, request: BakeRequest, *, is_fresh: bool) -> str | None:
    """Say why the texture at `png` is not this request's, or None if it is.

    A patched painting of the same map is, unless `is_fresh` wants a clean one.
    """
    reason = stale_reason(png, request.digest())
    if reason is None and is_fresh and is_patched(png):
        return "it is patched, and a clean painting is asked for"
    if reason is None:
        record = read_record(png) or {}
        return other_dtype(record, request) or other_pages(record, request) or missing_beside(png, request)
    return explain_changes(read_record(png) or {}, request) if reason == CHANGED else reason


def decide_for(tilemap: TileMap, project: Project, options: BakeOptions) -> DecidedMap:
    """Return a map with its settings before a model is known. Raises MapError if they contradict."""
    return decide(tilemap, apply(BakeSettings(), project.settings, tilemap.settings, options.settings))
