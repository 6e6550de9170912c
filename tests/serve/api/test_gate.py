"""The gate: what gets through, what does not, and in which order it is told."""

import contextlib
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import pytest

from tests.helpers.patience import PATIENCE
from tilebake.serve.api.gate import CHECKS, Credentials, Head
from tilebake.serve.api.limits import Limits
from tilebake.serve.api.refusal import RefusedError

if TYPE_CHECKING:
    from tests.serve.api.conftest import Api

    Servers = Callable[[Limits], AbstractContextManager[Api]]

DUE: Final = Credentials("127.0.0.1:4321", "secret", frozenset({"/open"}))
GOOD: Final = {"host": "127.0.0.1:4321", "authorization": "Bearer secret"}
JSON: Final = {"content-type": "application/json"}


def head(*pairs: tuple[str, str], method: str = "GET", path: str = "/v2/maps") -> Head:
    headers = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs)
    return Head(method, path, headers, sum(len(name) + len(value) for name, value in headers))


def good(method: str = "GET", path: str = "/v2/maps", **others: str) -> Head:
    """A head in order, but for these headers; without those that are ``."""
    headers = GOOD | {name.replace("_", "-"): value for name, value in others.items()}
    return head(*((name, value) for name, value in headers.items() if value), method=method, path=path)


def status(request: Head) -> HTTPStatus:
    """What the checks in their order make of a head."""
    try:
        for check in CHECKS:
            check(request, DUE, Limits())
    except RefusedError as refused:
        return refused.status
    return HTTPStatus.OK


@pytest.mark.parametrize(
    "request_head",
    [
        good(),
        good("POST", content_length="0"),
        good("POST", content_length="65536", **JSON),
        good("POST", content_length="2", content_type="Application/JSON; charset=utf-8"),
        good(path="/open", authorization=""),
        good(user_agent="GodotEngine/4.6", accept="*/*", accept_encoding="gzip, deflate"),
    ],
)
def test_what_is_in_order_gets_through(request_head: Head) -> None:
    assert status(request_head) == HTTPStatus.OK


@pytest.mark.parametrize(
    "host",
    [
        "",
        "localhost:4321",
        "127.0.0.1",
        "127.0.0.1:4322",
        "evil.test:4321",
        "0.0.0.0:4321",
        "[::1]:4321",
        "127.0.0.1:4321.",
        "127.0.0.1:04321",
        "127.1:4321",
        "2130706433:4321",
        "127.0.0.1:4321@evil.test",
    ],
)
def test_only_one_host_is_answered(host: str) -> None:
    assert status(good(host=host)) == HTTPStatus.MISDIRECTED_REQUEST


def test_two_hosts_are_none() -> None:
    assert status(head(("host", DUE.host), *GOOD.items())) == HTTPStatus.MISDIRECTED_REQUEST


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("origin", "null"),
        ("origin", "http://127.0.0.1:4321"),
        ("origin", ""),
        ("referer", "http://127.0.0.1:4321/"),
        ("sec-fetch-site", "none"),
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-storage-access", "active"),
    ],
)
def test_no_browser_gets_through(name: str, value: str) -> None:
    assert status(head(*GOOD.items(), (name, value))) == HTTPStatus.FORBIDDEN
    assert status(head(*GOOD.items(), (name, value), path="/open")) == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "secret",
        "Bearer",
        "Bearer ",
        "Bearer secre",
        "Bearer secrets",
        "Bearer SECRET",
        "Bearer  secret",
        "bearer secret",
        "Basic c2VjcmV0",
        "Bearer sécret",
        "Bearer secret, Bearer secret",
    ],
)
def test_only_the_token_lets_in(shown: str) -> None:
    assert status(good(authorization=shown)) == HTTPStatus.UNAUTHORIZED


def test_two_tokens_are_none() -> None:
    assert status(head(*GOOD.items(), ("authorization", GOOD["authorization"]))) == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize("path", ["/open/", "/OPEN", "//open", "/open/../v2/maps", "/v2/maps?/open"])
def test_only_the_open_path_is_open(path: str) -> None:
    assert status(good(path=path, authorization="")) == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize(
    "method", ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "get", "BREW"]
)
def test_other_methods_are_refused(method: str) -> None:
    assert status(good(method)) == HTTPStatus.METHOD_NOT_ALLOWED


@pytest.mark.parametrize(
    ("others", "due"),
    [
        ({"transfer_encoding": "chunked"}, 411),
        ({"transfer_encoding": "chunked", "content_length": "2"}, 411),
        ({"content_length": "65537", **JSON}, 413),
        ({"content_length": "2"}, 415),
        ({"content_length": "2", "content_type": "text/plain"}, 415),
        ({"content_length": "2", "content_type": "text/plain; application/json"}, 415),
        ({"content_length": "2", "content_type": "application/json-patch"}, 415),
    ],
)
def test_bodies_are_short_and_json(others: dict[str, str], due: int) -> None:
    assert status(good("POST", **others)) == due


