"""Check a map's prompts before any model is loaded.

Broken weights are refused. Tags of other tools are noted, and words that the map's model was not taught.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from tilebake.errors import Diagnostic, ProjectError, PromptError, TilebakeError
from tilebake.level.edit.edit import Rewrite
from tilebake.level.edit.prompt_spelling import foreign_tags
from tilebake.level.edit.prompt_words import plain_text
from tilebake.level.edit.weight_syntax import parse_prompt
from tilebake.level.map.content import MapContent
from tilebake.level.source.json_positions import JsonPath
from tilebake.level.source.schema_base import TerrainEntry
from tilebake.level.terrain import LoraRef, Terrain

if TYPE_CHECKING:
    from tilebake.level.project import Project


_MOST_NOTES: Final = 20  # of a kind on one map; who needs more has to rewrite it anyway


class Adviser(Protocol):
    """Tell what the writer of a prompt should know of the words in it."""

    def __call__(self, prompt: str, *, is_negative: bool) -> Iterable[Diagnostic]:
        """Tell it of a plain text; where the prompt stands is added later."""
        ...


FindAdviser = Callable[[str | None, tuple[LoraRef, ...] | None], Adviser | None]
"""Finds the adviser of a map's own model and LoRAs; None where nothing is known of their words."""


class _Prompt(NamedTuple):
    """Hold a prompt as it is painted, with what it is for, and the key of the file that says it."""

    role: str
    text: str
    key: JsonPath
    is_shared: bool  # the file is tilebake.toml, not the map's
    may_be_empty: bool = True
    own: str | None = None  # what of the text stands at this key; None is all of it
    is_negative: bool = False


def check_prompts(
    content: MapContent, base_prompt: str, painted: Sequence[Terrain], project: "Project | None"
) -> tuple[Diagnostic, ...]:
    """Return what the writer of these prompts should know. `base_prompt` is with the project's style.

    Raises MapError or, for a prompt in tilebake.toml, ProjectError, where no model could encode a prompt.
    """
    prompts = [*_map_prompts(content, base_prompt, project), *_terrain_prompts(content, painted)]
    notes: list[Diagnostic] = []
    for prompt in prompts:
        problem = _problem(prompt)
        if problem is not None:
            raise _refusal(prompt, problem, content, project)
        for note in foreign_tags(prompt.text if prompt.own is None else prompt.own):
            where = _refusal(prompt, PromptError(note), content, project).where
            notes.append(Diagnostic(f"{prompt.role}: {note}", where))
    return tuple(notes[:_MOST_NOTES])


def advise_on_prompts(
    content: MapContent,
    painted: Sequence[Terrain],
    rewrites: Mapping[str | None, Rewrite],
    project: "Project | None",
    advise: Adviser,
) -> tuple[Diagnostic, ...]:
    """Return what the writer of terrains' and negative prompts should know of their words.

    `rewrites` are those of the edit in the file. All prompts have passed their checks.
    """
    prompts = [*_negative_prompt(content, project), *_terrain_prompts(content, painted)]
    notes: list[Diagnostic] = []
    for prompt in (*prompts, *_edit_prompts(rewrites)):
        for note in advise(plain_text(prompt.text), is_negative=prompt.is_negative):
            where = _refusal(prompt, PromptError(note.what), content, project).where
            notes.append(replace(note, what=f"{prompt.role}: {note.what}", where=where))
    return tuple(notes[:_MOST_NOTES])


def _map_prompts(content: MapContent, base_prompt: str, project: "Project | None") -> Iterator[_Prompt]:
    style = project.style if project is not None else ""
    own = project.base_prompt if content.base_prompt is None and project is not None else content.base_prompt
    is_shared = content.base_prompt is None and project is not None
    base = _Prompt("base prompt", base_prompt, ("base_prompt",), is_shared, own=own)
    styled = _Prompt("base prompt with the style", base_prompt, ("style",), is_shared=True, own=style)
    yield from [base] if not style else [base, styled] if _parses(style) else [styled, base]
    yield from _negative_prompt(content, project)


def _negative_prompt(content: MapContent, project: "Project | None") -> Iterator[_Prompt]:
    """Yield the negative prompt of the whole picture, if there is one."""
    is_shared = content.negative_prompt is None
    text = content.negative_prompt if project is None or not is_shared else project.negative_prompt
    if text is not None:
        yield _Prompt("negative prompt", text, ("negative_prompt",), is_shared, is_negative=True)


def _terrain_prompts(content: MapContent, painted: Sequence[Terrain]) -> Iterator[_Prompt]:
    for terrain in painted:
        own = content.terrains.get(terrain.name, TerrainEntry())
        key: JsonPath = ("terrains", terrain.name)
        role = f"terrain {terrain.name!r}"
        yield _Prompt(role, terrain.prompt, key, is_shared=own.prompt is None, may_be_empty=False)
        if terrain.negative_prompt is not None:
            yield _Prompt(
                f"negative prompt of {role}",
                terrain.negative_prompt,
                (*key, "negative_prompt"),
                is_shared=own.negative_prompt is None,
                is_negative=True,
            )


def _edit_prompts(rewrites: Mapping[str | None, Rewrite]) -> Iterator[_Prompt]:
    """Yield the prompts that an edit puts in the place of terrains' prompts."""
    for name, rewrite in rewrites.items():
        if name is not None:
            key: JsonPath = ("edit", "terrains", name)
            yield _Prompt(f"edit of terrain {name!r}", rewrite.prompt, key, is_shared=False)


def _problem(prompt: _Prompt) -> PromptError | None:
    """Return what keeps a prompt from being encoded, as far as that can be told without a tokenizer."""
    try:
        said = [stretch.weight for stretch in parse_prompt(prompt.text) if stretch.text.strip()]
    except PromptError as error:
        return error
    if said and not any(said):
        what = f"all words of the prompt {prompt.text[:60]!r} weigh 0"
        return PromptError(what, hint="give one of them a weight above 0")
    if not said and not prompt.may_be_empty:
        return PromptError("the prompt is empty", hint="describe in words what the terrain looks like")
    return None


def _parses(prompt: str) -> bool:
    try:
        parse_prompt(prompt)
    except PromptError:
        return False
    return True


def _refusal(
    prompt: _Prompt, problem: PromptError, content: MapContent, project: "Project | None"
) -> TilebakeError:
    what = f"{prompt.role}: {problem.what}"
    if project is None or not prompt.is_shared:
        return content.refuse(what, prompt.key, hint=problem.hint)
    return ProjectError(what, where=project.locate(*prompt.key), hint=problem.hint)
