"""Paint maps from Python: what `import tilebake` offers, as functions and one class.

Nothing here writes files but `write_png`: textures and edits are values. Windows of large maps are kept in
the user's cache, if it can be written to.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from tilebake.errors import BakeError, Location, MapError, ModelError
from tilebake.level.edit.edit import Edit
from tilebake.level.edit.embedding_names import join_embeddings, name_embeddings
from tilebake.level.map.grid import Bounds
from tilebake.level.project import Project, find_project
from tilebake.level.settings import SettingsOverride
from tilebake.level.source.diagnostics import field_problems
from tilebake.level.terrain import EmbeddingRef, LoraRef
from tilebake.level.tilemap import TileMap, parse_map, read_map
from tilebake.models.added.added_files import NOTHING_ADDED, AddedFiles
from tilebake.models.lookup import recommend_with
from tilebake.models.reference import ModelSource
from tilebake.paint.control.kept_source.store import SourceStore
from tilebake.paint.model.load import load
from tilebake.paint.model.loras import LoraFile
from tilebake.paint.pipeline import Pipeline
from tilebake.request import BakeRequest, OnStep, Step
from tilebake.serve.bake.plan import BakeOptions, Planner
from tilebake.serve.files.atomic_write import write_files
from tilebake.serve.files.png import png_bytes
from tilebake.serve.windows.window_cache import user_windows
from tilebake.texture import Texture

_log: Final = logging.getLogger(__name__)

MapSource = str | PathLike[str] | Mapping[str, object] | TileMap
"""A map file, the content of one as a dict, or a map that was read."""

Settings = Mapping[str, object]
"""Bake settings by name, such as {"steps": 8, "mask_sigma": 3}. They win over the map's and the project's."""

Region = tuple[int, int, int, int]
"""A part of a map in tiles: column and row of its first tile, width and height."""


def load_project(folder: str | PathLike[str] = ".") -> Project:
    """Read the tilebake.toml of a folder, or the nearest one above it. Without one, nothing is shared.

    Raises ProjectError.
    """
    return find_project(Path(folder))


def load_map(source: MapSource, project: Project | None = None) -> TileMap:
    """Read a map from a file or a dict; what it leaves out comes from the project.

    The project is that of the file, or for a dict that of the current folder. Raises MapError.
    """
    return _read(source, project)


def load_painter(
    model: str = "embedded",
    *,
    loras: Sequence[str | LoraRef] = (),
    embeddings: Mapping[str, str] | None = None,
    device: str = "auto",
    dtype: str = "auto",
) -> "MapPainter":
    """Load a model once, to paint many maps with it.

    `model` is "embedded", a diffusers folder, a .safetensors file, or a hub id that was downloaded.
    `embeddings` are files of textual inversions, by the words that stand for them in every map's prompts.
    `device` is auto, cpu, cuda, cuda:1, mps or xpu; `dtype` is auto, float32, float16 or bfloat16.
    Raises ModelError, and PromptError for an embedding's name that is no word.
    """
    options = BakeOptions(
        model=model,
        loras=tuple(LoraRef(each) if isinstance(each, str) else each for each in loras),
        embeddings=name_embeddings((embeddings or {}).items()),
    )
    planner, project = Planner(options), load_project()
    source, _ = planner.plain_model(project)
    files = planner.loras(project)
    source = recommend_with(source, (Path(lora.path) for lora, _ in files))
    return MapPainter(_load_pipeline(source, files, device, dtype), options, source.added)


def bake_map(
    source: MapSource,
    *,
    seed: int | None = None,
    settings: Settings | None = None,
    region: Region | None = None,
    on_step: OnStep | None = None,
) -> Texture:
    """Paint a map, or a region of it, with the model that it or its project names, or the embedded one.

    Loads the model each time; take `load_painter` for several maps. Raises TilebakeError.
    """
    options = BakeOptions(seed=seed, settings=_check_settings(settings), region=_bounds_of(region))
    request, model = _plan(source, options)
    pipeline = _load_pipeline(model, request.loras, "auto", "auto")
    return pipeline.bake(request, on_step or ignore_step)


def write_png(path: str | PathLike[str], image: NDArray[np.uint8]) -> None:
    """Write a picture [height, width, 3 or 4] as a PNG file, whole or not at all. Raises BakeError."""
    file = Path(path)
    write_files(file.parent, {file.name: png_bytes(image)})


class MapPainter:
    """Paint maps with one loaded model, whatever model they name."""

    def __init__(self, pipeline: Pipeline, options: BakeOptions, added: AddedFiles = NOTHING_ADDED) -> None:
        self.pipeline = pipeline
        self._options = options
        self._added = added  # what was loaded beside the model

    def request(
        self,
        source: MapSource,
        *,
        seed: int | None = None,
        settings: Settings | None = None,
        region: Region | None = None,
    ) -> BakeRequest:
        """Return everything that decides the pixels of a map's texture. Equal digests are equal pixels.

        Raises MapError or ProjectError, and ModelError where other files are to be loaded beside the model.
        """
        checked, box = _check_settings(settings), _bounds_of(region)
        request, model = _plan(source, replace(self._options, settings=checked, seed=seed, region=box))
        if model.added != self._added:
            what = "the map is painted with other files beside the model than were loaded with it"
            raise ModelError(
                what, where=Location(request.tilemap.path), hint="take bake_map, which loads them"
            )
        return request

    def bake_map(
        self,
        source: MapSource,
        *,
        seed: int | None = None,
        settings: Settings | None = None,
        region: Region | None = None,
        on_step: OnStep | None = None,
    ) -> Texture:
        """Paint a map, with its edit if it holds one, or a region of it. Raises TilebakeError.

        `on_step` is called after each step, and may raise to cancel.
        """
        request = self.request(source, seed=seed, settings=settings, region=region)
        return self.pipeline.bake(request, on_step or ignore_step)

    def edit_map(
        self,
        source: MapSource,
        edit: Edit,
        *,
        seed: int | None = None,
        settings: Settings | None = None,
        on_step: OnStep | None = None,
    ) -> "EditedMap":
        """Paint a map as it is and as it is edited, in one go. Raises TilebakeError.

        The edit keeps the layout. It replaces the one that the map may hold. A further edit of the same map
        takes half the time: the map as it is was painted already.
        """
        request = self.request(source, seed=seed, settings=settings)
        painted = self.pipeline.edit(request, edit, on_step or ignore_step)
        return EditedMap(painted.extra.source, painted.image, painted.extra.mask)


class EditedMap(NamedTuple):
    """Hold a map's picture before and after an edit, and where they may differ."""

    before: NDArray[np.uint8]  # [height, width, 3 or 4]: the pixels of an ordinary bake
    after: NDArray[np.uint8]  # the same size
    mask: NDArray[np.float32]  # [h, w] over the canvas's latents: 0 where nothing may change


