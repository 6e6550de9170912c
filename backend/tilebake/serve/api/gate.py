"""Check every request before the application sees any of it.

No web page gets through, whatever it has a browser send, and nobody without the token: the checks run in one
order, and the first that fails answers. Nothing here knows what the requests are about. Who shows no token
may ask for a proof alone, without a body, and waits for other strangers alone.
"""

import asyncio
import contextlib
import hmac
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tilebake.serve.api.limits import Limits
from tilebake.serve.api.refusal import HARDENING, RefusedError, refuse, response_to

METHODS: Final = ("GET", "POST")
JSON: Final = b"application/json"
KNOWN: Final = "tilebake.known"  # in a scope: its request showed the token


@dataclass(frozen=True)
class Credentials:
    """Hold what a client has to show."""

    host: str  # 127.0.0.1:PORT
    token: str = field(repr=False)
    open_paths: frozenset[str] = frozenset()  # these need no token


class Head(NamedTuple):
    """Hold the head of a request: all that is checked before its body is read."""

    method: str
    path: str
    headers: tuple[tuple[bytes, bytes], ...]  # names in lower case
    size: int  # bytes

    def values(self, name: bytes) -> list[bytes]:
        """Return the values of a header, one for each time that it was sent."""
        return [value for key, value in self.headers if key == name]

    @property
    def body_size(self) -> int:
        """Return how many bytes are to follow."""
        return int((self.values(b"content-length") or [b"0"])[0])


def head_of(scope: Scope) -> Head:
    """Return the head of the request in an ASGI scope."""
    headers = tuple(scope["headers"])
    line = len(scope["method"]) + len(scope["raw_path"]) + len(scope["query_string"])
    size = line + sum(len(name) + len(value) + 4 for name, value in headers)
    return Head(scope["method"], scope["path"], headers, size)


def check_host(head: Head, due: Credentials, _limits: Limits) -> None:
    """Refuse a name that was made to lead here (DNS rebinding), and a request for another server."""
    if head.values(b"host") != [due.host.encode("ascii")]:
        raise refuse(HTTPStatus.MISDIRECTED_REQUEST, "this is not the host that was asked for")


def check_browser(head: Head, _due: Credentials, _limits: Limits) -> None:
    """Refuse what only browsers send: this server is not for web pages, not even for its own."""
    for name, _ in head.headers:
        if name in (b"origin", b"referer") or name.startswith(b"sec-fetch-"):
            raise refuse(HTTPStatus.FORBIDDEN, "not for web pages")


def check_token(head: Head, due: Credentials, _limits: Limits) -> None:
    """Refuse who has not read the ready file."""
    if head.path not in due.open_paths and not shows_token(head, due):
        hint = "send `Authorization: Bearer TOKEN` with the token of the ready file"
        raise refuse(HTTPStatus.UNAUTHORIZED, "not authorised", hint, www_authenticate="Bearer")


def shows_token(head: Head, due: Credentials) -> bool:
    """Tell whether a request shows the token."""
    shown = head.values(b"authorization")
    return len(shown) == 1 and hmac.compare_digest(shown[0], f"Bearer {due.token}".encode("ascii"))


def check_method(head: Head, _due: Credentials, _limits: Limits) -> None:
    """Let through the methods that there are, and no others."""
    if head.method not in METHODS:
        allow = ", ".join(METHODS)
        raise refuse(HTTPStatus.METHOD_NOT_ALLOWED, "no such method", f"use {allow}", allow=allow)


def check_body(head: Head, due: Credentials, limits: Limits) -> None:
    """Refuse a body of unknown length, too large, not JSON, or of a stranger, for whom nobody waits."""
    has_body = head.body_size or head.values(b"transfer-encoding")
    if has_body and not shows_token(head, due):
        raise refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "a body without the token", "send none")
    if head.values(b"transfer-encoding"):
        raise refuse(HTTPStatus.LENGTH_REQUIRED, "a body of unknown length", "send Content-Length")
    if head.body_size > limits.body_bytes:
        raise refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too large", f"at most {limits.body_bytes} bytes")
    if head.body_size and not _is_json(head):
        raise refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not JSON", "send Content-Type: application/json")


def check_size(head: Head, _due: Credentials, limits: Limits) -> None:
    """Refuse a head that is too large; one that never ends is cut off by its connection."""
    if head.size > limits.head_bytes:
        hint = f"at most {limits.head_bytes} bytes"
        raise refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the headers are too large", hint)


def _is_json(head: Head) -> bool:
    types = head.values(b"content-type")
    return [each.partition(b";")[0].strip().lower() for each in types] == [JSON]


Check = Callable[[Head, Credentials, Limits], None]

CHECKS: Final[tuple[Check, ...]] = (
    check_host,
    check_browser,
    check_token,
    check_method,
    check_body,
    check_size,
)


class Gate:
    """Guard an application: it gets whole, checked requests, and only so many at once."""

    def __init__(self, app: ASGIApp, due: Credentials, limits: Limits) -> None:
        self._app = app
        self._due = due
        self._limits = limits
        self._inside = {True: 0, False: 0}  # by whether they showed the token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        send = _harden(send)
        head = head_of(scope)
        try:
            for check in CHECKS:
                check(head, self._due, self._limits)
            scope[KNOWN] = is_known = shows_token(head, self._due)
            with self._place(is_known=is_known):
                body = await self._body(head, receive)
                await self._app(scope, _replay(body, receive), send)
        except RefusedError as error:
            await response_to(error, close=True)(scope, receive, send)
        except _ClientGoneError:
            return

    @contextlib.contextmanager
    def _place(self, *, is_known: bool) -> Generator[None]:
        if self._inside[is_known] >= (self._limits.requests if is_known else self._limits.strangers):
            raise refuse(HTTPStatus.SERVICE_UNAVAILABLE, "busy", "ask again", retry_after="1")
        self._inside[is_known] += 1
        try:
            yield
        finally:
            self._inside[is_known] -= 1

    async def _body(self, head: Head, receive: Receive) -> bytes:
        body = b""
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                while len(body) < head.body_size:
                    body += _chunk(await receive())
        except TimeoutError:
            raise refuse(HTTPStatus.REQUEST_TIMEOUT, "the body took too long") from None
        return body


class _ClientGoneError(Exception):
    """There is nobody left to answer."""


def _chunk(message: Message) -> bytes:
    if message["type"] == "http.disconnect":
        raise _ClientGoneError
    return message.get("body", b"")


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a receiver that gives the body once, and then tells that the client has gone."""
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay


def _harden(send: Send) -> Send:
    async def harden(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *HARDENING]}
        await send(message)

    return harden
