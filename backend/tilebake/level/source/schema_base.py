"""Declare what map and project files have in common: exact types, no unknown keys, finite numbers."""

from collections.abc import Mapping
from functools import cache, partial
from pathlib import PureWindowsPath
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_validator,
)
from pydantic_core import PydanticCustomError

from tilebake.level.edit.embedding_names import refuse_no_word, refuse_twice, spell_embedding
from tilebake.level.edit.prompt_spelling import respell
from tilebake.level.terrain import EmbeddingRef, LoraRef, ReferenceRef, TerrainLora

# The forms that a value may be written in, by the names that pydantic gives them in its locations.
TEXT: Final = "<text>"
NUMBER: Final = "<number>"
ARRAY: Final = "<array>"
CENTRED_ARRAY: Final = "<centred array>"
OBJECT: Final = "<object>"
NOT_BLANK: Final = r"[^\s\x1c-\x1f\x85\ufeff]"  # dialects of \s differ in these: blank in some is blank
NAME_BYTES: Final = 255  # of a file or a folder, on every system
FORMS: Final = (TEXT, NUMBER, ARRAY, CENTRED_ARRAY, OBJECT)


class StrictModel(BaseModel):
    """Validate a part of a file that a user writes, strictly; frozen once read."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True
    )

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, data: Any) -> Any:
        """Refuse an unknown key before anything else, and say which keys there are."""
        if isinstance(data, dict):
            for key in data:
                if key not in keys_of(cls):
                    context = {"key": key, "known": sorted(keys_of(cls))}
                    raise PydanticCustomError("unknown_key", "unknown key", context)
        return data


@cache
def keys_of(model: type[BaseModel]) -> frozenset[str]:
    """Return the keys that an object of this kind may have, as they are written."""
    return frozenset(field.alias or name for name, field in model.model_fields.items())


def _inside_project(reference: str, otherwise: str = ", or give it on the command line instead") -> str:
    """Let a project or map name only files inside the project: what was downloaded reaches nothing else."""
    path = PureWindowsPath(reference)  # which knows the roots of every system
    if path.anchor or ".." in path.parts or reference.startswith("~") or "://" in reference:
        hint = f"name it relative to the project's folder{otherwise}"
        raise PydanticCustomError("outside_project", "leads outside the project", {"hint": hint})
    if any(char < " " for char in reference) or any(
        len(part.encode("utf-8", "surrogatepass")) > NAME_BYTES for part in path.parts
    ):
        raise PydanticCustomError("no_name", "is no name of a file", {"hint": "write the path of a file"})
    return reference


def _text_or_object(value: object) -> str:
    return TEXT if isinstance(value, str) else OBJECT


def _array_or_object(value: object) -> str:
    return OBJECT if isinstance(value, dict | BaseModel) else ARRAY


def _number_or_array(value: object) -> str:
    return ARRAY if isinstance(value, list | tuple) else NUMBER


TEXT_OR_OBJECT = Discriminator(_text_or_object)
ARRAY_OR_OBJECT = Discriminator(_array_or_object)
NUMBER_OR_ARRAY = Discriminator(_number_or_array)
Prompt = Annotated[str, Field(max_length=20_000), AfterValidator(respell)]
SaidPrompt = Annotated[str, Field(max_length=20_000, pattern=NOT_BLANK), AfterValidator(respell)]
PictureName = Annotated[str, Field(min_length=1, max_length=1000)]
ReferenceWeight = Annotated[float, Field(ge=0, le=10)]
USUAL_REFERENCE_WEIGHT: Final = 0.6  # which its authors recommend beside a prompt
InProject = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_inside_project)]


class ReferenceEntry(StrictModel):
    """A picture to paint like, and how strongly it works."""

    path: PictureName
    """The PNG, in the project; its name is relative to the file that names it."""

    weight: ReferenceWeight = USUAL_REFERENCE_WEIGHT
    """How strongly it works beside the words: 0 is not at all, 1 leaves them little to say."""


ReferenceForm = Annotated[
    Annotated[PictureName, Tag(TEXT)] | Annotated[ReferenceEntry, Tag(OBJECT)], TEXT_OR_OBJECT
]


class LoraEntry(StrictModel):
    """A LoRA file and how strongly it works."""

    path: InProject
    """The .safetensors file, relative to the project's folder."""

    weight: Annotated[float, Field(ge=-10, le=10)] = 1.0
    """How strongly it works."""


