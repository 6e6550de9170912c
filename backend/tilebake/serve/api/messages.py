"""Messages: what the local API is asked, and what it answers, as types that are its documentation as well."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from tilebake.level.edit.edit_entry import EditEntry, Word
from tilebake.level.source.schema_base import StrictModel, TerrainName
from tilebake.request import AttentionQuery
from tilebake.serve.jobs.service import PreviewSubject, Urgency
from tilebake.serve.jobs.status import Event, MapView

MAX_NUMBER: Final = 2**53 - 1  # the largest that every JSON reader keeps exactly
MAX_WAIT: Final = 25  # seconds; below the half minute after which many clients give up
NONCE: Final = r"^[A-Za-z0-9_-]{16,128}$"


def _digits(value: object) -> int:
    """Parse a whole number as a path or a query has it: digits and nothing else."""
    if not isinstance(value, str) or not value.isascii() or not value.isdigit() or len(value) > 16:
        raise PydanticCustomError("digits", "is not a whole number", {"hint": "write digits"})
    return int(value)


def _nonce(value: str) -> str:
    if not re.fullmatch(NONCE, value):
        raise PydanticCustomError("nonce", "is no nonce", {"hint": "send 16 to 128 letters, digits, - and _"})
    return value


Number = Annotated[int, Field(ge=0, le=MAX_NUMBER), BeforeValidator(_digits)]


class NothingForm(StrictModel):
    """Hold nothing more than the path says."""


class ChallengeForm(StrictModel):
    """Ask a server that the client does not trust yet for a proof."""

    nonce: Annotated[str, AfterValidator(_nonce), WithJsonSchema({"type": "string", "pattern": NONCE})]
    """16 to 128 letters, digits, - and _ that were never sent before."""


class MapForm(StrictModel):
    """Name a map."""

    map_id: Annotated[str, Field(min_length=1)]
    """The map's id, its slashes as %2F or as they are."""


class BakeForm(MapForm):
    """Ask for a bake of a map."""

    priority: Urgency = "asked"
    """`edited` for the map that is being edited: it comes before all others."""


class JobForm(StrictModel):
    """Name a job."""

    job_id: Number
    """The job's number."""


class PreviewForm(MapForm):
    """Ask for a preview of a map: either where words work, or what an edit would make of it."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": ["words"], "properties": {"words": {"minItems": 1}, "edit": {"type": "null"}}},
                {"required": ["edit"], "properties": {"words": {"maxItems": 0}, "edit": {"type": "object"}}},
            ]
        }
    )

    words: Annotated[tuple[Word, ...], Field(strict=False, max_length=20)] = ()
    """Words or phrases of the map's own prompts, whose heat is shown together."""

    terrain: TerrainName | None = None
    """The terrain in whose prompt the words are looked at; in all prompts without one."""

    edit: EditEntry | None = None
    """An edit, as a map file has it. The file stays as it is."""

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if bool(self.words) == (self.edit is not None):
            hint = 'send either "words", with or without a "terrain", or an "edit"'
            raise PydanticCustomError("preview", "does not say what to preview", {"hint": hint})
        return self

    @property
    def subject(self) -> PreviewSubject:
        """Return what is previewed."""
        return AttentionQuery(self.words, self.terrain) if self.edit is None else self.edit


class PreviewIdForm(StrictModel):
    """Name a preview."""

    preview_id: Number
    """The preview's number."""


class EventsForm(StrictModel):
    """News since the last that was seen."""

    after: Number = 0
    """The number of the last event that was seen. Numbers count up from 1 while the backend runs; where the
    next is not one higher, those between have been forgotten: ask for all maps again."""

    wait: Annotated[int, Field(ge=0, le=MAX_WAIT), BeforeValidator(_digits)] = 0
    """How many seconds to wait for an event, if there is none yet."""


@dataclass(frozen=True)
class Proof:
    """HMAC-SHA256 in hex: the key is the token's text, the message is `tilebake 127.0.0.1:PORT NONCE`."""

    proof: str


@dataclass(frozen=True)
class Health:
    """Say which backend this is."""

    version: str
    project: str
    pid: int


@dataclass(frozen=True)
class MapList:
    """List every map of the project."""

    maps: tuple[MapView, ...]


@dataclass(frozen=True)
class EventList:
    """List what happened, oldest first; empty where the wait ran out. Of many, the rest comes next."""

    events: tuple[Event, ...]


@dataclass(frozen=True)
class Leaving:
    """Say that the backend ends after the current step."""

    leaving: bool = True


Result = Mapping[str, object]
"""The record of a map's texture, as it lies beside it."""