@pytest.mark.parametrize("others", [{"content_length": "2", **JSON}, {"transfer_encoding": "chunked"}])
def test_stranger_sends_no_body(others: dict[str, str]) -> None:
    assert status(good(path="/open", authorization="", **others)) == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert status(good(path="/open", authorization="", content_length="0")) == HTTPStatus.OK


def test_heads_are_short() -> None:
    assert status(good(x="a" * 9000)) == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE


def test_the_first_thing_wrong_is_answered() -> None:
    """A stranger learns nothing by trying: not what paths, methods or sizes there are."""
    worst = {"host": "evil.test", "origin": "null", "authorization": "", "transfer_encoding": "chunked"}
    hints = {"host": DUE.host, "origin": "", "authorization": GOOD["authorization"]}
    told = [status(good("DELETE", x="a" * 9000, **worst))]
    for name, value in hints.items():
        worst[name] = value
        told.append(status(good("DELETE", x="a" * 9000, **worst)))
    told.append(status(good("POST", x="a" * 9000, transfer_encoding="chunked")))
    assert told == [421, 403, 401, 405, 411]


def test_the_token_is_not_printed() -> None:
    assert "secret" not in repr(DUE)


def test_a_body_that_does_not_come_is_not_waited_for(api_within: "Servers") -> None:
    with api_within(Limits(body_seconds=0.2)) as api:
        headers = {"Content-Type": "application/json", "Content-Length": "2"}
        answer = api.send(api.head("POST /v2/shutdown HTTP/1.1", **headers))
        assert answer.status == HTTPStatus.REQUEST_TIMEOUT
        assert answer.headers["connection"] == "close"
        assert api.service.changes == 0


def test_no_more_than_so_many_at_once(api_within: "Servers") -> None:
    with api_within(Limits(requests=1)) as api:
        with api.connect() as waiting:
            waiting.sendall(api.head("GET /v2/events?wait=25 HTTP/1.1"))
            assert api.service.asked.wait(PATIENCE)
            busy = api.client.get("/v2/maps")
            assert (busy.status_code, busy.headers["retry-after"]) == (HTTPStatus.SERVICE_UNAVAILABLE, "1")
        deadline = time.monotonic() + PATIENCE  # for the server to see that the one who waited has left
        while api.client.get("/v2/maps").status_code != HTTPStatus.OK:
            assert time.monotonic() < deadline


def test_strangers_that_send_no_body_shut_nobody_out(api: "Api") -> None:
    line = "GET /v2/health/challenge?nonce=0123456789abcdef HTTP/1.1"
    request = api.head(line, Authorization="", Content_Type="application/json", Content_Length="60000")
    with contextlib.ExitStack() as stack:
        strangers = [stack.enter_context(api.connect()) for _ in range(40)]
        for stranger in strangers:
            stranger.sendall(request)
        assert api.client.get("/v2/maps").status_code == HTTPStatus.OK
        assert api.answer_on(strangers[0]).status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def test_idle_strangers_push_out_no_client_that_is_known(api_within: "Servers") -> None:
    with api_within(Limits(connections=4)) as api, contextlib.ExitStack() as stack:
        known = [stack.enter_context(api.connect()) for _ in range(4)]
        for connection in known:
            connection.sendall(api.head())
            assert api.answer_on(connection).status == HTTPStatus.OK
        strangers = [stack.enter_context(api.connect()) for _ in range(20)]
        assert strangers[0].recv(1) == b"", "the oldest stranger gave way"
        for connection in known:
            connection.sendall(api.head())
            assert api.answer_on(connection).status == HTTPStatus.OK


def test_strangers_at_work_take_no_place_of_others(api_within: "Servers") -> None:
    with api_within(Limits(strangers=0)) as api:
        challenge = api.head("GET /v2/health/challenge?nonce=0123456789abcdef HTTP/1.1", Authorization="")
        assert api.send(challenge).status == HTTPStatus.SERVICE_UNAVAILABLE
        assert api.client.get("/v2/maps").status_code == HTTPStatus.OK


def test_strangers_do_not_count(api_within: "Servers") -> None:
    with api_within(Limits(requests=1)) as api, api.connect() as stranger:
        stranger.sendall(api.head("POST /v2/shutdown HTTP/1.1", Authorization="", Content_Length="2"))
        assert api.client.get("/v2/maps").status_code == HTTPStatus.OK
