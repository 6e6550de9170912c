"""Hand orders to workers, and bear that these die, hang or are others than they should be.

A worker that dies is replaced, and its order given to the next; an order that ends two workers is set aside.
One thread takes turns with the crew; any other may submit.
"""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, replace
from itertools import count
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from tilebake.errors import BakeError, TilebakeError
from tilebake.models.reference import ModelSource
from tilebake.request import Baker, BakeRequest, OnStep
from tilebake.serve.bake.texture_cache import unpack_texture
from tilebake.serve.cluster.messages import (
    Answer,
    Answered,
    Crew,
    Died,
    Heard,
    Identity,
    Introduced,
    Message,
    PaintedTexture,
    PaintOrder,
    Refused,
    WorkerId,
    identity_on,
)
from tilebake.serve.cluster.site_teller import SiteTeller
from tilebake.serve.cluster.waiting import Unit, WaitingOrders, WorkerState, WorldSpot
from tilebake.serve.worker.protocol import Crashed, WorkFailed
from tilebake.texture import PaintedUnit, Texture

if TYPE_CHECKING:
    from tilebake.level.windows.world_units import WorldUnit

MOST_DEATHS: Final = 2  # workers that may die of one order
STARTS: Final = 3  # workers that may die before they are ready, until no more are started in their place
LONGEST_SILENCE: Final = 900.0  # seconds without a step, in which a large model may be loaded

_log: Final = logging.getLogger(__name__)


