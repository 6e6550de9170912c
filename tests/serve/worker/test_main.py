"""The worker process, spoken to through its pipe: real processes, real signals."""

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from dataclasses import replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from tests.helpers import ROOT
from tests.helpers.counting_baker import MISTAKE, SOURCE, STEPS, CountingBaker, picture_of, saying
from tests.helpers.game import until
from tests.helpers.patience import PATIENCE
from tilebake.errors import ModelError, PromptError
from tilebake.level.settings import BakeSettings
from tilebake.level.terrain import LoraRef
from tilebake.request import BakeRequest
from tilebake.serve.bake.texture_cache import Cache, MissingError, degraded_digest
from tilebake.serve.files.png import png_pixels
from tilebake.serve.worker.main import CRASHED, HOST_GONE, work
from tilebake.serve.worker.protocol import (
    Bake,
    Cancel,
    Crashed,
    Done,
    Leave,
    Loading,
    Progress,
    ProgressImage,
    SendProgressImages,
    Sketch,
    Stopped,
    ToHost,
    ToWorker,
    WarmUp,
    WorkFailed,
)
from tilebake.serve.worker.sketch import sketch_of

Requests = Callable[[int], BakeRequest]
KILLS = 2
MANY_KILLS = 100


class Hired(NamedTuple):
    """A worker process and our end of its pipe."""

    process: BaseProcess
    pipe: "Connection[ToWorker, ToHost]"
    baker: CountingBaker
    cache: Cache

    def word(self) -> ToHost:
        assert self.pipe.poll(PATIENCE), "the worker says nothing"
        return self.pipe.recv()

    def next(self) -> ToHost:
        """The next word that is not about the loading of the model."""
        while isinstance(message := self.word(), Loading):
            pass
        return message

    def last(self) -> ToHost:
        """What ends a bake."""
        while isinstance(message := self.next(), Progress | ProgressImage):
            pass
        return message


@pytest.fixture
def hired(tmp_path: Path) -> Generator[Hired]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    baker, cache = CountingBaker(tmp_path / "log"), Cache(tmp_path / "cache")
    process = context.Process(target=work, args=(theirs, baker, cache.folder), daemon=True)
    process.start()
    theirs.close()
    yield Hired(process, ours, baker, cache)
    ours.close()
    process.kill()
    process.join()
    process.close()


def test_worker_reports_each_step_and_caches_the_texture(hired: Hired, request_of: Requests) -> None:
    request = request_of(7)
    hired.pipe.send(Bake(1, request, SOURCE))
    assert [hired.next() for _ in range(STEPS)] == [Progress(1, step, STEPS) for step in (1, 2, 3)]
    assert hired.next() == Done(1, request.digest())
    assert (hired.cache.get(request.digest()).image == picture_of(request)).all()


def test_worker_says_that_it_loads_and_that_it_has(hired: Hired, request_of: Requests) -> None:
    hired.pipe.send(Bake(1, request_of(1), SOURCE))
    words = [hired.word() for _ in range(2 + STEPS + 1)]
    assert words[:2] == [Loading(1), Loading(1, is_over=True)]
    hired.pipe.send(Bake(2, request_of(2), SOURCE))
    assert isinstance(hired.word(), Progress), "the model is still at hand"


def test_a_model_stays_warm_until_another_is_needed(hired: Hired, request_of: Requests) -> None:
    same, other = request_of(1), replace(request_of(2), model_digest="another model")
    weighed = replace(other, loras=((LoraRef("a", 0.5), "digest of a"),))
    for number, request in enumerate([same, request_of(3), other, weighed, request_of(4)], start=1):
        hired.pipe.send(Bake(number, request, SOURCE))
        assert isinstance(hired.last(), Done)
    loads = [note for note in hired.baker.notes() if note.startswith("load")]
    assert loads == ["load embedded 0", "load embedded 0", "load embedded 1", "load embedded 0"]


def test_what_the_cache_has_loads_no_model(hired: Hired, request_of: Requests) -> None:
    for number in (1, 2):
        hired.pipe.send(Bake(number, request_of(1), SOURCE))
        assert hired.last() == Done(number, request_of(1).digest())
    assert len(hired.baker.notes()) == len(["load", "begin", "end"])


def test_a_degraded_texture_has_another_digest(hired: Hired, request_of: Requests) -> None:
    request = saying(request_of(1), "degraded")
    hired.pipe.send(Bake(1, request, SOURCE))
    digest = degraded_digest(request.digest(), ("decoded in tiles",))
    assert hired.last() == Done(1, digest)
    assert hired.cache.get(digest).degraded == ("decoded in tiles",)


