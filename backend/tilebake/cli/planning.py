"""Turn what the command line says into options for the planner, and a map into the request to paint."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import click
from pydantic import ValidationError

from tilebake.cli.options import Choices
from tilebake.cli.setting_options import SETTINGS
from tilebake.cli.terminal.printing import tell_note
from tilebake.level.edit.embedding_names import join_embeddings, take_tags
from tilebake.level.edit.prompt_spelling import foreign_tags
from tilebake.level.edit.prompt_words import plain_text
from tilebake.level.edit.rewrite import Prompts
from tilebake.level.map.grid import Bounds
from tilebake.level.project import find_project
from tilebake.level.prompt_check import Adviser
from tilebake.level.settings import AnySettings, BakeSettings, SettingsOverride, apply
from tilebake.level.source.diagnostics import field_problems
from tilebake.level.terrain import EmbeddingRef, LoraRef
from tilebake.level.tilemap import TileMap
from tilebake.models.devices import refuse_absent_device
from tilebake.models.lookup import recommend_with
from tilebake.models.reference import ModelSource
from tilebake.request import BakeRequest
from tilebake.serve.bake.model.preview import preview_of_prompt
from tilebake.serve.bake.model.recommended_settings import with_defaults
from tilebake.serve.bake.plan import BakeOptions, Planner


def bake_options(
    choices: Choices, *, is_fast: bool = False, region: Bounds | None = None, is_fresh: bool = False
) -> BakeOptions:
    """Return the shared options for the planner. Raises click.BadParameter for a setting out of its range."""
    return BakeOptions(
        settings=settings_override(choices.settings),
        model=choices.model,
        loras=choices.loras or None,
        embeddings=choices.embeddings,
        seed=choices.seed,
        out=choices.out,
        dtype=None if choices.machine.dtype == "auto" else choices.machine.dtype,
        is_fast=is_fast,
        region=region,
        is_fresh=is_fresh,
    )


def settings_override(values: Mapping[str, object]) -> SettingsOverride:
    """Check settings by the level's own types. Raises click.BadParameter that names the option."""
    try:
        return SettingsOverride.model_validate(dict(values))
    except ValidationError as error:
        first = field_problems(error, dict(values))[0]
        flags = {setting.name: setting.flag for setting in SETTINGS}
        raise click.BadParameter(
            f"{first.what}; {first.hint}", param_hint=flags[str(first.path[0])]
        ) from None


class MapToPaint(NamedTuple):
    """Hold a map that was read, and what is to be painted of it with which model."""

    tilemap: TileMap
    request: BakeRequest
    source: ModelSource
    advise: Adviser | None  # None where nothing is known of the model's words


def read_and_plan(map_path: Path, choices: Choices, *, is_fast: bool = False) -> MapToPaint:
    """Read a map with its project. Raises MapError, ProjectError or ModelError."""
    refuse_absent_device(choices.machine.device)
    options = bake_options(choices, is_fast=is_fast)
    project, planner = find_project(map_path), Planner(options)
    tilemap = planner.read_map(map_path, project)
    request, source = planner.request(tilemap, project)
    adviser = planner.adviser(project, tilemap.model, tilemap.loras)
    return MapToPaint(request.tilemap, request, source, adviser)


class PlainModel(NamedTuple):
    """Hold what a plain prompt is painted with: no map names a model."""

    source: ModelSource
    loras: tuple[tuple[LoraRef, str], ...]
    settings: AnySettings


def plan_plain(choices: Choices, *, is_fast: bool = False) -> PlainModel:
    """Find the model of a plain prompt: as chosen, or that of the project of the current folder.

    `is_fast` is for a preview, in fewer steps than the model recommends.
    """
    refuse_absent_device(choices.machine.device)
    options = bake_options(choices)
    project, planner = find_project(Path.cwd()), Planner(options)
    source, _ = planner.plain_model(project)
    loras = planner.loras(project)
    source = recommend_with(source, (Path(lora.path) for lora, _ in loras))
    settings: AnySettings = options.settings
    if is_fast:
        settings = preview_of_prompt(
            with_defaults(apply(BakeSettings(), options.settings), source), options.settings.given
        )
    return PlainModel(source, loras, settings)


def plain_embeddings(choices: Choices) -> tuple[EmbeddingRef, ...]:
    """Return the textual inversions of a plain prompt: those that are given, and the project's."""
    return join_embeddings(find_project(Path.cwd()).embeddings, choices.embeddings)


def read_plain(prompt: str, embeddings: Iterable[EmbeddingRef]) -> str:
    """Return a prompt that no map holds, with `embedding:NAME` as the name alone where a file has that name.

    Tags of other tools are told. Raises PromptError for a broken prompt: before a model is looked for.
    """
    text = take_tags(prompt, {each.name for each in embeddings})
    plain_text(text)
    for note in foreign_tags(text):
        tell_note(note)
    return text


@dataclass(frozen=True)
class MapTarget:
    """Hold a map that is edited, with the prompts that may change."""

    name: str
    prompts: Prompts
    request: BakeRequest  # with the edit that the map may hold already
    source: ModelSource


@dataclass(frozen=True)
class PromptTarget:
    """Hold a plain prompt that is edited."""

    prompt: str
    negative: str | None
    size: tuple[int, int]  # width and height in pixels
    model: PlainModel


@dataclass(frozen=True)
class AttentionOptions:
    """Say which words to observe, in which prompts, steps and layers."""

    words: tuple[str, ...]
    terrain: str | None  # None searches all prompts
    during: slice  # steps, counted from 0
    level: str | None  # a size such as "32x24"; None is all layers
    npz: Path | None