class Dispatcher:
    """Keep as many workers at work as a crew has room for.

    `tell` is told of each worker that is refused or lost.
    """

    def __init__(
        self,
        crew: Crew,
        tell: Callable[[str], object],
        clock: Callable[[], float] = time.monotonic,
        silence: float = LONGEST_SILENCE,
    ) -> None:
        self._crew = crew
        self._tell = tell
        self._clock = clock
        self._silence = silence
        self._numbers = count(1)
        self._lock = Lock()  # of orders that are not free yet
        self._waiting = WaitingOrders()
        self._sites = SiteTeller(tell)
        self._has_worlds = False
        self._workers: dict[WorkerId, WorkerState] = {}
        self._failed_starts = 0
        for _ in range(crew.size):
            self._start()

    @property
    def ready(self) -> int:
        """How many workers are there."""
        return sum(worker.is_ready for worker in self._workers.values())

    def baker_of(self, source: ModelSource) -> Baker:
        """Return a baker that has a worker paint, and waits for it: call it in other threads than `turn`."""

        def bake(request: BakeRequest, _on_step: OnStep) -> Texture:
            return self.submit(request, source).result()

        return bake

    def submit(
        self,
        request: BakeRequest,
        source: ModelSource,
        spot: WorldSpot | None = None,
        after: Sequence[Future[PaintedUnit]] = (),
    ) -> Future[Texture]:
        """Have a request painted, after units of its world. The future raises TilebakeError."""
        return self._submit(Unit(PaintOrder(next(self._numbers), request, source), spot), after)

    def submit_unit(
        self,
        request: BakeRequest,
        source: ModelSource,
        unit: "WorldUnit",
        spot: WorldSpot,
        after: Sequence[Future[PaintedUnit]],
    ) -> Future[PaintedUnit]:
        """Have a unit of a request's world painted, after others. The future raises TilebakeError."""
        self._has_worlds = True
        return self._submit(Unit(PaintOrder(next(self._numbers), request, source, unit), spot), after)

    def _submit(self, unit: Unit, after: Sequence[Future[PaintedUnit]]) -> Future[Any]:
        blocked = _Blocked(unit, len(after))
        if not after:
            self._waiting.add(unit)

        def note(need: Future[PaintedUnit]) -> None:
            error = _error_of(need)
            with self._lock:
                free = blocked.release(is_failed=error is not None)
            if free is not None and error is not None:
                free.fail(error)
            elif free is not None:
                self._waiting.add(free)

        for need in after:
            need.add_done_callback(note)
        return unit.outcome

    def turn(self, seconds: float) -> None:
        """Take in what has come within so many seconds, and hand out what waits."""
        for message in self._crew.wait(seconds):
            self._take(message)
        for worker, state in list(self._workers.items()):
            if state.unit is not None and self._clock() - state.heard > self._silence:
                self._crew.end(worker)
                self._lose(worker, f"nothing was heard of it for {self._silence:g} s")
        self._hand_out()

    def close(self) -> None:
        """End all workers, and whatever waits for them."""
        self._fail_all(BakeError("the bake was stopped"))
        self._crew.close()

    def _start(self) -> None:
        self._workers[self._crew.start()] = WorkerState()

    def _take(self, message: Message) -> None:
        state = self._workers.get(message.worker)
        if state is None:
            return  # it was ended
        state.heard = self._clock()
        match message:
            case Introduced():
                self._welcome(message.worker, state, message.identity)
            case Answered():
                self._finish(message.worker, state, message.answer)
            case Died():
                self._lose(message.worker, message.why)
            case Heard():
                pass

    def _welcome(self, worker: WorkerId, state: WorkerState, identity: Identity) -> None:
        own = identity_on(identity.host)
        state.host = identity.host
        if identity[:2] != own[:2]:
            theirs, ours = _spell_version(identity), _spell_version(own)
            self._dismiss(worker, state, f"it has tilebake {theirs}, and here is {ours}")
        elif identity.unfit:
            self._dismiss(worker, state, identity.unfit)
        else:
            state.is_ready, state.site = True, identity.site
            self._failed_starts = 0

    def _finish(self, worker: WorkerId, state: WorkerState, answer: Answer) -> None:
        unit, state.unit = state.unit, None
        assert unit is not None, "only orders are answered"
        match answer:
            case PaintedTexture():
                state.model = unit.order.request.model_key()
                self._accept(unit, answer)
            case PaintedUnit():
                state.model = unit.order.request.model_key()
                unit.finish(answer)
            case WorkFailed():
                unit.fail(answer.to_error())
            case Crashed():
                _log.error("a worker on %s crashed:\n%s", state.host, answer.report.strip())
                unit.fail(answer.mistake.to_error())
                self._crew.end(worker)  # its state is unknown
                del self._workers[worker]
                self._start()
            case Refused():
                self._waiting.add(unit)
                self._dismiss(worker, state, answer.why)

    def _accept(self, unit: Unit, answer: PaintedTexture) -> None:
        try:
            texture = unpack_texture(memoryview(answer.content), answer.result)
        except ValueError as error:
            self._try_again(unit, f"its texture was damaged on the way: {error}")
        else:
            unit.finish(replace(texture, share=answer.share))

    def _lose(self, worker: WorkerId, why: str) -> None:
        """Go on without a worker that died, and start another in its place."""
        state = self._workers.pop(worker)
        self._tell(f"a worker{state.place} is lost: {why}")
        if state.unit is not None:
            self._try_again(state.unit, why)
        if not state.is_ready:
            self._failed_starts += 1
        if state.is_ready or self._failed_starts < STARTS:
            self._start()
        self._end_without_workers(why)

    def _dismiss(self, worker: WorkerId, state: WorkerState, why: str) -> None:
        """Go on without a worker that must not paint here; the machine would bring no better one."""
        self._crew.end(worker)
        del self._workers[worker]
        self._tell(f"the worker{state.place} is refused: {why}")
        self._end_without_workers(why)

    def _try_again(self, unit: Unit, why: str) -> None:
        unit.deaths += 1
        if unit.deaths < MOST_DEATHS:
            self._waiting.add(unit)
            return
        what = f"{unit.deaths} workers ended while they painted it, so it is set aside: {why}"
        unit.fail(BakeError(what, hint="give it less to do, or more memory, and bake again"))

    def _end_without_workers(self, why: str) -> None:
        if not self._workers:
            self._fail_all(
                BakeError(f"no worker is left: {why}", hint="see that all have what this machine has")
            )

    def _fail_all(self, error: TilebakeError) -> None:
        units = self._waiting.end(error)
        units += [each.unit for each in self._workers.values() if each.unit is not None]
        for worker in self._workers.values():
            worker.unit = None
        for unit in units:
            unit.fail(error)

    def _hand_out(self) -> None:
        """Give each idle worker an order, if there is one that it may paint."""
        ready = [state for state in self._workers.values() if state.is_ready]
        if self._has_worlds:
            self._sites.look(ready)
        lost = self._waiting.settle({state.site for state in ready if state.site is not None})
        for unit in lost if ready else ():
            unit.finish(PaintedUnit(0, {}, ()))
        for worker, state in self._workers.items():
            if state.is_ready and state.unit is None and (unit := self._waiting.take(state)) is not None:
                state.unit, state.heard = unit, self._clock()
                self._crew.give(worker, unit.order)


@dataclass(eq=False)
class _Blocked:
    """Hold a unit until others are painted, and no longer: they are remembered for as long as their world."""

    unit: Unit | None
    needs: int  # others that are not painted yet

    def release(self, *, is_failed: bool) -> Unit | None:
        """Note that another is painted, or failed; return the unit if that decides what becomes of it."""
        self.needs -= 1
        if self.needs and not is_failed:
            return None
        unit, self.unit = self.unit, None
        return unit


def _error_of(need: Future[PaintedUnit]) -> BaseException | None:
    return CancelledError() if need.cancelled() else need.exception()


def _spell_version(identity: Identity) -> str:
    return f"{identity.version} (pictures of version {identity.paint_version})"