def ignore_step(_step: Step) -> None:
    """Do nothing after a step."""


def _read(
    source: MapSource, project: Project | None = None, embeddings: Sequence[EmbeddingRef] = ()
) -> TileMap:
    """Read a map with these textual inversions beside its own; one that was read gets them."""
    match source:
        case TileMap():
            return replace(source, embeddings=join_embeddings(source.embeddings, embeddings))
        case Mapping():
            content = json.dumps(source)
            return parse_map(content, project=project or load_project(), embeddings=embeddings)
        case _:
            path = Path(source)
            return read_map(path, project or find_project(path), embeddings=embeddings)


def _plan(source: MapSource, options: BakeOptions) -> tuple[BakeRequest, ModelSource]:
    tilemap = _read(source, embeddings=options.embeddings)
    project = load_project() if tilemap.path is None else find_project(tilemap.path)
    return Planner(options).request(tilemap, project)


def _bounds_of(region: Region | None) -> Bounds | None:
    """Return a region as a rectangle of tiles. Raises MapError for one without any."""
    if region is None:
        return None
    box = Bounds(*region)
    if box.width < 1 or box.height < 1:
        raise MapError(f"the region {region} holds no tile", hint="give it a width and a height of 1 or more")
    return box


def _check_settings(settings: Settings | None) -> SettingsOverride:
    """Check settings by the level's own types. Raises MapError."""
    values = dict(settings or {})
    try:
        return SettingsOverride.model_validate(values)
    except ValidationError as error:
        first = field_problems(error, values)[0]
        where = Location(json_path=".".join(("settings", *map(str, first.path))))
        raise MapError(first.what, where=where, hint=first.hint) from None


def _load_pipeline(
    source: ModelSource, loras: Sequence[tuple[LoraRef, str]], device: str, dtype: str
) -> Pipeline:
    files = [LoraFile(Path(lora.path), lora.weight, digest) for lora, digest in loras]
    components = load(source, device=device, dtype=dtype, loras=files)
    return Pipeline(components, user_windows(_log_refusal), SourceStore())


def _log_refusal(error: BakeError) -> None:
    """Note that windows are not kept: they are painted all the same, and again in the next program."""
    _log.debug("windows are not kept: %s", error)
