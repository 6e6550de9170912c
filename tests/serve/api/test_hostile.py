"""What the local API must survive: nothing of it changes anything, breaks it or brings its token to light."""

import contextlib
import random
from collections.abc import Callable
from http.client import HTTPException
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from tests.serve.api.conftest import Answer, Api

SEED: Final = 20_26
SHORT: Final = 300  # requests
LONG: Final = 15_000  # and 5,000 by schemathesis, in test_openapi.py

BAKE: Final = "POST /v2/maps/levels%2Fforest.json/bake HTTP/1.1"
LINES: Final = (BAKE, "POST /v2/shutdown HTTP/1.1", "GET /v2/maps HTTP/1.1", "GET /v2/events HTTP/1.1")
JSON: Final = {"Content-Type": "application/json"}

Attack = Callable[["Api"], bytes]


def with_headers(line: str = BAKE, body: str = "", **headers: str) -> Attack:
    """An attack by headers: all others, the token among them, are in order."""
    length = {"Content-Length": str(len(body))} if body else {}
    return lambda api: api.head(line, **(JSON | length | headers)) + body.encode("latin-1")


def with_line(line: str) -> Attack:
    """An attack by the request line."""
    return lambda api: api.head(line)


def with_more(more: bytes) -> Attack:
    """An attack by what follows the headers, before the empty line."""
    return lambda api: api.head(BAKE)[:-2] + more + b"\r\n\r\n"


def token_in_the_path(api: "Api") -> bytes:
    return api.head(f"POST /v2/shutdown?token={api.ready.token} HTTP/1.1", Authorization="")


def token_in_a_cookie(api: "Api") -> bytes:
    return api.head(BAKE, Authorization="", Cookie=f"token={api.ready.token}")


def two_hosts(api: "Api") -> bytes:
    return api.head(BAKE).replace(b"\r\n", b"\r\nHost: evil.test\r\n", 1)


def smuggled(api: "Api") -> bytes:
    """A request in the body of another: whoever reads the wrong length runs it."""
    inner = api.head("POST /v2/shutdown HTTP/1.1", Authorization="")
    return api.head(BAKE, Transfer_Encoding="chunked", Content_Length=str(len(inner))) + b"0\r\n\r\n" + inner


def h2_preface(_api: "Api") -> bytes:
    return b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"


