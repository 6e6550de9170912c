"""Loads: one that nobody wants any more is used by the next bake, or ended."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.helpers.counting_baker import (
    SOURCE,
    CountingBaker,
    saying,
)
from tests.helpers.following import Following, bake, in_thread, pids, workers
from tests.helpers.patience import PATIENCE
from tilebake.request import BakeRequest
from tilebake.serve.worker.supervisor import (
    BakeCancelledError,
    Supervisor,
)

Requests = Callable[[int], BakeRequest]


def slow_to_load(request: BakeRequest) -> BakeRequest:
    """The request for the model that is being loaded until the test says so."""
    return replace(request, model="slow", model_digest="of the slow one")


def loads(baker: CountingBaker) -> int:
    return sum(note.startswith("load") for note in baker.notes())


def cancel_while_loading(supervisor: Supervisor, baker: CountingBaker, request: BakeRequest) -> None:
    """Begin a bake, and want it no more while its model is being loaded."""
    following, before = Following(), loads(baker)

    def cancelled() -> bool:
        return loads(baker) > before

    with pytest.raises(BakeCancelledError):
        supervisor.bake(
            request,
            replace(SOURCE, reference="slow"),
            on_progress=following.on_progress,
            on_progress_image=following.progress_images.append,
            cancelled=cancelled,
        )


def test_load_that_nobody_wants_makes_room_for_the_next_bake(
    impatient: Supervisor, baker: CountingBaker, request_of: Requests
) -> None:
    cancel_while_loading(impatient, baker, slow_to_load(request_of(1)))
    (worker,) = workers()
    bake(impatient, request_of(2))
    assert not worker.is_running()
    assert not baker.may_load.exists()


def test_load_goes_on_for_the_next_bake_with_the_same_model(
    impatient: Supervisor, baker: CountingBaker, request_of: Requests
) -> None:
    cancel_while_loading(impatient, baker, slow_to_load(request_of(1)))
    (worker,) = workers()
    threading.Timer(0.1, baker.may_load.touch).start()
    bake(impatient, slow_to_load(request_of(2)))
    assert loads(baker) == 1
    assert [each.pid for each in workers()] == [worker.pid]


def test_load_that_nobody_wants_is_ended_while_no_bake_waits(
    impatient: Supervisor, baker: CountingBaker, request_of: Requests
) -> None:
    cancel_while_loading(impatient, baker, slow_to_load(request_of(1)))
    over = time.monotonic() + PATIENCE
    while workers():
        assert time.monotonic() < over
        impatient.end_unstopped()
        time.sleep(0.01)


def test_painting_that_says_nothing_is_given_up_as_a_load_is(
    impatient: Supervisor, baker: CountingBaker, request_of: Requests
) -> None:
    following, thread, raised = in_thread(impatient, saying(request_of(1), "stuck"))
    following.cancelled.set()
    thread.join(PATIENCE)
    assert [type(error) for error in raised] == [BakeCancelledError]
    bake(impatient, request_of(2))
    assert len(set(pids(baker))) == 2
