"""Serve the endpoints behind the gate, on a port that only this machine can reach."""

import contextlib
import logging
import socket
import sys
import threading
from collections.abc import Callable, Generator
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import uvicorn
from pydantic import TypeAdapter
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from tilebake.errors import ServeError, TilebakeError
from tilebake.serve.api.connection import ServerConfig
from tilebake.serve.api.endpoints import ENDPOINTS, Call, Endpoint
from tilebake.serve.api.gate import Credentials, Gate
from tilebake.serve.api.limits import Limits
from tilebake.serve.api.reading import read_form
from tilebake.serve.api.ready import ADDRESS, Ready, announce, new_ready
from tilebake.serve.api.refusal import RefusedError, refusal_of, refuse, response_to
from tilebake.serve.jobs.service import BackendService
from tilebake.serve.valid_text import json_bytes

logging.getLogger("uvicorn").addHandler(logging.NullHandler())  # heard only where the program keeps a log

DEFAULTS: Final = Limits()


@contextlib.contextmanager
def serving(service: BackendService, root: Path, file: Path, limits: Limits = DEFAULTS) -> Generator[Ready]:
    """Serve the project at `root` for the time of the block, and say so in the ready file `file`.

    The caller holds the project's lock. On leaving, answers under way have a few seconds to end. Raises
    ServeError when there is no port to be had or the ready file cannot be written.
    """
    listener = _listener()
    ready = new_ready(root, listener.getsockname()[1])
    with _running(service, ready, listener, limits), announce(ready, file):
        yield ready


def application(
    service: BackendService, ready: Ready, is_leaving: Callable[[], bool], limits: Limits
) -> ASGIApp:
    """Build the application: the endpoints behind the gate."""
    app = Starlette(
        routes=[_route(endpoint, service, ready, is_leaving) for endpoint in ENDPOINTS],
        exception_handlers={HTTPException: _no_such_endpoint, Exception: _broken},
    )
    app.router.redirect_slashes = False
    open_paths = frozenset(endpoint.path for endpoint in ENDPOINTS if not endpoint.needs_token)
    return Gate(app, Credentials(ready.host, ready.token, open_paths), limits)


@contextlib.contextmanager
def _running(
    service: BackendService, ready: Ready, listener: socket.socket, limits: Limits
) -> Generator[None]:
    """Run uvicorn in a thread of its own. It listens already: nobody who comes early is turned away.

    The listener is the thread's: a second signal may end the wait for it while it is still leaving.
    """
    leaving = threading.Event()
    server = uvicorn.Server(ServerConfig(application(service, ready, leaving.is_set, limits), limits))

    def run() -> None:
        with contextlib.closing(listener):
            server.run([listener])

    thread = threading.Thread(target=run, name="tilebake local API")
    thread.start()
    try:
        yield
    finally:
        leaving.set()
        server.should_exit = True
        thread.join()


def _listener() -> socket.socket:
    """Open a socket on a free port of the loopback interface, and on no other."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":  # or else another user's process could take the port from under us
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        listener.bind((ADDRESS, 0))
        listener.listen()
    except OSError as error:
        listener.close()
        raise ServeError(f"no port of {ADDRESS} can be had: {error}") from error
    return listener


def _route(
    endpoint: Endpoint[Any], service: BackendService, ready: Ready, is_leaving: Callable[[], bool]
) -> Route:
    reply = TypeAdapter(endpoint.reply)

    async def respond(request: Request) -> Response:
        async def is_wanted() -> bool:
            return not is_leaving() and not await request.is_disconnected()

        try:
            form = await read_form(endpoint.form, request)
            answer = await endpoint.answer(Call(form, service, ready, is_wanted))
        except RefusedError as error:
            return response_to(error)
        except TilebakeError as error:
            return response_to(refusal_of(error))
        if isinstance(answer, bytes):
            return Response(answer, media_type="image/png")
        return Response(json_bytes(reply, answer), media_type="application/json")

    path = endpoint.path.replace("{map_id}", "{map_id:path}")  # the ids of maps have slashes
    return Route(path, respond, methods=[endpoint.method])


async def _no_such_endpoint(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    hint = "see docs/openapi.json"
    return response_to(refuse(HTTPStatus(error.status_code), error.detail, hint, **(error.headers or {})))


async def _broken(_request: Request, _error: Exception) -> Response:
    """Answer an unexpected error without details, which go to the log."""
    fault = refuse(HTTPStatus.INTERNAL_SERVER_ERROR, "the backend has a fault", "see its log")
    return response_to(fault, close=True)  # as uvicorn does
