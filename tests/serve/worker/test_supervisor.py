"""The supervisor: there is a worker when one is needed, another when it died, and none in the end."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.helpers.counting_baker import (
    MISTAKE,
    SOURCE,
    STEPS,
    CountingBaker,
    handles,
    picture_of,
    saying,
)
from tests.helpers.following import Following, bake, in_thread, pids, workers
from tests.helpers.patience import PATIENCE
from tilebake.errors import BakeError, PromptError
from tilebake.request import BakeRequest, Step
from tilebake.serve.bake.texture_cache import Cache
from tilebake.serve.files.png import png_pixels
from tilebake.serve.worker.process import describe_exit
from tilebake.serve.worker.supervisor import (
    BakeCancelledError,
    Supervisor,
    WorkerDiedError,
    WorkerLimits,
    pause_after,
)

Requests = Callable[[int], BakeRequest]


def test_without_a_bake_there_is_no_worker(supervisor: Supervisor, request_of: Requests) -> None:
    assert workers() == []
    supervisor.close()
    with pytest.raises(BakeCancelledError):
        bake(supervisor, request_of(1))


def test_a_bake_gives_the_digest_of_what_the_cache_has(
    supervisor: Supervisor, cache: Cache, request_of: Requests
) -> None:
    following = Following()
    digest = following.bake(supervisor, request_of(1))
    assert following.steps == [Step(step, STEPS) for step in (1, 2, 3)]
    assert (cache.get(digest).image == picture_of(request_of(1))).all()


def test_one_worker_does_them_all(supervisor: Supervisor, baker: CountingBaker, request_of: Requests) -> None:
    for seed in range(3):
        bake(supervisor, request_of(seed))
    assert len(set(pids(baker))) == 1
    assert len(workers()) == 1


def test_a_users_mistake_is_raised_as_it_is(supervisor: Supervisor, request_of: Requests) -> None:
    with pytest.raises(PromptError) as caught:
        bake(supervisor, saying(request_of(1), "fail"))
    assert (caught.value.what, caught.value.where, caught.value.hint) == (
        MISTAKE.what,
        MISTAKE.where,
        MISTAKE.hint,
    )
    bake(supervisor, request_of(1))


def test_a_worker_that_died_is_replaced(
    supervisor: Supervisor, baker: CountingBaker, request_of: Requests
) -> None:
    with pytest.raises(WorkerDiedError, match="in the middle of a bake") as caught:
        bake(supervisor, saying(request_of(1), "die"))
    assert caught.value.hint is not None
    bake(supervisor, request_of(1))
    assert len(set(pids(baker))) == 2


def test_a_worker_that_was_killed_between_two_bakes_is_replaced(
    supervisor: Supervisor, baker: CountingBaker, request_of: Requests
) -> None:
    bake(supervisor, request_of(1))
    (worker,) = workers()
    worker.kill()
    worker.wait(PATIENCE)
    with suppress(WorkerDiedError):  # as it may look, if the order was on its way
        bake(supervisor, request_of(2))
    bake(supervisor, request_of(2))
    assert len(set(pids(baker))) == 2


@pytest.mark.parametrize(
    ("prompt", "what"),
    [
        ("crash", "a mistake of tilebake's own: ZeroDivisionError: division by nothing"),
        ("run out of memory", "there is not enough memory for it"),
    ],
)
def test_a_mistake_of_ours_is_told_at_once_and_is_no_death(
    supervisor: Supervisor, baker: CountingBaker, request_of: Requests, prompt: str, what: str
) -> None:
    with pytest.raises(BakeError) as caught:
        bake(supervisor, saying(request_of(1), prompt))
    assert caught.value.what == what
    assert not isinstance(caught.value, WorkerDiedError), "which would have the bake tried once more"
    assert "counting_baker" in str(caught.value.__cause__)
    bake(supervisor, request_of(1))
    assert len(set(pids(baker))) == 2, "who knows in what state the first one is"


def test_a_cancelled_bake_leaves_the_worker_warm(
    supervisor: Supervisor, baker: CountingBaker, request_of: Requests
) -> None:
    following, thread, raised = in_thread(supervisor, saying(request_of(1), "endless"))
    following.cancelled.set()
    thread.join(PATIENCE)
    assert [type(error) for error in raised] == [BakeCancelledError]
    bake(supervisor, request_of(2))
    assert len(set(pids(baker))) == 1


def test_what_a_callback_raises_ends_the_bake_alone(supervisor: Supervisor, request_of: Requests) -> None:
    def refuse(step: Step) -> None:
        raise LookupError(step)

    with pytest.raises(LookupError):
        supervisor.bake(
            saying(request_of(1), "endless"),
            SOURCE,
            on_progress=refuse,
            on_progress_image=print,
            cancelled=lambda: False,
        )
    following = Following()
    following.bake(supervisor, request_of(2))
    assert following.steps == [Step(step, STEPS) for step in (1, 2, 3)], "nothing of the bake before"


def test_previews_come_while_they_are_on(supervisor: Supervisor, request_of: Requests) -> None:
    supervisor.send_progress_images(True)
    shown = Following()
    shown.bake(supervisor, request_of(1))
    assert (png_pixels(shown.progress_images[0]) == picture_of(request_of(1))).all()
    supervisor.send_progress_images(False)
    unseen = Following()
    unseen.bake(supervisor, request_of(2))
    assert unseen.progress_images == []


def test_a_worker_whose_memory_has_grown_is_replaced_between_two_bakes(
    supervisor: Supervisor, baker: CountingBaker, request_of: Requests
) -> None:
    for seed in range(4):
        bake(supervisor, saying(request_of(seed), "grow"))
    first, second, third, fourth = pids(baker)
    assert first == second, "the first bake says how much a model takes"
    assert second != third == fourth


@pytest.mark.parametrize("prompt", ["endless", "stuck"])
def test_closing_ends_a_bake_and_leaves_no_process(
    supervisor: Supervisor, request_of: Requests, prompt: str
) -> None:
    _, thread, raised = in_thread(supervisor, saying(request_of(1), prompt))
    supervisor.close()
    assert workers() == []
    thread.join(PATIENCE)
    assert [type(error) for error in raised] == [BakeCancelledError]


def test_threads_wait_for_their_turn(
    supervisor: Supervisor, baker: CountingBaker, request_of: Requests
) -> None:
    threads = [threading.Thread(target=bake, args=(supervisor, request_of(seed))) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    kinds = [note.split()[0] for note in baker.notes() if not note.startswith("load")]
    assert kinds == ["begin", "end"] * 4


def test_the_pause_after_a_death_can_be_cancelled(
    baker: CountingBaker, cache: Cache, request_of: Requests
) -> None:
    supervisor = Supervisor(baker, cache.folder, WorkerLimits(first_pause=3600, longest_pause=3600))
    with pytest.raises(WorkerDiedError):
        bake(supervisor, saying(request_of(1), "die"))
    following = Following()
    threading.Timer(0.05, following.cancelled.set).start()
    started = time.monotonic()
    with pytest.raises(BakeCancelledError):
        following.bake(supervisor, request_of(1))
    assert time.monotonic() - started < PATIENCE
    supervisor.close()


def test_many_deaths_leave_nothing_open(supervisor: Supervisor, request_of: Requests) -> None:
    process = psutil.Process()

    def die() -> int:
        with pytest.raises(WorkerDiedError):
            bake(supervisor, saying(request_of(1), "die"))
        return handles(process)

    assert die() == die() == die()


def test_crashed_worker_leaves_its_whole_traceback_in_the_log(
    supervisor: Supervisor, request_of: Requests, tmp_path: Path
) -> None:
    file = tmp_path / "watch.log"
    handler, logger = logging.FileHandler(file), logging.getLogger("tilebake")
    logger.addHandler(handler)
    try:
        with pytest.raises(BakeError, match="KeyError: 'lost key'") as caught:
            bake(supervisor, saying(request_of(1), "lose a key"))
    finally:
        logger.removeHandler(handler)
        handler.close()
    assert str(file) in (caught.value.hint or "")
    logged = file.read_text(encoding="utf-8")
    assert "Traceback (most recent call last):" in logged
    assert "counting_baker.py" in logged
    assert "KeyError: 'lost key'" in logged


def test_pauses_double_up_to_the_longest() -> None:
    limits = WorkerLimits(first_pause=0.5, longest_pause=5)
    assert [pause_after(deaths, limits) for deaths in (1, 2, 3, 4, 5)] == [0.5, 1, 2, 4, 5]
    assert pause_after(100_000, limits) == 5


@pytest.mark.parametrize(
    ("exitcode", "words"),
    [
        (3, "ended with exit code 3"),
        (-9, "was killed by SIGKILL"),
        (-99, "was killed by signal 99"),
        (None, "stopped answering"),
    ],
)
def test_exit_code_is_described_in_words(exitcode: int | None, words: str) -> None:
    assert describe_exit(exitcode) == words
