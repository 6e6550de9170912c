"""Read ComfyUI's `embedding:NAME` in all prompts of a map as the name alone, where a file has that name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from tilebake.level.edit.edit_entry import EditEntry, RewriteForm
from tilebake.level.edit.embedding_names import join_embeddings, take_tags
from tilebake.level.map.content import MapContent
from tilebake.level.source.schema_base import TerrainEntry
from tilebake.level.terrain import EmbeddingRef, Terrain

if TYPE_CHECKING:
    from tilebake.level.project import Project

_Take = Callable[[str | None], str | None]


def take_embeddings(
    content: MapContent,
    project: "Project | None",
    trial: EditEntry | None,
    given: Sequence[EmbeddingRef] = (),
) -> "tuple[MapContent, Project | None, EditEntry | None]":
    """Return a map's content with all embeddings, the project and an edit, all tags read.

    The project's are among them; the map's own go before those, and what is `given` goes before both.
    """
    shared = () if project is None else project.embeddings
    embeddings = join_embeddings(shared, content.embeddings, given)
    names = frozenset(each.name for each in embeddings)
    if not names:
        return content, project, trial
    read = None if project is None else _take_project_tags(project, names)
    tried = None if trial is None else _take_edit_tags(trial, names)
    return replace(_take_content_tags(content, names), embeddings=embeddings), read, tried


def _take_content_tags(content: MapContent, names: frozenset[str]) -> MapContent:
    """Return a map's content with the tags of these names read."""
    take = partial(_take, names)
    return replace(
        content,
        base_prompt=take(content.base_prompt),
        negative_prompt=take(content.negative_prompt),
        terrains={name: _entry(each, take) for name, each in content.terrains.items()},
        edit=None if content.edit is None else _take_edit_tags(content.edit, names),
    )


def _take_project_tags(project: "Project", names: frozenset[str]) -> "Project":
    """Return a project with the tags of these names read."""
    return replace(
        project,
        base_prompt=take_tags(project.base_prompt, names),
        style=take_tags(project.style, names),
        negative_prompt=take_tags(project.negative_prompt, names),
        terrains=_terrains(project.terrains, partial(_take, names)),
    )


def _take_edit_tags(edit: EditEntry, names: frozenset[str]) -> EditEntry:
    """Return an edit with the tags of these names read in its prompts."""
    base = None if edit.base_prompt is None else _form(edit.base_prompt, names)
    terrains = {name: _form(form, names) for name, form in edit.terrains.items()}
    return edit.model_copy(update={"base_prompt": base, "terrains": terrains})


def _take(names: frozenset[str], prompt: str | None) -> str | None:
    return None if prompt is None else take_tags(prompt, names)


def _entry(entry: TerrainEntry, take: _Take) -> TerrainEntry:
    said = {"prompt": take(entry.prompt), "negative_prompt": take(entry.negative_prompt)}
    return entry.model_copy(update=said)


def _terrains(terrains: Mapping[str, Terrain], take: _Take) -> dict[str, Terrain]:
    return {
        name: replace(each, prompt=take(each.prompt) or "", negative_prompt=take(each.negative_prompt))
        for name, each in terrains.items()
    }


def _form(form: RewriteForm, names: frozenset[str]) -> RewriteForm:
    if isinstance(form, str):
        return take_tags(form, names)
    return form.model_copy(update={"prompt": _take(names, form.prompt)})
