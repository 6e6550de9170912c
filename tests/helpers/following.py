"""Follow bakes of a supervisor, and the workers that it has; no test itself."""

import threading

import psutil

from tests.helpers.counting_baker import (
    SOURCE,
    CountingBaker,
)
from tests.helpers.patience import PATIENCE
from tilebake.errors import TilebakeError
from tilebake.request import BakeRequest, Step
from tilebake.serve.worker.supervisor import (
    BakeCancelledError,
    Supervisor,
)


def workers() -> list[psutil.Process]:
    """Our child processes, but for the one that multiprocessing keeps to clean up after us."""
    children = psutil.Process().children()
    return [child for child in children if "resource_tracker" not in " ".join(child.cmdline())]


class Following:
    """What is heard of one bake, and whether it is still wanted."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.progress_images: list[bytes] = []
        self.began = threading.Event()
        self.cancelled = threading.Event()

    def on_progress(self, step: Step) -> None:
        self.steps.append(step)
        self.began.set()

    def bake(self, supervisor: Supervisor, request: BakeRequest) -> str:
        return supervisor.bake(
            request,
            SOURCE,
            on_progress=self.on_progress,
            on_progress_image=self.progress_images.append,
            cancelled=self.cancelled.is_set,
        ).result


def bake(supervisor: Supervisor, request: BakeRequest) -> str:
    return Following().bake(supervisor, request)


def in_thread(
    supervisor: Supervisor, request: BakeRequest
) -> tuple[Following, threading.Thread, list[BaseException]]:
    """A bake that has begun in another thread, and what it will raise."""
    following, raised = Following(), list[BaseException]()

    def run() -> None:
        try:
            following.bake(supervisor, request)
        except (BakeCancelledError, TilebakeError) as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    assert following.began.wait(PATIENCE)
    return following, thread, raised


def pids(baker: CountingBaker) -> list[str]:
    """The worker of each bake that was begun."""
    return [note.split()[2] for note in baker.notes() if note.startswith("begin")]
