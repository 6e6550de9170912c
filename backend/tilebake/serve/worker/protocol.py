"""What the host and the worker process say to each other through their pipe."""

from collections.abc import Callable
from dataclasses import dataclass

from tilebake.errors import Diagnostic, TilebakeError
from tilebake.models.reference import ModelSource
from tilebake.request import AttentionQuery, BakeRequest, LoraRef, Painter

Loras = tuple[tuple[LoraRef, str], ...]  # each with the digest of its file, as in a request
MakePainter = Callable[[ModelSource, Loras], Painter]
"""Loads a model. It goes to the worker with the process's start, so it must be picklable."""


@dataclass(frozen=True)
class Bake:
    """Bake this, and keep the texture in the cache. Numbers go up from bake to bake."""

    number: int
    request: BakeRequest
    source: ModelSource


@dataclass(frozen=True)
class RenderAttention:
    """Paint this to see where words work, and keep nothing. Counted as a bake is."""

    number: int
    request: BakeRequest
    source: ModelSource
    query: AttentionQuery


@dataclass(frozen=True)
class Cancel:
    """Stop this bake or look, and all before it, between two steps."""

    number: int


@dataclass(frozen=True)
class SendProgressImages:
    """Whether anybody looks at the picture while it is painted."""

    are_wanted: bool


@dataclass(frozen=True)
class Leave:
    """Stop between two steps, and end."""


@dataclass(frozen=True)
class Progress:
    """`step` of `steps` are done."""

    number: int
    step: int
    steps: int


@dataclass(frozen=True)
class ProgressImage:
    """The picture at the current step, small."""

    number: int
    png: bytes


@dataclass(frozen=True)
class Done:
    """The cache has the texture, under this digest."""

    number: int
    result: str


@dataclass(frozen=True)
class RenderedAttention:
    """Where the words work, as RGBA."""

    number: int
    png: bytes


@dataclass(frozen=True)
class Stopped:
    """The bake was cancelled."""

    number: int


@dataclass(frozen=True)
class Failed:
    """The bake met a mistake that its maker can fix."""

    number: int
    kind: type[TilebakeError]
    diagnostic: Diagnostic

    @classmethod
    def by(cls, number: int, error: TilebakeError) -> "Failed":
        """An error, as it can be sent: an exception itself does not pass through a pipe whole.

        Of what `paint` makes of an error, only the kind that the host knows too: reading the other would
        import torch there.
        """
        kind = next(each for each in type(error).__mro__ if each.__module__ == TilebakeError.__module__)
        return cls(number, kind, error.diagnostic)

    def error(self) -> TilebakeError:
        """The error again."""
        problem = self.diagnostic
        return self.kind(problem.what, where=problem.where, hint=problem.hint)


@dataclass(frozen=True)
class Crashed:
    """The worker met a mistake of ours, and ends."""

    report: str  # the traceback


ToWorker = Bake | RenderAttention | Cancel | SendProgressImages | Leave
FromBake = Progress | ProgressImage | Done | RenderedAttention | Stopped | Failed
ToHost = FromBake | Crashed
