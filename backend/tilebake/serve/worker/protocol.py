"""Define the messages that the host and the worker process send each other through their pipe."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tilebake.errors import (
    BakeError,
    BusyError,
    Diagnostic,
    MapError,
    ModelError,
    ProjectError,
    PromptError,
    ServeError,
    TilebakeError,
)
from tilebake.level.terrain import LoraRef
from tilebake.models.reference import ModelSource
from tilebake.request import AttentionQuery, BakeRequest, Painter
from tilebake.serve.bulkhead import Mistake
from tilebake.serve.speeds import Speed
from tilebake.texture import Texture

Loras = tuple[tuple[LoraRef, str], ...]  # each with the digest of its file, as in a request
MakePainter = Callable[[ModelSource, Loras], Painter]
"""Loads a model. It is sent to the worker when the process starts, so it must be picklable."""

KINDS: Final = (MapError, ProjectError, PromptError, ModelError, BakeError, BusyError, ServeError)
"""The errors that may cross the pipe: to unpickle a class of `paint`, the host would have to import torch."""


@dataclass(frozen=True)
class Bake:
    """Bake this, and put the texture into the cache. Numbers rise from message to message."""

    number: int
    request: BakeRequest
    source: ModelSource
    with_sketch: bool = False  # paint a sketch first, if the cache has not the texture


@dataclass(frozen=True)
class WarmUp:
    """Load a model for the bake that may come. It is numbered like a bake."""

    number: int
    source: ModelSource
    model_digest: str
    loras: Loras


@dataclass(frozen=True)
class RenderAttention:
    """Paint this to see where words work, and keep nothing. It is numbered like a bake."""

    number: int
    request: BakeRequest
    source: ModelSource
    query: AttentionQuery


@dataclass(frozen=True)
class Cancel:
    """Stop this bake or rendering, and all before it, between two steps."""

    number: int


@dataclass(frozen=True)
class SendProgressImages:
    """Send progress images from now on, or stop sending them."""

    are_wanted: bool


@dataclass(frozen=True)
class Leave:
    """Stop between two steps, and end the process."""


@dataclass(frozen=True)
class Loading:
    """Report that a model is being loaded, which only the end of the process can stop, or that it was."""

    number: int
    is_over: bool = False


@dataclass(frozen=True)
class Progress:
    """Report that `step` of `steps` are done."""

    number: int
    step: int
    steps: int


@dataclass(frozen=True)
class ProgressImage:
    """Show the picture at the current step, small."""

    number: int
    png: bytes


@dataclass(frozen=True)
class Sketch:
    """Show the map in small tiles and few steps, before the first step of its painting."""

    number: int
    png: bytes


@dataclass(frozen=True)
class Done:
    """Report that the cache has the texture, under this digest; where it refused, the texture comes here."""

    number: int
    result: str
    texture: Texture | None = None
    refusal: str = ""  # why it is not in the cache
    speed: Speed | None = None  # how fast it was painted, if it was


@dataclass(frozen=True)
class RenderedAttention:
    """Return where the words work, as RGBA."""

    number: int
    png: bytes


@dataclass(frozen=True)
class Stopped:
    """Report that the bake was cancelled, or a warm-up is over."""

    number: int


@dataclass(frozen=True)
class WorkFailed:
    """Report an error that the user can fix."""

    number: int
    kind: type[TilebakeError]
    diagnostic: Diagnostic

    @classmethod
    def from_error(cls, number: int, error: TilebakeError) -> "WorkFailed":
        """Describe an error by its kind and its diagnostic: an exception does not pass a pipe whole."""
        kind = next((each for each in KINDS if isinstance(error, each)), TilebakeError)
        return cls(number, kind, error.diagnostic)

    def to_error(self) -> TilebakeError:
        """Make the error again, to be raised in the host."""
        problem = self.diagnostic
        return self.kind(problem.what, where=problem.where, hint=problem.hint)


@dataclass(frozen=True)
class Crashed:
    """Report a mistake of tilebake's own, or that memory ran out. The worker ends: its state is unknown."""

    number: int
    mistake: Mistake
    report: str  # the traceback


ToWorker = Bake | WarmUp | RenderAttention | Cancel | SendProgressImages | Leave
ToHost = (
    Loading | Progress | ProgressImage | Sketch | Done | RenderedAttention | Stopped | WorkFailed | Crashed
)
