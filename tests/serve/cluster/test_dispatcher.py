"""What a dispatcher does when workers die, hang, differ or fail: with a crew that does as it is told."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from tests.helpers.clock import Clock
from tests.helpers.counting_baker import MISTAKE, SOURCE
from tilebake.errors import BakeError, PromptError
from tilebake.request import BakeRequest
from tilebake.serve.bake.texture_cache import pack_texture, result_digest
from tilebake.serve.bulkhead import Mistake
from tilebake.serve.cluster.dispatcher import STARTS, Dispatcher
from tilebake.serve.cluster.messages import (
    Answer,
    Answered,
    Died,
    Heard,
    Introduced,
    Message,
    PaintedTexture,
    PaintOrder,
    Refused,
    WorkerId,
    identity_on,
)
from tilebake.serve.worker.protocol import Crashed, WorkFailed
from tilebake.texture import Texture

Requests = Callable[[int], BakeRequest]
Textures = Callable[[BakeRequest], Texture]
SILENCE = 60.0


class FakeCrew:
    """Workers that start at once, and answer when the test says so."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.started = 0
        self.orders: dict[WorkerId, PaintOrder] = {}
        self.given: list[tuple[WorkerId, int]] = []  # worker and seed
        self.ended: list[WorkerId] = []
        self.is_closed = False
        self._messages: list[Message] = []

    def start(self) -> WorkerId:
        self.started += 1
        self._messages.append(Introduced(self.started, identity_on(f"node{self.started}")))
        return self.started

    def give(self, worker: WorkerId, order: PaintOrder) -> None:
        self.orders[worker] = order
        self.given.append((worker, order.request.seed))

    def end(self, worker: WorkerId) -> None:
        self.ended.append(worker)

    def wait(self, _seconds: float, /) -> Sequence[Message]:
        messages, self._messages = self._messages, []
        return messages

    def close(self) -> None:
        self.is_closed = True

    def say(self, *messages: Message) -> None:
        self._messages += messages


class Scene:
    """A dispatcher with a crew, and what it told."""

    def __init__(self, size: int, texture_of: Textures) -> None:
        self.crew, self.told, self.clock = FakeCrew(size), list[str](), Clock()
        self.dispatcher = Dispatcher(self.crew, self.told.append, self.clock, SILENCE)
        self._texture_of = texture_of

    def turn(self, *messages: Message) -> None:
        self.crew.say(*messages)
        self.dispatcher.turn(0)

    def paint(self, worker: WorkerId) -> Answered:
        texture = self._texture_of(self.crew.orders[worker].request)
        return Answered(worker, PaintedTexture(result_digest(texture), pack_texture(texture), 1.0))


@pytest.fixture
def scene(texture_of: Textures) -> Callable[[int], Scene]:
    return lambda size: Scene(size, texture_of)


Scenes = Callable[[int], Scene]


def test_each_worker_has_one_order_and_gets_the_next_when_it_has_answered(
    scene: Scenes, request_of: Requests, texture_of: Textures
) -> None:
    here = scene(2)
    painted = [here.dispatcher.submit(request_of(seed), SOURCE) for seed in range(3)]
    here.turn()
    assert here.crew.given == [(1, 0), (2, 1)]
    here.turn(here.paint(2))
    here.turn(here.paint(1), here.paint(2))
    assert here.crew.given[2:] == [(2, 2)]
    for seed, future in enumerate(painted):
        np.testing.assert_array_equal(future.result(0).image, texture_of(request_of(seed)).image)
    assert here.told == []


def test_a_worker_keeps_to_the_model_that_it_holds(scene: Scenes, request_of: Requests) -> None:
    here = scene(1)
    other = replace(request_of(7), model_digest="other")
    for request in (request_of(1), other, request_of(2)):
        here.dispatcher.submit(request, SOURCE)
    for _ in range(3):
        here.turn(*([here.paint(1)] if here.crew.orders else []))
    assert [seed for _, seed in here.crew.given] == [1, 2, 7]


def test_an_order_of_a_worker_that_died_is_given_to_the_next(scene: Scenes, request_of: Requests) -> None:
    here = scene(1)
    painted = here.dispatcher.submit(request_of(1), SOURCE)
    here.turn()
    here.turn(Died(1, "killed"))
    here.turn()
    here.turn(here.paint(2))
    assert painted.result(0).digest == request_of(1).digest()
    assert here.crew.given == [(1, 1), (2, 1)]
    assert here.told == ["a worker on node1 is lost: killed"]


def test_an_order_that_ends_two_workers_is_set_aside_and_others_go_on(
    scene: Scenes, request_of: Requests
) -> None:
    here = scene(1)
    poison, other = (here.dispatcher.submit(request_of(seed), SOURCE) for seed in (1, 2))
    here.turn()
    here.turn(Died(1, "killed"))
    here.turn()
    here.turn(Died(2, "killed"))
    here.turn()
    here.turn(here.paint(3))
    with pytest.raises(BakeError, match="2 workers ended while they painted it"):
        poison.result(0)
    assert other.result(0).digest == request_of(2).digest()


