"""Planner: a map file and what the command line asks for become a request, and a place for its texture."""

from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from tilebake.errors import Location, ModelError
from tilebake.level.edit.edit_file import EditEntry
from tilebake.level.map_names import map_stem
from tilebake.level.project import Project, find_project, output_path
from tilebake.level.settings import BakeSettings, SettingsOverride, apply
from tilebake.level.tilemap import TileMap, read_map
from tilebake.models.lookup import Models
from tilebake.models.reference import ModelSource
from tilebake.request import BakeRequest, LoraRef
from tilebake.serve.bake.discover import FoundMap
from tilebake.serve.bake.publish import stale_reason
from tilebake.serve.files.safe_folder import nearest_folder


@dataclass(frozen=True)
class BakeOptions:
    """What one command line says; it counts over a map's own words, and they over the project's."""

    settings: SettingsOverride = field(default_factory=SettingsOverride)
    model: str | None = None
    loras: tuple[LoraRef, ...] | None = None
    seed: int | None = None
    out: Path | None = None  # a .png file, or a folder


@dataclass(frozen=True)
class PlannedBake:
    """One map, ready to be baked: nothing of it has to be read again."""

    map_path: Path
    png: Path
    root: Path  # nothing is written outside of it
    request: BakeRequest
    digest: str
    source: ModelSource
    stale: str | None  # why the texture has to be baked; None when it is up to date


class Planner:
    """Plans the jobs of one order. Each model is looked up once, however many maps it paints."""

    def __init__(self, order: BakeOptions) -> None:
        self.models = Models()
        self._order = order

    def job(self, found: FoundMap, trial: EditEntry | None = None) -> PlannedBake:
        """The job of one map; `trial` is an edit in place of its own.

        Raises MapError, ProjectError or ModelError.
        """
        project = find_project(found.path)
        tilemap = read_map(found.path, project, trial=trial)
        request, source = self.request(tilemap, project)
        png, root = self._place(found, project)
        digest = request.digest()
        return PlannedBake(found.path, png, root, request, digest, source, stale_reason(png, digest))

    def request(self, tilemap: TileMap, project: Project) -> tuple[BakeRequest, ModelSource]:
        """What is to be painted, and the model to do it: every setting that was left open is now decided."""
        source, digest = self.model(project, tilemap.model)
        request = BakeRequest(
            tilemap=tilemap,
            settings=with_defaults(settings_for(tilemap, project, self._order), source),
            model=source.reference,
            model_digest=digest,
            seed=tilemap.seed if self._order.seed is None else self._order.seed,
            loras=self.loras(project, tilemap.loras),
        )
        return request, source

    def model(self, project: Project, maps_own: str | None = None) -> tuple[ModelSource, str]:
        """The model and its digest: as ordered, or else the map's own, or else the project's."""
        if self._order.model is not None:
            return self.models.model(self._order.model, Path.cwd())  # as typed: from where it was typed
        return self.models.model(maps_own or project.model or "embedded", project.root)

    def loras(
        self, project: Project, maps_own: tuple[LoraRef, ...] | None = None
    ) -> tuple[tuple[LoraRef, str], ...]:
        """LoRA files, by their absolute paths, with their digests; chosen as the model is."""
        if self._order.loras is not None:
            refs, root = self._order.loras, Path.cwd()
        else:
            refs, root = project.loras if maps_own is None else maps_own, project.root
        files = [(*self.models.lora(ref.path, root), ref.weight) for ref in refs]
        return tuple((LoraRef(str(file), weight), digest) for file, digest, weight in files)

    def _place(self, found: FoundMap, project: Project) -> tuple[Path, Path]:
        """Where the picture goes, and the folder that it may not leave."""
        out = self._order.out
        if out is None:
            return output_path(project, found.path), project.root
        if out.suffix.lower() != ".png":
            out = out / found.relative.with_name(f"{map_stem(found.path)}.png")
        return out, nearest_folder(out.parent)


def settings_for(tilemap: TileMap, project: Project, order: BakeOptions) -> BakeSettings:
    """The settings of a map's bake before a model is known. Raises MapError if they do not go together."""
    return apply(BakeSettings(), project.settings, tilemap.settings, order.settings)


def with_defaults(settings: BakeSettings, source: ModelSource) -> BakeSettings:
    """Settings, and where they leave one open what the model recommends. Raises ModelError if unfit."""
    scale, scale_low = source.defaults.guidance(settings.guidance_scale, settings.guidance_scale_low)
    recommended = {
        "steps": source.defaults.steps,
        "guidance_scale": scale,
        "guidance_scale_low": scale_low,
        "scheduler": source.defaults.scheduler,
    }
    open_ones = {name: value for name, value in recommended.items() if getattr(settings, name) is None}
    try:
        return apply(settings, SettingsOverride.model_validate(open_ones))
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        place = Location(file=source.path / "tilebake.json", json_path=f"$.{name}")
        what = f"the model recommends {name} {recommended[name]!r}: {first['msg']}"
        raise ModelError(
            what, where=place, hint=f"set {name} in the map, or correct the model's file"
        ) from None
