"""Paint one large map by several workers, who share its windows: in units that wait for what they need alone.

Workers put windows and decoded pieces into the store that they share, and the picture is then ordered as a
small one is: whoever paints it finds all of it there. What is not there is painted by whoever misses it.
"""

from collections.abc import Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import replace
from threading import Lock

from tilebake.errors import BakeError
from tilebake.level.map.grid import Bounds
from tilebake.level.windows.part import surroundings
from tilebake.level.windows.world_units import WorldUnit, WorldUnits
from tilebake.models.reference import ModelSource
from tilebake.request import BakeRequest, OnStep
from tilebake.serve.cluster.dispatcher import Dispatcher
from tilebake.serve.cluster.unit_count import UnitCount
from tilebake.serve.cluster.waiting import WorldSite, WorldSpot
from tilebake.texture import PaintedUnit, Texture

_Painted = Future[PaintedUnit]


class OneWorld:
    """Paint one map in windows. `bake` is a Baker of its picture and of its pages, for several threads."""

    def __init__(
        self, dispatcher: Dispatcher, request: BakeRequest, source: ModelSource, count: UnitCount
    ) -> None:
        self._dispatcher = dispatcher
        self._request = request
        self._source = source
        self._count = count
        self._units = WorldUnits(request.tilemap, request.settings)
        self._site = WorldSite()
        self._lock = Lock()  # of what several pages ask for
        self._painted: dict[WorldUnit, _Painted] = {}
        self._error: Exception | None = None

    def bake(self, request: BakeRequest, _on_step: OnStep) -> Texture:
        """Have a part of the world painted, and what it needs before it. Raises TilebakeError."""
        units = self._units.of_part(request.shown)
        with self._lock:
            own = [self._submit(unit) for unit in units if unit not in self._painted]
            after = [self._painted[unit] for unit in units]
        try:
            spot = WorldSpot(self._site, *_middle(request.shown))
            texture = self._dispatcher.submit(request, self._source, spot, after).result()
        except CancelledError:
            raise self._error or BakeError("the bake was stopped") from None
        except Exception as error:
            self._give_up(error)
            raise
        windows = self._units.count_windows(units)
        return _with_units(texture, [each.result() for each in own], windows)

    def _submit(self, unit: WorldUnit) -> _Painted:
        request = self._request
        settings = request.settings.model_copy(update={"windows": "always"})
        tilemap = surroundings(request.tilemap, settings, self._units.extent(unit))
        part = replace(request, tilemap=tilemap, settings=settings, region=None, in_world=False)
        needs = [self._painted[need] for need in self._units.needs(unit)]
        spot = WorldSpot(self._site, *_middle(self._units.bounds(unit)))
        painted = self._dispatcher.submit_unit(part, self._source, unit, spot, needs)
        self._painted[unit] = painted
        self._count.asked += 1
        painted.add_done_callback(self._count.note)
        return painted

    def _give_up(self, error: Exception) -> None:
        """Leave what is not painted yet: there will be no picture."""
        with self._lock:
            self._error = self._error or error
            painted = list(self._painted.values())
        for each in painted:
            each.cancel()


def _middle(bounds: Bounds) -> tuple[float, float]:
    return bounds.x + bounds.width / 2, bounds.y + bounds.height / 2


def _with_units(texture: Texture, units: Sequence[PaintedUnit], windows: int) -> Texture:
    """Return a texture with what its units took: of so many windows in all."""
    timings = dict(texture.timings)
    for stage, seconds in (item for unit in units for item in unit.timings.items()):
        timings[stage] = timings.get(stage, 0.0) + seconds if stage != "load" else seconds
    degraded = dict.fromkeys([*texture.degraded, *(text for unit in units for text in unit.degraded)])
    share = max(texture.share, sum(unit.windows for unit in units) / windows)
    return replace(texture, timings=timings, degraded=tuple(degraded), share=share)
