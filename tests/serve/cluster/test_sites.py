"""A world is painted at one site, by workers that see each other's windows; who cannot is told."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import NoReturn

import pytest

from tests.helpers.counting_baker import SOURCE
from tests.serve.cluster.test_dispatcher import Scene
from tilebake.errors import BakeError
from tilebake.level.windows.lattice import Extent
from tilebake.level.windows.world_units import PieceUnit
from tilebake.request import BakeRequest
from tilebake.serve.cluster.messages import Answered, Died, Introduced, WorkerId, identity_on
from tilebake.serve.cluster.painting_worker import PaintingWorker
from tilebake.serve.cluster.site_teller import MOST_TOLD
from tilebake.serve.cluster.waiting import WorldSite, WorldSpot
from tilebake.texture import PaintedUnit, Texture

Requests = Callable[[int], BakeRequest]
Textures = Callable[[BakeRequest], Texture]
PAINTED = PaintedUnit(4, {}, ())


class World:
    """A world in pieces, which workers at some sites paint: each at the one of its number."""

    def __init__(self, request: BakeRequest, texture_of: Textures, *sites: str | None) -> None:
        self.here = Scene(len(sites), texture_of)
        self._request = request
        self._site = WorldSite()
        for worker, site in enumerate(sites, start=1):
            self.join(worker, site)

    def join(self, worker: WorkerId, site: str | None) -> None:
        identity = identity_on(f"node{worker}")._replace(site=site)
        self.here.crew.say(Introduced(worker, identity))

    def submit(self, number: int, *after: Future[PaintedUnit], x: float = 0) -> Future[PaintedUnit]:
        piece = PieceUnit(Extent(number, 0, number + 1, 1))
        spot = WorldSpot(self._site, x, 0)
        return self.here.dispatcher.submit_unit(self._request, SOURCE, piece, spot, after)

    def show(self, *after: Future[PaintedUnit]) -> Future[Texture]:
        return self.here.dispatcher.submit(self._request, SOURCE, WorldSpot(self._site, 0, 0), after)

    def given(self) -> list[WorkerId]:
        """Turn, and return who has orders by now, one after the other."""
        self.here.turn()
        return [worker for worker, _ in self.here.crew.given]


@pytest.fixture
def world(request_of: Requests, texture_of: Textures) -> Callable[..., World]:
    return lambda *sites: World(request_of(7), texture_of, *sites)


Worlds = Callable[..., World]


def test_all_of_a_world_is_painted_where_it_was_begun(world: Worlds) -> None:
    there = world("a", "b", "a")
    pieces = [there.submit(number) for number in range(3)]
    picture = there.show(*pieces)
    assert there.given() == [1, 3]
    small = there.here.dispatcher.submit(there.here.crew.orders[1].request, SOURCE)
    assert there.given() == [1, 3, 2], "what is no part of a world goes anywhere"
    there.here.turn(Answered(3, PAINTED))
    there.here.turn(Answered(3, PAINTED), there.here.paint(2))
    assert small.done()
    assert there.given() == [1, 3, 2, 3], "the picture waits for the first piece"
    there.here.turn(Answered(1, PAINTED))
    assert there.given()[4:] == [1]
    there.here.turn(there.here.paint(1))
    assert picture.done()


def test_two_worlds_are_painted_at_two_sites(world: Worlds, request_of: Requests) -> None:
    there = world("a", "b")
    there.submit(1)
    there.submit(2)
    other = there.here.dispatcher.submit_unit(
        request_of(8), SOURCE, PieceUnit(Extent(0, 0, 1, 1)), WorldSpot(WorldSite(), 0, 0), ()
    )
    assert there.given() == [1, 2]
    assert there.here.crew.given == [(1, 7), (2, 8)]
    there.here.turn(Answered(2, PAINTED))
    assert other.done()
    assert there.given() == [1, 2], "the second worker sees no window of the first one's"


def test_a_worker_goes_on_near_its_last_unit_and_lets_no_other_map_wait(
    world: Worlds, request_of: Requests
) -> None:
    there = world("a", "a")
    for number, x in enumerate((0, 90, 20, 70)):
        there.submit(number, x=x)
    assert there.given() == [1, 2]
    small = there.here.dispatcher.submit(request_of(9), SOURCE)
    near, far = (there.here.crew.orders[worker].unit for worker in (1, 2))
    assert near == PieceUnit(Extent(0, 0, 1, 1))
    assert far == PieceUnit(Extent(1, 0, 2, 1))
    there.here.turn(Answered(2, PAINTED))
    assert there.here.crew.orders[2].unit == PieceUnit(Extent(3, 0, 4, 1)), "70 is nearer to 90 than 20 is"
    there.here.turn(Answered(1, PAINTED))
    assert there.here.crew.orders[1].unit == PieceUnit(Extent(2, 0, 3, 1))
    there.submit(4, x=20)
    there.here.turn(Answered(1, PAINTED))
    assert there.here.crew.orders[1].request.seed == 9, "it came before more of the world"
    there.here.turn(there.here.paint(1))
    assert small.done()


def test_a_site_that_is_lost_is_left(world: Worlds) -> None:
    there = world("a", "b")
    first = there.submit(1)
    second = there.submit(2, first)
    assert there.given() == [1]
    there.here.turn(Died(1, "its machine is gone"))
    assert there.given() == [1, 2]
    there.here.turn(Answered(2, PAINTED))
    there.join(3, "a")
    assert there.given() == [1, 2, 2], "and stays left"
    there.here.turn(Answered(2, PAINTED))
    assert second.result(0) == PAINTED


def test_where_nobody_keeps_windows_the_picture_is_painted_at_once(world: Worlds) -> None:
    there = world(None, None)
    pieces = [there.submit(number) for number in range(3)]
    picture = there.show(*pieces)
    assert there.given() == [1]
    assert {piece.result(0).windows for piece in pieces} == {0}
    there.here.turn(there.here.paint(1))
    assert picture.done()
    assert there.here.told == ["the worker on node1 keeps no windows, and so paints no parts of large maps"]


def test_who_shares_no_windows_is_told_by_name_where_there_is_a_large_map(world: Worlds) -> None:
    there = world("s3://game", "s3://game", "/cache of node3", None)
    assert (there.given(), there.here.told) == ([], [])
    there.submit(1)
    there.given()
    there.given()
    assert there.here.told == [
        "the worker on node3 keeps windows in /cache of node3, and others in s3://game, "
        "so that each large map is painted in one of these places; "
        "a --store that all read and write joins them",
        "the worker on node4 keeps no windows, and so paints no parts of large maps",
    ]


def test_of_many_sites_a_few_are_told(world: Worlds) -> None:
    there = world(*(f"/cache of node{number}" for number in range(20)))
    there.submit(1)
    there.given()
    assert len(there.here.told) == MOST_TOLD


def test_a_worker_that_cannot_use_the_store_is_refused_by_name(world: Worlds) -> None:
    def fail() -> str:
        raise BakeError("the store s3://game needs a driver")

    def load(*_: object) -> NoReturn:
        raise AssertionError("it paints nothing")

    there = world("a", "a")
    identity = PaintingWorker(load, fail).introduce()
    there.here.turn(Introduced(1, identity._replace(host="node1")))
    assert there.here.told == ["the worker on node1 is refused: the store s3://game needs a driver"]
    there.submit(1)
    assert there.given() == [2]
