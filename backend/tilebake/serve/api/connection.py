"""Connection: uvicorn's HTTP/1.1 with the deadlines that it lacks, so that nobody can hold the server up.

A client that opens a connection and never finishes a request is cut off; where too many are open, the oldest
without a request gives way to the newest. Strangers are counted apart: they push out one another, and nobody
who has shown the token. A request that is no HTTP is refused in JSON as all others are.
"""

import asyncio
from collections.abc import MutableMapping
from http import HTTPStatus
from typing import Any, Final, cast

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from tilebake.errors import Diagnostic
from tilebake.serve.api.gate import KNOWN
from tilebake.serve.api.limits import Limits
from tilebake.serve.api.refusal import HARDENING, body_of

_BAD_REQUEST_HEADERS: Final = [
    (b"content-type", b"application/json"),
    (b"connection", b"close"),
    *HARDENING,
]


class ServerConfig(uvicorn.Config):
    """uvicorn with everything off that this server has no use for."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        super().__init__(
            app,
            http=Connection,
            ws="none",
            loop="asyncio",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            h11_max_incomplete_event_size=limits.head_bytes,
            timeout_keep_alive=max(1, round(limits.idle_seconds)),
            timeout_graceful_shutdown=max(1, round(limits.leave_seconds)),
        )
        self.limits = limits


class Connection(H11Protocol):
    """Handle one client's connection."""

    def __init__(
        self,
        config: ServerConfig,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._limits = config.limits
        self._opened = self.loop.time()
        self._head_deadline: asyncio.TimerHandle | None = None
        self._read_deadline: asyncio.TimerHandle | None = None

    @property
    def awaits_request(self) -> bool:
        """Tell whether no request is under way: its head is not complete, or it is answered."""
        return self.conn.their_state is h11.IDLE

    @property
    def is_known(self) -> bool:
        """Tell whether the latest request on it showed the token."""
        scope = cast("MutableMapping[str, Any] | None", self.scope)  # there is none before the first request
        return bool(scope and scope.get(KNOWN))

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Take a client in, and see to it that there is room for the next."""
        super().connection_made(transport)
        self._expect_head()
        self._make_room()

    def data_received(self, data: bytes) -> None:
        """Read on. The deadline of a head is not put off by its arriving byte by byte."""
        super().data_received(data)
        if not self.awaits_request:
            self._forget(self._head_deadline)
            self._head_deadline = None
        elif self._head_deadline is None:
            self._expect_head()

    def pause_writing(self) -> None:
        """Give a client that takes nothing in a while to begin again."""
        super().pause_writing()
        self._read_deadline = self.loop.call_later(self._limits.read_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """End the wait: the client reads again."""
        super().resume_writing()
        self._forget(self._read_deadline)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client, which is gone."""
        self._forget(self._head_deadline)
        self._forget(self._read_deadline)
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP. An answer under way is given up: the client has broken the line."""
        if self.cycle is not None:  # pyright: ignore[reportUnnecessaryComparison]  # None before the first request
            self.cycle.disconnected = True
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self._send_refusal(Diagnostic(msg, hint="speak HTTP/1.1"))
        self.transport.close()

    def _send_refusal(self, diagnostic: Diagnostic) -> None:
        status = HTTPStatus.BAD_REQUEST
        content = body_of(diagnostic)
        for event in (
            h11.Response(
                status_code=status, headers=_BAD_REQUEST_HEADERS, reason=status.phrase.encode("ascii")
            ),
            h11.Data(data=content),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")

    def _expect_head(self) -> None:
        self._head_deadline = self.loop.call_later(self._limits.head_seconds, self.transport.close)

    def _make_room(self) -> None:
        """Close the oldest connection that has no request, where too many are open; else this one."""
        everyone: list[Connection] = [each for each in self.connections if isinstance(each, Connection)]
        for is_known in (True, False):
            kind = [each for each in everyone if each.is_known == is_known]
            if len(kind) > self._limits.connections:
                idle = [each for each in kind if each is not self and each.awaits_request]
                min(idle, key=lambda each: each._opened, default=self).transport.abort()

    @staticmethod
    def _forget(deadline: asyncio.TimerHandle | None) -> None:
        if deadline is not None:
            deadline.cancel()
