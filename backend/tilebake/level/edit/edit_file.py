"""Read and write an edit as map files, records and the local API have it: the types are the schema."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import Field, Tag

from tilebake.errors import PromptError
from tilebake.level.edit.edit import (
    STRONGEST,
    Edit,
    LocalBlend,
    Refine,
    Replace,
    Reweight,
    Rewrite,
    Threshold,
)
from tilebake.level.edit.prompt_words import (
    find_swaps,
    has_word,
    no_such_word,
    plain_text,
    starts_of,
    words_of,
)
from tilebake.level.source.diagnostics import nearest
from tilebake.level.source.json_positions import snippet
from tilebake.level.source.refuse import Refuse
from tilebake.level.source.schema_base import (
    CLOSED,
    NOT_BLANK,
    OBJECT,
    TEXT,
    TEXT_OR_OBJECT,
    SaidPrompt,
    StrictModel,
    TerrainName,
)
from tilebake.level.terrain import group_by_spelling, spell_name

Word = Annotated[str, Field(max_length=200, pattern=NOT_BLANK)]
Share = Annotated[float, Field(ge=0, le=1)]
WordWeight = Annotated[float, Field(ge=-STRONGEST, le=STRONGEST)]

ALIGNMENTS: Final = {"replace": Replace, "refine": Refine}  # by the names of their classes
BASE: Final = "base_prompt"
TERRAINS: Final = "terrains"


class RewriteEntry(StrictModel):
    """One prompt as the edit has it. The picture's layout is kept where words have counterparts."""

    prompt: SaidPrompt | None = None
    """The prompt as it is to be; left out, it stays, and words can still weigh otherwise."""

    align: Literal["replace", "refine"] | None = None
    """How words keep their places: "replace" swaps them one by one, "refine" adds some. Left out, it is
    "replace" where both prompts have as many words."""

    cross_replace_steps: Share = 0.8
    """Share of the steps in which the words keep the places that those before them had."""

    reweight: Annotated[dict[Word, WordWeight], Field(max_length=100, json_schema_extra=CLOSED)] = Field(
        default_factory=dict[str, float]
    )
    """How strongly words of the prompt work: 1 as they are, 0 not at all, below 0 against themselves."""

    threshold: Annotated[float, Field(ge=0, lt=1)] | None = None
    """Reweight only where the word works at this share of its peak; left out, everywhere."""

    average: bool = False
    """With a threshold: by the mean over the steps so far, not by each step alone."""

    compress: Annotated[float, Field(ge=0.01, le=10)] = 1.0
    """With a threshold: below 1 lifts what is faint."""

    echo: bool = True
    """With a reweight: also weigh what other tokens took up of the word in the text encoder. Without, only
    the word's own tokens are weighed, as in Prompt-to-Prompt."""


RewriteForm = Annotated[
    Annotated[SaidPrompt, Tag(TEXT)] | Annotated[RewriteEntry, Tag(OBJECT)], TEXT_OR_OBJECT
]


class EditEntry(StrictModel):
    """An edit: the map is painted as its prompts say and once more under these, with its layout kept."""

    base_prompt: RewriteForm | None = None
    """The base prompt as it is to be: a prompt, or an object."""

    terrains: Annotated[
        dict[TerrainName, RewriteForm], Field(max_length=10_000, json_schema_extra=CLOSED)
    ] = Field(default_factory=dict[str, RewriteForm])
    """Terrains' prompts as they are to be, each a prompt or an object. The others stay."""

    self_replace_steps: Share = 0.4
    """Share of the steps in which the layout of the whole picture is kept."""

    source_steps: Share = 0.2
    """Share of the steps after which the edit begins. More keeps more, and changes less."""

    local_blend: Annotated[tuple[Word, ...], Field(strict=False, max_length=100)] = ()
    """Change the picture only where these words work, of the prompts before or after."""

    from_scene: Annotated[tuple[TerrainName, ...], Field(strict=False, max_length=10_000)] = ()
    """Terrains whose part comes from the editor's scene, which writes it anew, or takes it out, when it is
    exported. All else stays then. tilebake itself does not read it."""


class MapPrompts(NamedTuple):
    """Hold a map's prompts, which an edit starts from."""

    base: str
    terrains: Mapping[str, str]  # of the terrains that some tile has
    unpainted: Collection[str] = ()  # terrains that the map or its project describes, without a tile
    style: str = ""  # follows every base prompt, an edited one too


def with_style(prompt: str, style: str) -> str:
    """Append to a base prompt the style that all maps of a project share."""
    return ", ".join(part for part in (prompt, style) if part)