ATTACKS: Final[dict[str, tuple[Attack, frozenset[int]]]] = {
    "rebinding": (with_headers(Host="evil.test"), frozenset({421})),
    "rebinding with the port": (with_headers(Host="evil.test:80"), frozenset({421})),
    "localhost": (with_headers(Host="localhost"), frozenset({421})),
    "all interfaces": (with_headers(Host="0.0.0.0"), frozenset({421})),
    "no host": (with_headers(Host=""), frozenset({400})),
    "HTTP/1.0 without a host": (with_headers("POST /v2/shutdown HTTP/1.0", Host=""), frozenset({421})),
    "two hosts": (two_hosts, frozenset({400})),
    "a foreign page": (with_headers(Origin="http://evil.test"), frozenset({403})),
    "a sandboxed page": (with_headers(Origin="null"), frozenset({403})),
    "a link": (with_headers("GET /v2/maps HTTP/1.1", Referer="http://evil.test/"), frozenset({403})),
    "an image": (with_headers("GET /v2/maps HTTP/1.1", Sec_Fetch_Site="cross-site"), frozenset({403})),
    "a preflight": (
        with_headers("OPTIONS /v2/shutdown HTTP/1.1", Origin="http://evil.test"),
        frozenset({403}),
    ),
    "a WebSocket": (
        with_headers("GET /v2/events HTTP/1.1", Upgrade="websocket", Connection="Upgrade", Origin="null"),
        frozenset({403}),
    ),
    "no token": (with_headers(Authorization=""), frozenset({401})),
    "another token": (with_headers(Authorization="Bearer " + "0" * 64), frozenset({401})),
    "the token in the path": (token_in_the_path, frozenset({401})),
    "the token in a cookie": (token_in_a_cookie, frozenset({401})),
    "a form": (with_headers(body="{}", Content_Type="text/plain"), frozenset({415})),
    "DELETE": (with_line("DELETE /v2/maps HTTP/1.1"), frozenset({405})),
    "TRACE": (with_line("TRACE /v2/shutdown HTTP/1.1"), frozenset({405})),
    "CONNECT": (with_line("CONNECT evil.test:80 HTTP/1.1"), frozenset({405})),
    "a method in disguise": (
        with_headers("GET /v2/shutdown HTTP/1.1", X_HTTP_Method_Override="POST"),
        frozenset({405}),
    ),
    "two lengths": (smuggled, frozenset({411})),
    "a length below zero": (with_headers(Content_Length="-1"), frozenset({400})),
    "a length beyond all": (with_headers(Content_Length="9" * 30), frozenset({400})),
    "a large body": (with_headers(Content_Length=str(1 << 30)), frozenset({413})),
    "a large head": (with_headers(X_Large="a" * 100_000), frozenset({400, 431})),
    "many headers": (with_more(b"x: y\r\n" * 20_000), frozenset({400, 431})),
    "a folded header": (with_more(b"Authorization: x\r\n y"), frozenset({401})),
    "a name with a space": (with_more(b"Content-Length : 5"), frozenset({400})),
    "a NUL": (with_more(b"x: a\0b"), frozenset({400})),
    "no HTTP": (lambda _api: b"\x16\x03\x01\x02\x00\x01\r\n\r\n", frozenset({400})),
    "HTTP/0.9": (with_line("POST /v2/shutdown"), frozenset({400})),
    "HTTP/2": (h2_preface, frozenset({400, 421})),
    "another server": (with_line("POST http://evil.test/v2/shutdown HTTP/1.1"), frozenset({404})),
    "a path": (with_line("POST /v2/maps/..%2f..%2fetc%2fpasswd/bake HTTP/1.1"), frozenset({404})),
    "a URL": (with_line("POST /v2/maps/http:%2f%2fevil.test%2fa.json/bake HTTP/1.1"), frozenset({404})),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_refused(lasting_api: "Api", name: str) -> None:
    attack, statuses = ATTACKS[name]
    answer = lasting_api.send(attack(lasting_api))
    assert answer.status in statuses
    assert not {"access-control-allow-origin", "set-cookie", "location"} & set(answer.headers)
    assert answer.headers["content-type"] == "application/json"
    unharmed(lasting_api, answer)


def test_many_attacks_are_refused(lasting_api: "Api") -> None:
    refuse_all(lasting_api, SHORT)


@pytest.mark.long
def test_a_great_many_attacks_are_refused(lasting_api: "Api") -> None:
    refuse_all(lasting_api, LONG)


def test_the_token_opens_what_the_attacks_do_not(api: "Api") -> None:
    """The same requests with nothing wrong: those above fail for what is wrong with them alone."""
    for line in LINES:
        assert api.send(with_headers(line)(api)).status == 200
    assert api.service.changes == 2


def refuse_all(api: "Api", count: int) -> None:
    """Attacks drawn at random and damaged at random, from one seed."""
    draw = random.Random(SEED)
    answers: list[Answer] = []
    for _ in range(count):
        with contextlib.suppress(OSError, HTTPException):  # hung up on: an answer as well
            answers.append(api.send(drawn(api, draw)))
    assert len(answers) > count / 2
    unharmed(api, *answers)


def drawn(api: "Api", draw: random.Random) -> bytes:
    """One of the attacks, or a request without the token, either damaged here and there."""
    if draw.random() < 0.5:
        attack, _ = ATTACKS[draw.choice(list(ATTACKS))]
        request = bytearray(attack(api).replace(api.ready.token.encode(), b"0" * 64))
    else:
        request = bytearray(api.head(draw.choice(LINES), Authorization="Bearer x"))
    for _ in range(draw.choice((0, 1, 3, 20))):
        request[draw.randrange(len(request))] = draw.randrange(256)
    return bytes(request) + b"\r\n\r\n"


def unharmed(api: "Api", *answers: "Answer") -> None:
    """Nothing was changed, the token was not told, and the server serves on."""
    assert api.service.changes == 0
    assert not any(api.ready.token in repr(answer) for answer in answers)
    assert api.client.get("/v2/health").status_code == 200
