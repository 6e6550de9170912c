"""Refuse requests: whoever does not get what was asked for is answered with a diagnostic, always in JSON."""

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from tilebake.errors import Diagnostic, TilebakeError
from tilebake.serve.jobs.service import UnknownIdError

_log: Final = logging.getLogger(__name__)

HARDENING: Final = ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store"))
"""On every answer: a browser neither guesses at its type nor keeps it."""


class RefusedError(Exception):
    """Refuse a request: it gets no further."""

    def __init__(
        self, status: HTTPStatus, diagnostic: Diagnostic, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(diagnostic.what)
        self.status = status
        self.diagnostic = diagnostic
        self.headers = headers or {}


def refuse(status: HTTPStatus, what: str, hint: str = "", **headers: str) -> RefusedError:
    """Return a refusal; headers go by their names, such as `allow="GET"`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return RefusedError(status, Diagnostic(what, hint=hint), headers=named)


def refusal_of(error: TilebakeError) -> RefusedError:
    """Return the refusal for an error of the backend: 404 for an unknown id, else 409."""
    status = HTTPStatus.NOT_FOUND if isinstance(error, UnknownIdError) else HTTPStatus.CONFLICT
    return RefusedError(status, error.diagnostic)


def body_of(diagnostic: Diagnostic) -> bytes:
    """Return the body of a refusal: the diagnostic as JSON."""
    return json.dumps(diagnostic.as_json(), ensure_ascii=False).encode("utf-8", "replace")


def response_to(refused: RefusedError, *, close: bool = False) -> Response:
    """Return the answer to a refused request; with `close`, the last one on its connection."""
    _log.debug("refused with status %d: %s", refused.status, refused.diagnostic)
    headers = {**refused.headers, **({"connection": "close"} if close else {})}
    return Response(
        body_of(refused.diagnostic), refused.status, headers=headers, media_type="application/json"
    )