def read_edit(entry: EditEntry, prompts: MapPrompts, refuse: Refuse) -> Edit | None:
    """Return the edit of a map's prompts, of those terrains that some tile has; None if it changes nothing.

    Raises what `refuse` makes of a terrain, a word or a prompt that is not as it should be; its paths begin
    with "edit".
    """

    def refuse_name(name: str) -> Exception:
        what = f"the terrain {snippet(name)} is there twice, in two spellings"
        return refuse(what, ("edit", TERRAINS, name), hint="remove one of the two", at_key=True)

    rewrites: dict[str | None, Rewrite] = {}
    if entry.base_prompt is not None:
        form = rewrite_entry(entry.base_prompt)
        own = None if form.prompt is None else with_style(form.prompt, prompts.style)
        rewrites[None] = _rewrite(form, own or prompts.base, prompts.base, ("edit", BASE), refuse)
    for name, given in group_by_spelling(entry.terrains, refuse_name).items():
        if name in prompts.terrains:
            form, source = rewrite_entry(given), prompts.terrains[name]
            path = ("edit", TERRAINS, name)
            rewrites[name] = _rewrite(form, form.prompt or source, source, path, refuse)
        elif name not in prompts.unpainted:
            known = [*prompts.terrains, *prompts.unpainted]
            hint = nearest(name, known, f"the map's terrains are: {', '.join(known) or 'none'}")
            what = f"unknown terrain {snippet(name)}"
            raise refuse(what, ("edit", TERRAINS, name), hint=hint, at_key=True)
    sources = {place: prompts.base if place is None else prompts.terrains[place] for place in rewrites}
    blend = _local_blend(entry, rewrites, sources, refuse)
    changed = {place: each for place, each in rewrites.items() if _changes(each, sources[place])}
    is_nowhere = bool(entry.local_blend) and blend is None
    if not changed or is_nowhere:
        return None
    return Edit(changed, entry.self_replace_steps, blend, entry.source_steps)


def rewrite_entry(form: str | RewriteEntry) -> RewriteEntry:
    """Make an entry of a rewrite that is written as its prompt alone."""
    return RewriteEntry(prompt=form) if isinstance(form, str) else form


def edit_json(edit: Edit) -> dict[str, Any]:
    """Write an edit as map files have it.

    What a map file cannot say is left out: shares by word, and what a threshold has besides.
    """
    rewrites = {place: _rewrite_json(rewrite) for place, rewrite in edit.rewrites.items()}
    base = rewrites.pop(None, None)
    return {
        **({BASE: base} if base is not None else {}),
        **({TERRAINS: rewrites} if rewrites else {}),
        "self_replace_steps": _short(edit.self_replace_steps),
        "source_steps": _short(edit.source_steps),
        **({"local_blend": [*edit.local_blend.words]} if edit.local_blend else {}),
    }


def _rewrite_json(rewrite: Rewrite) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "prompt": rewrite.prompt,
        "align": type(rewrite.control).__name__.lower(),
        "cross_replace_steps": _short(rewrite.control.cross_shares.default),
    }
    if rewrite.reweight is not None:
        entry["reweight"] = {word: _short(weight) for word, weight in rewrite.weights.items()}
        if (within := rewrite.reweight.within) is not None:
            shares = {"threshold": _short(within.above), "compress": _short(within.gamma)}
            entry |= {**shares, "average": within.average}
        if not rewrite.reweight.echo:
            entry["echo"] = False
    return entry


def _short(number: float) -> float:
    """3 for 3.0, as people write it."""
    return int(number) if float(number).is_integer() else number


def _rewrite(form: RewriteEntry, target: str, source: str, path: tuple[str, ...], refuse: Refuse) -> Rewrite:
    try:
        before, after = (words_of(plain_text(prompt)) for prompt in (source, target))
    except PromptError as error:
        raise refuse(error.what, (*path, "prompt"), hint=error.hint) from None
    for word in form.reweight:
        if not starts_of(after, words_of(word)):
            absent = no_such_word(word, [plain_text(target)])
            raise refuse(absent.what, (*path, "reweight", word), hint=absent.hint, at_key=True)
    align = form.align or ("replace" if len(before) == len(after) else "refine")
    if align == "replace" and find_swaps(before, after) is None:
        what = "no words are swapped here: one prompt has words that the other lacks"
        raise refuse(what, (*path, "align"), hint='write "refine", or leave it out')
    within = None if form.threshold is None else Threshold(form.threshold, form.average, gamma=form.compress)
    reweight = Reweight(form.reweight, within, echo=form.echo) if form.reweight else None
    return Rewrite(target, ALIGNMENTS[align](form.cross_replace_steps), reweight)


def _local_blend(
    entry: EditEntry,
    rewrites: Mapping[str | None, Rewrite],
    sources: Mapping[str | None, str],
    refuse: Refuse,
) -> LocalBlend | None:
    """Return the local blend with those of its words that some prompt has.

    Others may be words of a terrain that no tile has at present.
    """
    texts = [plain_text(text) for place in rewrites for text in (sources[place], rewrites[place].prompt)]
    there = [word for word in entry.local_blend if any(has_word(text, word) for text in texts)]
    if len(rewrites) == len({*map(spell_name, entry.terrains)}) + (entry.base_prompt is not None):
        for index, word in enumerate(entry.local_blend):
            if word not in there:
                absent = no_such_word(word, texts)
                raise refuse(absent.what, ("edit", "local_blend", index), hint=absent.hint)
    return LocalBlend(tuple(there)) if there else None


def _changes(rewrite: Rewrite, source: str) -> bool:
    return rewrite.prompt != source or any(weight != 1 for weight in rewrite.weights.values())
