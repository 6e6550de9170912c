"""Endpoints: the local API as one table, from which both the server and its documentation are made."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, Literal, TypeVar

from starlette.concurrency import run_in_threadpool

from tilebake.level.source.schema_base import StrictModel
from tilebake.serve.api.challenge import proof
from tilebake.serve.api.messages import (
    BakeForm,
    ChallengeForm,
    EventList,
    EventsForm,
    Health,
    JobForm,
    Leaving,
    MapForm,
    MapList,
    NothingForm,
    PreviewForm,
    PreviewIdForm,
    Proof,
    Result,
)
from tilebake.serve.api.ready import Ready
from tilebake.serve.jobs.service import BackendService
from tilebake.serve.jobs.status import JobView, PreviewView

NAP: Final = 0.5  # seconds between two looks at whether an answer is still wanted
MOST_EVENTS: Final = 500  # of one answer; an editor reads it between two frames

_F = TypeVar("_F", bound=StrictModel)


@dataclass(frozen=True)
class Call(Generic[_F]):
    """Hold one checked request, and what it takes to answer it."""

    form: _F
    service: BackendService
    ready: Ready
    is_wanted: Callable[[], Awaitable[bool]]  # False once the client is gone or the server leaves


@dataclass(frozen=True)
class Endpoint(Generic[_F]):
    """Describe what can be asked at a path. `{map_id}` and other ids in it are fields of the form."""

    method: Literal["GET", "POST"]
    path: str
    summary: str
    form: type[_F]  # its other fields are the query of a GET, the JSON body of a POST
    reply: Any  # the answer's type; bytes are a PNG
    answer: Callable[[Call[_F]], Awaitable[object]]
    needs_token: bool = True


def _from_service(ask: Callable[[BackendService, _F], object]) -> Callable[[Call[_F]], Awaitable[object]]:
    """Ask the service on a thread, for it may take locks and read files."""

    async def answer(call: Call[_F]) -> object:
        return await run_in_threadpool(ask, call.service, call.form)

    return answer


async def _proof(call: Call[ChallengeForm]) -> Proof:
    return Proof(proof(call.ready.token, call.ready.host, call.form.nonce))


async def _health(call: Call[NothingForm]) -> Health:
    return Health(call.ready.version, call.ready.project, call.ready.pid)


async def _events(call: Call[EventsForm]) -> EventList:
    """Wait in naps: a client that left keeps no thread, and the server can leave within one."""
    over = time.monotonic() + call.form.wait
    while True:
        nap = min(max(over - time.monotonic(), 0.0), NAP)
        events = await run_in_threadpool(call.service.events, call.form.after, nap)
        if events or time.monotonic() >= over or not await call.is_wanted():
            return EventList(events[:MOST_EVENTS])


def _shut_down(service: BackendService, _form: NothingForm) -> Leaving:
    service.shutdown()
    return Leaving()


ENDPOINTS: Final[tuple[Endpoint[Any], ...]] = (
    Endpoint(
        "GET",
        "/v2/health/challenge",
        "Prove that this is the backend of the ready file, before the token is sent to it",
        ChallengeForm,
        Proof,
        _proof,
        needs_token=False,
    ),
    Endpoint("GET", "/v2/health", "Which backend this is", NothingForm, Health, _health),
    Endpoint(
        "GET",
        "/v2/maps",
        "Every map, and how it stands",
        NothingForm,
        MapList,
        _from_service(lambda service, _form: MapList(service.maps())),
    ),
    Endpoint(
        "POST",
        "/v2/maps/{map_id}/bake",
        "Bake a map",
        BakeForm,
        JobView,
        _from_service(lambda service, form: service.submit(form.map_id, form.priority)),
    ),
    Endpoint(
        "GET",
        "/v2/maps/{map_id}/result",
        "The record of a map's texture",
        MapForm,
        Result,
        _from_service(lambda service, form: service.result(form.map_id)),
    ),
    Endpoint(
        "GET",
        "/v2/jobs/{job_id}",
        "One job, and how it stands",
        JobForm,
        JobView,
        _from_service(lambda service, form: service.job(form.job_id)),
    ),
    Endpoint(
        "POST",
        "/v2/jobs/{job_id}/cancel",
        "Stop a job between two steps",
        JobForm,
        JobView,
        _from_service(lambda service, form: service.cancel(form.job_id)),
    ),
    Endpoint(
        "GET",
        "/v2/jobs/{job_id}/progress_image",
        "The picture at the current step, small",
        JobForm,
        bytes,
        _from_service(lambda service, form: service.progress_image(form.job_id)),
    ),
    Endpoint(
        "POST",
        "/v2/maps/{map_id}/previews",
        "Preview a map: where words work, or what an edit would make of it; nothing is published",
        PreviewForm,
        PreviewView,
        _from_service(lambda service, form: service.submit_preview(form.map_id, form.subject)),
    ),
    Endpoint(
        "GET",
        "/v2/previews/{preview_id}",
        "One preview, and its state",
        PreviewIdForm,
        PreviewView,
        _from_service(lambda service, form: service.preview(form.preview_id)),
    ),
    Endpoint(
        "GET",
        "/v2/previews/{preview_id}/image",
        "The image of a preview, at the map's own size: heat as RGBA, or the painting under the edit",
        PreviewIdForm,
        bytes,
        _from_service(lambda service, form: service.preview_image(form.preview_id)),
    ),
    Endpoint(
        "POST",
        "/v2/previews/{preview_id}/cancel",
        "Stop a preview between two steps",
        PreviewIdForm,
        PreviewView,
        _from_service(lambda service, form: service.cancel_preview(form.preview_id)),
    ),
    Endpoint("GET", "/v2/events", "What happened since, or will shortly", EventsForm, EventList, _events),
    Endpoint(
        "POST",
        "/v2/shutdown",
        "End the backend after the step at hand",
        NothingForm,
        Leaving,
        _from_service(_shut_down),
    ),
)