def test_a_users_mistake_travels_whole_and_the_worker_goes_on(hired: Hired, request_of: Requests) -> None:
    hired.pipe.send(Bake(1, saying(request_of(1), "fail"), SOURCE))
    failed = hired.last()
    assert isinstance(failed, WorkFailed)
    assert type(failed.to_error()) is PromptError
    assert str(failed.to_error()) == str(MISTAKE)
    hired.pipe.send(Bake(2, request_of(1), replace(SOURCE, reference="broken")))
    hired.pipe.send(Bake(3, request_of(1), SOURCE))
    assert isinstance(hired.last(), Done), "the first model is still at hand"


def test_an_error_of_a_kind_of_its_own_comes_as_one_that_the_host_knows(
    hired: Hired, request_of: Requests
) -> None:
    hired.pipe.send(Bake(1, saying(request_of(1), "fail strangely"), SOURCE))
    failed = hired.last()
    assert isinstance(failed, WorkFailed)
    assert failed.kind is PromptError


def test_a_model_that_cannot_be_loaded_is_tried_again_for_the_next(
    hired: Hired, request_of: Requests
) -> None:
    broken = replace(SOURCE, reference="broken")
    for number in (1, 2):
        hired.pipe.send(Bake(number, request_of(1), broken))
        failed = hired.last()
        assert isinstance(failed, WorkFailed)
        assert type(failed.to_error()) is ModelError
    assert hired.baker.notes() == ["load broken 0"] * 2


def test_a_cancelled_bake_ends_between_two_steps(hired: Hired, request_of: Requests) -> None:
    hired.pipe.send(Bake(1, saying(request_of(1), "endless"), SOURCE))
    assert isinstance(hired.next(), Progress)
    hired.pipe.send(Cancel(1))
    assert hired.last() == Stopped(1)
    hired.pipe.send(Bake(2, request_of(2), SOURCE))
    assert isinstance(hired.last(), Done)


def test_a_bake_cancelled_before_it_begins_does_not_begin(hired: Hired, request_of: Requests) -> None:
    hired.pipe.send(Cancel(1))
    hired.pipe.send(Bake(1, request_of(1), SOURCE))
    assert hired.last() == Stopped(1)
    assert not [note for note in hired.baker.notes() if note.startswith("begin")]


def test_previews_come_only_while_they_are_wanted(hired: Hired, request_of: Requests) -> None:
    hired.pipe.send(Bake(1, request_of(1), SOURCE))
    seen: list[ToHost] = []
    for number, are_wanted in ((2, True), (3, False)):
        while not isinstance(message := hired.next(), Done):
            seen.append(message)
        hired.pipe.send(SendProgressImages(are_wanted))
        hired.pipe.send(Bake(number, request_of(number), SOURCE))
    seen += [hired.next() for _ in range(STEPS)]
    progress_images = [message for message in seen if isinstance(message, ProgressImage)]
    assert {message.number for message in progress_images} == {2}
    assert (png_pixels(progress_images[0].png) == picture_of(request_of(2))).all()


def in_detail(request: BakeRequest) -> BakeRequest:
    """One that takes long enough for a sketch."""
    return replace(request, settings=BakeSettings(pixels_per_tile=64, steps=10))


def test_a_sketch_comes_before_the_first_step_and_is_not_kept(hired: Hired, request_of: Requests) -> None:
    request = in_detail(request_of(1))
    hired.pipe.send(SendProgressImages(are_wanted=True))
    hired.pipe.send(Bake(1, request, SOURCE, with_sketch=True))
    words = [hired.next() for _ in range(1 + STEPS + 1)]
    assert isinstance(words[0], Sketch)
    assert (png_pixels(words[0].png) == picture_of(request)).all()
    assert words[1] == Progress(1, 1, STEPS), "and no smaller image after an early step"
    sketch = sketch_of(request)
    assert sketch is not None
    with pytest.raises(MissingError):
        hired.cache.get(sketch.digest())
    hired.pipe.send(Bake(2, request, SOURCE, with_sketch=True))
    assert isinstance(hired.next(), Done), "what the cache has needs no sketch"


def test_windows_of_a_large_map_are_shown_from_the_first_on(hired: Hired, request_of: Requests) -> None:
    request = in_detail(request_of(1))
    request = replace(request, settings=request.settings.model_copy(update={"windows": "always"}))
    hired.pipe.send(SendProgressImages(are_wanted=True))
    hired.pipe.send(Bake(1, request, SOURCE, with_sketch=True))
    words = [hired.next() for _ in range(3)]
    assert [type(word) for word in words] == [Sketch, Progress, ProgressImage]


def test_a_mistake_in_a_sketch_is_told_by_the_bake_alone(hired: Hired, request_of: Requests) -> None:
    hired.pipe.send(Bake(1, saying(in_detail(request_of(1)), "fail"), SOURCE, with_sketch=True))
    failed = hired.next()
    assert isinstance(failed, WorkFailed)
    assert failed.diagnostic == MISTAKE.diagnostic


