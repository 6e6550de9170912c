"""Hold the orders that wait for a worker, and choose which of them one gets."""

from bisect import insort
from collections.abc import Collection, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field
from math import hypot
from operator import itemgetter
from threading import Lock
from typing import Any, NamedTuple

from tilebake.errors import TilebakeError
from tilebake.serve.cluster.messages import PaintOrder
from tilebake.texture import PaintedUnit, Texture


@dataclass(eq=False)
class WorldSite:
    """Hold at which site a world is painted, once a worker has begun it: where its windows are kept."""

    name: str | None = None


class WorldSpot(NamedTuple):
    """Say where in which world an order is."""

    world: WorldSite
    x: float  # of the middle of what it paints or shows, in map pixels
    y: float

    def distance(self, other: "WorldSpot") -> float:
        """Return how far it is from another spot of this world; around its edges nothing is nearer."""
        return hypot(self.x - other.x, self.y - other.y)


@dataclass(eq=False)
class Unit:
    """Hold an order until it is painted, or given up; whoever wants it no more cancels the outcome."""

    order: PaintOrder
    spot: WorldSpot | None = None  # of an order that paints a part of a world, or shows it
    outcome: Future[Any] = field(default_factory=Future[Any])  # of a Texture, or a PaintedUnit
    deaths: int = 0

    def finish(self, painted: Texture | PaintedUnit) -> None:
        """Give what was painted to whoever waits for it."""
        with suppress(InvalidStateError):
            self.outcome.set_result(painted)

    def fail(self, error: BaseException) -> None:
        """Tell whoever waits for it why it is not painted."""
        with suppress(InvalidStateError):
            self.outcome.set_exception(error)


@dataclass(eq=False)
class WorkerState:
    """Hold what is known of a worker."""

    is_ready: bool = False
    host: str = ""
    site: str | None = None  # where it keeps windows, if it can
    unit: Unit | None = None
    spot: WorldSpot | None = None  # of its last order
    model: object = None  # the key of the one that it loaded last
    heard: float = 0.0  # by the clock

    @property
    def place(self) -> str:
        """Where it is, as a part of a sentence."""
        return f" on {self.host}" if self.host else ""

    def holds(self, unit: Unit) -> bool:
        """Tell whether it has the model of an order loaded."""
        return self.model == unit.order.request.model_key()

    def may_paint(self, unit: Unit) -> bool:
        """Tell whether what it paints is kept where others of the world are, and it finds those there."""
        if unit.spot is None:
            return True
        if unit.spot.world.name is not None:
            return self.site == unit.spot.world.name
        return unit.order.unit is None or self.site is not None


class WaitingOrders:
    """Hold orders by their numbers, for several threads, until there is nobody left who could paint them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._units: list[Unit] = []  # by number
        self._end: TilebakeError | None = None  # why nobody is left

    def add(self, unit: Unit) -> None:
        """Have an order wait, or fail where nobody is left."""
        with self._lock:
            if self._end is None:
                insort(self._units, unit, key=_number_of)
                return
        unit.fail(self._end)

    def end(self, error: TilebakeError) -> list[Unit]:
        """Return what waits; what comes later fails with this error."""
        with self._lock:
            self._end = error
            units, self._units = self._units, []
        return units

    def settle(self, sites: Collection[str]) -> list[Unit]:
        """Leave what is wanted no more, and worlds' sites of which no worker is left.

        Return the units of worlds that nobody can keep, which are better not painted before they are shown.
        """
        with self._lock:
            self._units = [unit for unit in self._units if not unit.outcome.done()]
            for unit in self._units:
                if unit.spot is not None and unit.spot.world.name not in sites:
                    unit.spot.world.name = None
            return [] if sites else [unit for unit in self._units if unit.order.unit is not None]

    def take(self, worker: WorkerState) -> Unit | None:
        """Return an order for a worker, of the model that it holds if there is one; None for none.

        It is the first that waits, or the one of the same world that is nearest to the worker's last: windows
        that it has painted or read before are in its machine's cache.
        """
        with self._lock:
            units = [unit for unit in self._units if worker.may_paint(unit)]
            if not units:
                return None
            first = next((each for each in units if worker.holds(each)), units[0])
            unit = _nearest(units, first, worker.spot)
            self._units.remove(unit)
            if unit.spot is not None:
                unit.spot.world.name = worker.site
            worker.spot = unit.spot
            return unit


def _nearest(units: Sequence[Unit], first: Unit, spot: WorldSpot | None) -> Unit:
    """Return the order of a world that is nearest to a spot in it; the first one, if that is elsewhere."""
    if first.spot is None or spot is None or first.spot.world is not spot.world:
        return first
    there = [
        (each.spot.distance(spot), each) for each in units if each.spot and each.spot.world is spot.world
    ]
    return min(there, key=itemgetter(0))[1]


def _number_of(unit: Unit) -> int:
    return unit.order.number
