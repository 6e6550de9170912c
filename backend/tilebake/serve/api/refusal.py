"""Refusals: what a client is told that does not get what it asked for, always in JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from pydantic import TypeAdapter
from starlette.responses import Response

from tilebake.errors import TilebakeError
from tilebake.serve.jobs.service import UnknownIdError

HARDENING: Final = ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store"))
"""On every answer: a browser neither guesses at its type nor keeps it."""


@dataclass(frozen=True)
class Refusal:
    """What was wrong with a request."""

    error: str  # what
    where: str = ""  # file:line:column: $.json.path
    hint: str = ""


FORM: Final = TypeAdapter(Refusal)


class RefusedError(Exception):
    """A request that gets no further."""

    def __init__(
        self, status: HTTPStatus, refusal: Refusal, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(refusal.error)
        self.status = status
        self.refusal = refusal
        self.headers = headers or {}


def refused(status: HTTPStatus, error: str, hint: str = "", **headers: str) -> RefusedError:
    """A refusal in one line; headers by their names, such as `allow="GET"`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return RefusedError(status, Refusal(error, hint=hint), headers=named)


def refusal_of(error: TilebakeError) -> RefusedError:
    """What the desk could not do, as a client is told: 404 for an id that is not known, else 409."""
    status = HTTPStatus.NOT_FOUND if isinstance(error, UnknownIdError) else HTTPStatus.CONFLICT
    return RefusedError(status, Refusal(error.what, str(error.where), error.hint or ""))


def response_to(refused: RefusedError, *, close: bool = False) -> Response:
    """The answer to a refused request; with `close`, the last on its connection."""
    headers = {**refused.headers, **({"connection": "close"} if close else {})}
    return Response(
        FORM.dump_json(refused.refusal), refused.status, headers=headers, media_type="application/json"
    )
