"""Declare an edit as map files, records and the local API have it: the types are the schema."""

from typing import Annotated, Literal

from pydantic import Field, Tag

from tilebake.level.edit.edit import STRONGEST, LocalBlend, Source
from tilebake.level.source.schema_base import (
    ARRAY,
    ARRAY_OR_OBJECT,
    CLOSED,
    NOT_BLANK,
    NUMBER,
    NUMBER_OR_ARRAY,
    OBJECT,
    TEXT,
    TEXT_OR_OBJECT,
    SaidPrompt,
    StrictModel,
    TerrainName,
)

Word = Annotated[str, Field(max_length=200, pattern=NOT_BLANK)]
Words = Annotated[tuple[Word, ...], Field(strict=False, max_length=100)]
Share = Annotated[float, Field(ge=0, le=1)]
WordSteps = Annotated[
    Annotated[Share, Tag(NUMBER)] | Annotated[tuple[Share, Share], Field(strict=False), Tag(ARRAY)],
    NUMBER_OR_ARRAY,
]
WordWeight = Annotated[float, Field(ge=-STRONGEST, le=STRONGEST)]


class RewriteEntry(StrictModel):
    """One prompt as the edit has it. The picture's layout is kept where words have counterparts."""

    prompt: SaidPrompt | None = None
    """The prompt as it is to be; left out, it stays, and words can still weigh otherwise."""

    align: Literal["replace", "refine"] | None = None
    """How words keep their places: "replace" swaps them one by one, "refine" adds some. Left out, it is
    "replace" where both prompts have as many words."""

    cross_replace_steps: Share = 0.8
    """Share of the steps in which the words keep the places that those before them had."""

    cross_replace_words: Annotated[dict[Word, WordSteps], Field(max_length=100, json_schema_extra=CLOSED)] = (
        Field(default_factory=dict[str, float | tuple[float, float]])
    )
    """The same for single words of the new prompt: a share, or [from, to], the steps between two shares."""

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


class LocalBlendEntry(StrictModel):
    """Where the picture may change, by words of the prompts before or after."""

    words: Words = ()
    """Change the picture only where these words work; without any, wherever none to subtract does."""

    subtract: Words = ()
    """Keep the picture where these words work."""

    threshold: Annotated[float, Field(ge=0, lt=1)] = LocalBlend.threshold.above
    """A word works where the attention to it reaches this share of its peak."""

    start: Share = LocalBlend.start
    """Share of the steps before it begins."""


LocalBlendForm = Annotated[
    Annotated[Words, Tag(ARRAY)] | Annotated[LocalBlendEntry, Tag(OBJECT)], ARRAY_OR_OBJECT
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

    local_blend: LocalBlendForm = ()
    """Change the picture only where these words work, of the prompts before or after: a list, or
    an object."""

    source: Source = "painting"
    """What is edited: the map's own painting, or the picture that its "art" names. That picture stays as it
    is where nothing changes."""

    from_scene: Annotated[tuple[TerrainName, ...], Field(strict=False, max_length=10_000)] = ()
    """Terrains whose part comes from the editor's scene, which writes it anew, or takes it out, when it is
    exported. All else stays then. tilebake itself does not read it."""


def rewrite_entry(form: str | RewriteEntry) -> RewriteEntry:
    """Make an entry of a rewrite that is written as its prompt alone."""
    return RewriteEntry(prompt=form) if isinstance(form, str) else form


def local_blend_entry(form: tuple[str, ...] | LocalBlendEntry) -> LocalBlendEntry:
    """Make an entry of a local blend that is written as its words alone."""
    return LocalBlendEntry(words=form) if isinstance(form, tuple) else form
