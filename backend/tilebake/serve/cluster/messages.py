"""Define what a driver and its workers tell each other, and what brings them together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from tilebake.models.reference import ModelSource
from tilebake.request import PAINT_VERSION, BakeRequest, OnStep, Painter
from tilebake.serve.worker.protocol import Crashed, WorkFailed
from tilebake.texture import PaintedUnit
from tilebake.version import __version__

if TYPE_CHECKING:
    from tilebake.level.windows.world_units import WorldUnit  # NumPy, for large maps alone

WorkerId = int
FindSite = Callable[[], str | None]
"""Return the site at which this process keeps windows, as an Identity has it. Raises TilebakeError."""


class Identity(NamedTuple):
    """Say who a worker is: what must be alike on all machines, and where it is."""

    version: str
    paint_version: int
    host: str
    site: str | None  # where it keeps windows: workers of one site see each other's; None keeps none
    unfit: str = ""  # why it cannot paint


def identity_on(host: str) -> Identity:
    """Return the identity of this tilebake on a host, which keeps windows for itself."""
    return Identity(__version__, PAINT_VERSION, host, host)


@dataclass(frozen=True)
class PaintOrder:
    """Paint this with this model, which the worker has to have under the same digest.

    Of a map in windows perhaps a unit alone, into the store that workers share.
    """

    number: int  # the lower, the sooner
    request: BakeRequest
    source: ModelSource
    unit: "WorldUnit | None" = None


PaintUnit = Callable[[BakeRequest, "WorldUnit", OnStep], PaintedUnit]


@dataclass(frozen=True)
class WorldPainter(Painter):
    """Offer what a painter does, and paint units of a world."""

    paint_unit: PaintUnit | None = None


@dataclass(frozen=True)
class PaintedTexture:
    """Return a texture, as bytes that can be verified, under its result digest."""

    result: str
    content: bytes
    share: float  # as a texture has it


@dataclass(frozen=True)
class Refused:
    """Report that this worker cannot paint an order as asked: its model is another one."""

    why: str


Answer = PaintedTexture | PaintedUnit | Refused | WorkFailed | Crashed


@dataclass(frozen=True)
class Introduced:
    """Report that a worker has started."""

    worker: WorkerId
    identity: Identity


@dataclass(frozen=True)
class Heard:
    """Report that a worker goes on with its order."""

    worker: WorkerId


@dataclass(frozen=True)
class Answered:
    """Bring a worker's answer to its order."""

    worker: WorkerId
    answer: Answer


@dataclass(frozen=True)
class Died:
    """Report that a worker is gone, or cannot start."""

    worker: WorkerId
    why: str


Message = Introduced | Heard | Answered | Died


class Crew(Protocol):
    """Start and end workers, and carry orders to them and messages back."""

    size: int  # how many workers there can be at once

    def start(self) -> WorkerId:
        """Start a worker, which will be Introduced, or Died."""
        ...

    def give(self, worker: WorkerId, order: PaintOrder) -> None:
        """Give an order to a worker that is ready and has none."""
        ...

    def end(self, worker: WorkerId) -> None:
        """End a worker at once. Nothing more is heard of it."""
        ...

    def wait(self, seconds: float, /) -> Sequence[Message]:
        """Return what has come, waiting at most so long for the first of it."""
        ...

    def close(self) -> None:
        """End all workers."""
        ...