def test_a_worker_that_is_not_heard_of_is_ended(scene: Scenes, request_of: Requests) -> None:
    here = scene(1)
    here.dispatcher.submit(request_of(1), SOURCE)
    here.turn()
    here.clock.now += SILENCE
    here.turn(Heard(1))
    here.clock.now += SILENCE
    here.turn()
    assert here.crew.ended == [], "it went on"
    here.clock.now += 1
    here.turn()
    assert here.crew.ended == [1]
    here.turn()
    assert here.crew.given == [(1, 1), (2, 1)]


def test_a_worker_of_another_version_paints_nothing(scene: Scenes, request_of: Requests) -> None:
    here = scene(1)
    here.crew.wait(0)
    here.turn(Introduced(1, identity_on("old")._replace(version="0.0.1")))
    assert here.told[0].startswith("the worker on old is refused: it has tilebake 0.0.1")
    with pytest.raises(BakeError, match="no worker is left: it has tilebake"):
        here.dispatcher.submit(request_of(1), SOURCE).result(0)


def test_a_worker_with_another_model_is_refused_and_the_others_paint(
    scene: Scenes, request_of: Requests
) -> None:
    here = scene(2)
    painted = here.dispatcher.submit(request_of(1), SOURCE)
    here.turn()
    here.turn(Answered(1, Refused("its model embedded is another one (1234, not 5678)")))
    here.turn(here.paint(2))
    assert painted.result(0).digest == request_of(1).digest()
    assert here.crew.ended == [1]
    assert here.told == ["the worker on node1 is refused: its model embedded is another one (1234, not 5678)"]


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (WorkFailed.from_error(1, MISTAKE), PromptError, "no such word"),
        (Crashed(1, Mistake("KeyError: lost", is_of_memory=False), ""), BakeError, "KeyError: lost"),
    ],
)
def test_what_is_wrong_with_a_map_is_told_as_elsewhere(
    answer: Answer, kind: type[Exception], words: str, scene: Scenes, request_of: Requests
) -> None:
    here = scene(1)
    painted = here.dispatcher.submit(request_of(1), SOURCE)
    here.turn()
    here.turn(Answered(1, answer))
    with pytest.raises(kind, match=words):
        painted.result(0)
    here.dispatcher.submit(request_of(2), SOURCE)
    here.turn()
    assert here.crew.given[-1][1] == 2


def test_a_texture_that_is_damaged_on_the_way_is_painted_again(scene: Scenes, request_of: Requests) -> None:
    here = scene(1)
    painted = here.dispatcher.submit(request_of(1), SOURCE)
    here.turn()
    sound = here.paint(1).answer
    assert isinstance(sound, PaintedTexture)
    here.turn(Answered(1, replace(sound, content=sound.content[:-1])))
    here.turn(here.paint(1))
    assert painted.result(0).digest == request_of(1).digest()
    assert len(here.crew.given) == 2


def test_workers_that_cannot_start_are_given_up(scene: Scenes, request_of: Requests) -> None:
    here = scene(1)
    here.crew.wait(0)
    painted = here.dispatcher.submit(request_of(1), SOURCE)
    for worker in range(1, STARTS + 1):
        here.crew.wait(0)
        here.turn(Died(worker, "no tilebake there"))
    with pytest.raises(BakeError, match="no worker is left: no tilebake there"):
        painted.result(0)
    assert here.crew.started == STARTS


@pytest.mark.parametrize("seed", range(5))
def test_whatever_dies_when_no_order_is_lost_and_none_redone_without_a_death(
    seed: int, scene: Scenes, request_of: Requests
) -> None:
    chance, here = random.Random(seed), scene(4)
    painted = [here.dispatcher.submit(request_of(number), SOURCE) for number in range(40)]
    here.turn()
    deaths = Counter[int]()
    while not all(each.done() for each in painted):
        at_work = [worker for worker in here.crew.orders if worker not in here.crew.ended]
        worker = chance.choice(at_work)
        order = here.crew.orders.pop(worker)
        if chance.random() < 0.6:
            deaths[order.request.seed] += 1
            here.crew.ended.append(worker)
            here.turn(Died(worker, "killed"))
        else:
            here.crew.orders[worker] = order
            answer = here.paint(worker)
            del here.crew.orders[worker]
            here.turn(answer)
        here.turn()
    given = Counter(number for _, number in here.crew.given)
    for number, future in enumerate(painted):
        assert given[number] == max(1, min(deaths[number] + 1, 2))
        assert (future.exception(0) is not None) == (deaths[number] == 2)
    assert deaths.total() > 20


def test_closing_ends_what_waits(scene: Scenes, request_of: Requests) -> None:
    here = scene(1)
    futures = [here.dispatcher.submit(request_of(seed), SOURCE) for seed in range(2)]
    here.turn()
    here.dispatcher.close()
    for future in futures:
        with pytest.raises(BakeError, match="stopped"):
            future.result(0)
    assert here.crew.is_closed
