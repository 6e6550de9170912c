"""What the tests of the local API need: a backend of two maps that counts its changes, and its server."""

import contextlib
import io
import socket
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from http.client import HTTPResponse
from pathlib import Path
from typing import Final, NamedTuple

import httpx2
import pytest
from PIL import Image

from tests.helpers.patience import PATIENCE
from tilebake.errors import Location, MapError
from tilebake.serve.api.limits import Limits
from tilebake.serve.api.ready import Ready
from tilebake.serve.api.server import serving
from tilebake.serve.jobs.preview_queue import PreviewQueue
from tilebake.serve.jobs.service import PreviewSubject, UnknownIdError, Urgency
from tilebake.serve.jobs.status import Event, JobView, MapId, MapView, PreviewView

FOREST: Final = "levels/forest.json"
BROKEN: Final = "levels/broken.json"


class SmallService:
    """A real service, only without a model: jobs run when a test says so."""

    def __init__(self) -> None:
        self.changes = 0  # whatever somebody brought about from outside
        self.looks = 0  # and how often they saw the maps
        self.asked = threading.Event()  # somebody waits for events
        self.is_leaving = threading.Event()
        self.listed: tuple[MapView, ...] = (
            MapView(FOREST, "stale", reason="not baked yet"),
            MapView(BROKEN, "failed"),
        )
        self.previews = PreviewQueue()
        self.previewed: list[PreviewSubject] = []
        self.fault: Exception | None = None  # what `maps` fails with
        self._changed = threading.Condition()
        self._jobs: dict[int, JobView] = {}
        self._events: list[Event] = []

    def maps(self) -> tuple[MapView, ...]:
        self.looks += 1
        if self.fault is not None:
            raise self.fault
        return self.listed

    def submit(self, map_id: MapId, urgency: Urgency) -> JobView:
        if map_id == BROKEN:
            raise MapError("not JSON", where=Location(Path(BROKEN), 3, 7), hint="add a comma")
        if map_id != FOREST:
            raise UnknownIdError(f"there is no map {map_id}")
        with self._changed:
            self.changes += 1
            digest = f"asked as {urgency}"
            job = JobView(len(self._jobs) + 1, map_id, digest, "waiting", steps=20)
            return self._put(job)

    def job(self, job_id: int) -> JobView:
        if job_id not in self._jobs:
            raise UnknownIdError(f"there is no job {job_id}")
        return self._jobs[job_id]

    def cancel(self, job_id: int) -> JobView:
        with self._changed:
            job = self.job(job_id)
            self.changes += 1
            return self._put(replace(job, state="cancelled"))

    def step(self, job_id: int) -> None:
        """The worker has come one step further."""
        with self._changed:
            job = self.job(job_id)
            self._put(replace(job, state="running", step=job.step + 1))

    def events(self, after: int, wait: float) -> tuple[Event, ...]:
        with self._changed:
            self.asked.set()
            self._changed.wait_for(lambda: len(self._events) > after, timeout=wait)
            return tuple(self._events[after:])

    def progress_image(self, job_id: int) -> bytes:
        job = self.job(job_id)
        if job.step == 0:
            raise UnknownIdError(f"job {job_id} has no picture yet")
        picture = io.BytesIO()
        Image.new("RGB", (8, 6), (job.step, 0, 0)).save(picture, format="PNG")
        return picture.getvalue()

    def submit_preview(self, map_id: MapId, subject: PreviewSubject) -> PreviewView:
        if map_id != FOREST:
            raise UnknownIdError(f"there is no map {map_id}")
        self.changes += 1
        self.previewed.append(subject)
        return self.previews.submit(map_id, subject)

    def preview(self, preview_id: int) -> PreviewView:
        return self.previews.view(preview_id)

    def preview_image(self, preview_id: int) -> bytes:
        return self.previews.image(preview_id)

    def cancel_preview(self, preview_id: int) -> PreviewView:
        self.previews.view(preview_id)
        self.changes += 1
        return self.previews.cancel(preview_id)

    def result(self, map_id: MapId) -> Mapping[str, object]:
        if map_id != FOREST:
            raise UnknownIdError(f"there is no texture of {map_id}")
        return {"size": [640, 480], "digest": "0" * 64}

    def shutdown(self) -> None:
        self.changes += 1
        self.is_leaving.set()

    def _put(self, job: JobView) -> JobView:
        self._jobs[job.id] = job
        self._events.append(Event(len(self._events) + 1, job=job))
        self._changed.notify_all()
        return job


class Answer(NamedTuple):
    """What came back over a socket."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Api:
    """A running server, the service behind it, and ways to reach it."""

    service: SmallService
    ready: Ready
    file: Path
    client: httpx2.Client = field(repr=False)

    def connect(self) -> socket.socket:
        """A connection on which nothing was sent yet."""
        return socket.create_connection((self.ready.address, self.ready.port), timeout=PATIENCE)

    def send(self, request: bytes) -> Answer:
        """Whatever bytes these are. Raises OSError or HTTPException where nothing comes back."""
        with self.connect() as connection:
            connection.sendall(request)
            return self.answer_on(connection)

    def answer_on(self, connection: socket.socket) -> Answer:
        """The next answer on a connection."""
        with contextlib.closing(HTTPResponse(connection)) as response:
            response.begin()
            headers = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, headers, response.read())

    def head(self, line: str = "GET /v2/maps HTTP/1.1", **headers: str) -> bytes:
        """The head of a request in order, but for these headers; without those that are ``."""
        due = {"Host": self.ready.host, "Authorization": f"Bearer {self.ready.token}"}
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [line, *(f"{name}: {value}" for name, value in (due | given).items() if value)]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")


@contextlib.contextmanager
def running(folder: Path, limits: Limits) -> Generator[Api]:
    service, file = SmallService(), folder / "ready" / "project.json"
    with serving(service, folder, file, limits) as ready:
        authorised = {"Authorization": f"Bearer {ready.token}"}
        url = f"http://{ready.host}"
        with httpx2.Client(base_url=url, headers=authorised, timeout=PATIENCE, trust_env=False) as client:
            yield Api(service, ready, file, client)


@pytest.fixture
def api(tmp_path: Path) -> Generator[Api]:
    """A server as it is in use."""
    with running(tmp_path, Limits()) as each:
        yield each


@pytest.fixture
def api_within(tmp_path: Path) -> Callable[[Limits], AbstractContextManager[Api]]:
    """Servers with other limits, for the time of a block."""
    return lambda limits: running(tmp_path, limits)


@pytest.fixture(scope="module")
def lasting_api(tmp_path_factory: pytest.TempPathFactory) -> Generator[Api]:
    """One server for all tests of a file."""
    with running(tmp_path_factory.mktemp("project"), Limits()) as each:
        yield each