def test_a_bake_that_is_cancelled_in_its_sketch_stops(hired: Hired, request_of: Requests) -> None:
    hired.pipe.send(Bake(1, saying(in_detail(request_of(1)), "endless"), SOURCE, with_sketch=True))
    until(lambda: any(note.startswith("begin") for note in hired.baker.notes()))
    hired.pipe.send(Cancel(1))
    assert hired.next() == Stopped(1)


def test_a_model_that_was_warmed_up_is_loaded_once(hired: Hired, request_of: Requests) -> None:
    request = request_of(1)
    hired.pipe.send(WarmUp(1, SOURCE, request.model_digest, request.loras))
    assert hired.next() == Stopped(1)
    hired.pipe.send(Bake(2, request, SOURCE))
    assert isinstance(hired.last(), Done)
    assert [note for note in hired.baker.notes() if note.startswith("load")] == ["load embedded 0"]


def test_a_model_that_cannot_be_warmed_up_is_told_by_the_bake(hired: Hired, request_of: Requests) -> None:
    broken = replace(SOURCE, reference="broken")
    hired.pipe.send(WarmUp(1, broken, request_of(1).model_digest, ()))
    assert isinstance(hired.next(), WorkFailed)
    hired.pipe.send(Bake(2, request_of(1), SOURCE))
    assert isinstance(hired.last(), Done)


def test_a_mistake_of_ours_is_reported_and_ends_the_worker(hired: Hired, request_of: Requests) -> None:
    hired.pipe.send(Bake(1, saying(request_of(1), "crash"), SOURCE))
    crashed = hired.last()
    assert isinstance(crashed, Crashed)
    assert "ZeroDivisionError: division by nothing" in crashed.report
    hired.process.join(PATIENCE)
    assert hired.process.exitcode == CRASHED


def test_worker_asked_to_end_stops_between_two_steps(hired: Hired, request_of: Requests) -> None:
    hired.pipe.send(Bake(1, saying(request_of(1), "endless"), SOURCE))
    hired.next()
    hired.pipe.send(Leave())
    assert hired.last() == Stopped(1)
    hired.process.join(PATIENCE)
    assert hired.process.exitcode == 0


@pytest.mark.parametrize("prompt", ["stuck", "endless"])
def test_worker_ends_when_the_pipe_closes(hired: Hired, request_of: Requests, prompt: str) -> None:
    hired.pipe.send(Bake(1, saying(request_of(1), prompt), SOURCE))
    hired.next()
    hired.pipe.close()
    hired.process.join(PATIENCE)
    assert hired.process.exitcode in (HOST_GONE, CRASHED)  # the second, if it was about to say something


@pytest.mark.skipif(sys.platform == "win32", reason="there is no sending SIGINT to another process")
def test_ctrl_c_is_the_hosts_affair(hired: Hired, request_of: Requests) -> None:
    hired.pipe.send(Bake(1, saying(request_of(1), "endless"), SOURCE))
    hired.next()
    assert hired.process.pid is not None
    os.kill(hired.process.pid, signal.SIGINT)
    hired.pipe.send(Cancel(1))
    assert hired.last() == Stopped(1)


HOST = """
import pickle, sys
from pathlib import Path
from tests.helpers.counting_baker import SOURCE, CountingBaker
from tilebake.serve.worker.supervisor import Supervisor
if __name__ == "__main__":
    folder = Path(sys.argv[1])
    request = pickle.loads((folder / "request").read_bytes())
    supervisor = Supervisor(CountingBaker(folder / "log"), folder / "cache")
    say = lambda step: print(step.step, flush=True)
    supervisor.bake(request, SOURCE, on_progress=say, on_progress_image=print, cancelled=lambda: False)
"""


def kill_hosts(folder: Path, request: BakeRequest, kills: int) -> None:
    """A host is killed in the middle of a bake, and none of its processes is left."""
    (folder / "request").write_bytes(pickle.dumps(request))
    script = folder / "host.py"
    script.write_text(HOST, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "backend")])}
    for _ in range(kills):
        with subprocess.Popen(
            [sys.executable, str(script), str(folder)], stdout=subprocess.PIPE, env=environment
        ) as host:
            assert host.stdout is not None
            assert host.stdout.readline().strip() == b"1"
            family = psutil.Process(host.pid).children(recursive=True)
            assert family
            host.kill()
        _, alive = psutil.wait_procs(family, PATIENCE)
        assert [each for each in alive if each.status() != psutil.STATUS_ZOMBIE] == []


def test_no_worker_survives_its_host(tmp_path: Path, request_of: Requests) -> None:
    kill_hosts(tmp_path, saying(request_of(1), "stuck"), KILLS)


@pytest.mark.long
def test_no_worker_survives_its_host_whenever_that_dies(tmp_path: Path, request_of: Requests) -> None:
    kill_hosts(tmp_path, saying(request_of(1), "stuck"), MANY_KILLS)