LoraForm = Annotated[Annotated[InProject, Tag(TEXT)] | Annotated[LoraEntry, Tag(OBJECT)], TEXT_OR_OBJECT]
LoraForms = Annotated[tuple[LoraForm, ...], Field(strict=False, max_length=64)]
TerrainLoraForms = Annotated[tuple[LoraForm, ...], Field(strict=False, max_length=8)]


class TerrainEntry(StrictModel):
    """What one kind of tile looks like."""

    prompt: SaidPrompt | None = None
    """What the terrain looks like, in words. A map may leave it out where tilebake.toml says it."""

    negative_prompt: Prompt | None = None
    """What the terrain must not look like; without one, the map's negative prompt alone counts."""

    weight: Annotated[float, Field(gt=0, le=100)] | None = None
    """How strongly its tiles hold their ground against their neighbours; 1 unless said."""

    reference: ReferenceForm | None = None
    """A PNG that the terrain is to look like, or {"path", "weight"}; it takes an IP-Adapter."""

    loras: TerrainLoraForms | None = None
    """LoRA files that work within the terrain alone, each a path or {"path", "weight"}."""


TerrainName = Annotated[str, Field(max_length=200, pattern=NOT_BLANK)]
TerrainForm = Annotated[
    Annotated[SaidPrompt, Tag(TEXT)] | Annotated[TerrainEntry, Tag(OBJECT)], TEXT_OR_OBJECT
]
CLOSED: Final[dict[str, Any]] = {"additionalProperties": False}  # what pydantic does not say of keys
Terrains = Annotated[dict[TerrainName, TerrainForm], Field(max_length=10_000, json_schema_extra=CLOSED)]
EmbeddingName = Annotated[str, Field(max_length=100), AfterValidator(refuse_no_word)]
EmbeddingPath = Annotated[
    str, Field(min_length=1, max_length=1000), AfterValidator(partial(_inside_project, otherwise=""))
]
EmbeddingForms = Annotated[
    dict[EmbeddingName, EmbeddingPath], Field(max_length=64), AfterValidator(refuse_twice)
]


def terrain_entry(form: str | TerrainEntry) -> TerrainEntry:
    """Make an entry of a terrain that is written as its prompt alone."""
    return TerrainEntry(prompt=form) if isinstance(form, str) else form


def reference_ref(form: str | ReferenceEntry | None) -> ReferenceRef | None:
    """Return what is named to be painted like, if anything is."""
    if form is None:
        return None
    if isinstance(form, str):
        return ReferenceRef(form, USUAL_REFERENCE_WEIGHT)
    return ReferenceRef(form.path, form.weight)


def lora_refs(forms: tuple[str | LoraEntry, ...]) -> tuple[LoraRef, ...]:
    """Return the LoRAs that entries name, in the order written."""
    return tuple(
        LoraRef(form) if isinstance(form, str) else LoraRef(form.path, form.weight) for form in forms
    )


def terrain_loras(forms: tuple[str | LoraEntry, ...] | None) -> tuple[TerrainLora, ...] | None:
    """Return the LoRAs that a terrain's entry names; None where it leaves them to the project."""
    return None if forms is None else tuple(TerrainLora(*ref) for ref in lora_refs(forms))


def embedding_refs(forms: Mapping[str, str]) -> tuple[EmbeddingRef, ...]:
    """Return the textual inversions that entries name, sorted by their names."""
    return tuple(sorted(EmbeddingRef(spell_embedding(name), path) for name, path in forms.items()))
