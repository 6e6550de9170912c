"""The local API over real connections: its endpoints, its answers, its end."""

import contextlib
import hashlib
import hmac
import io
import logging
import select
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx2
import psutil
import pytest
from PIL import Image

from tests.helpers.patience import PATIENCE
from tilebake import __version__
from tilebake.level.edit.edit_entry import EditEntry
from tilebake.request import AttentionQuery, Step
from tilebake.serve.api.endpoints import MOST_EVENTS
from tilebake.serve.api.limits import Limits
from tilebake.serve.api.ready import read_ready
from tilebake.serve.jobs.status import MapView

if TYPE_CHECKING:
    from tests.serve.api.conftest import Api

    Servers = Callable[[Limits], AbstractContextManager[Api]]

FOREST = "levels/forest.json"
BROKEN = "levels/broken.json"
NONCE = "nonce-of-16-or-more"


def bake(api: "Api", **body: str) -> httpx2.Response:
    return api.client.post(f"/v2/maps/{FOREST}/bake", json=body)


def clients(port: int) -> set[int]:
    """The ports of those whom this process has a connection to on its own `port`."""
    connections = psutil.Process().net_connections("inet")
    return {each.raddr.port for each in connections if each.laddr.port == port and each.raddr}


def test_the_ready_file_leads_to_it(api: "Api") -> None:
    ready = read_ready(api.file)
    assert ready == api.ready
    health = api.client.get("/v2/health").json()
    assert health == {"version": __version__, "project": ready.project, "pid": ready.pid}


def test_server_proves_itself_before_the_token_is_sent(api: "Api") -> None:
    url = f"http://{api.ready.host}/v2/health/challenge"
    answer = httpx2.get(url, params={"nonce": NONCE}, trust_env=False).json()
    message = f"tilebake 127.0.0.1:{api.ready.port} {NONCE}"
    proof = hmac.new(api.ready.token.encode(), message.encode(), hashlib.sha256).hexdigest()
    assert answer == {"proof": proof}


@pytest.mark.parametrize("nonce", ["", "short", "a" * 129, "a b c d e f g h i j", "ä" * 20])
def test_a_nonce_is_a_nonce(api: "Api", nonce: str) -> None:
    answer = api.client.get("/v2/health/challenge", params={"nonce": nonce})
    assert answer.status_code == 422
    assert answer.json()["where"] == "$.nonce"


def test_server_listens_on_the_loopback_alone(api: "Api") -> None:
    listening = [
        each.laddr
        for each in psutil.Process().net_connections("inet")
        if each.status == psutil.CONN_LISTEN and each.laddr.port == api.ready.port
    ]
    assert [each.ip for each in listening] == ["127.0.0.1"]


def test_maps_are_listed_with_their_states(api: "Api") -> None:
    first, second = api.client.get("/v2/maps").json()["maps"]
    assert (first["id"], first["state"], first["reason"]) == (FOREST, "stale", "not baked yet")
    assert (second["id"], second["state"], second["diagnostic"]) == (BROKEN, "failed", None)


def test_a_bake_from_asking_to_cancelling(api: "Api") -> None:
    job = bake(api, priority="edited").json()
    assert (job["map_id"], job["state"], job["digest"]) == (FOREST, "waiting", "asked as edited")
    api.service.step(job["id"])
    assert api.client.get(f"/v2/jobs/{job['id']}").json()["state"] == "running"
    assert api.client.post(f"/v2/jobs/{job['id']}/cancel").json()["state"] == "cancelled"
    events = api.client.get("/v2/events").json()["events"]
    assert [event["number"] for event in events] == [1, 2, 3]
    assert [event["job"]["state"] for event in events] == ["waiting", "running", "cancelled"]
    assert api.client.get("/v2/events", params={"after": 2}).json()["events"] == events[2:]


def test_many_events_come_in_several_answers(api: "Api") -> None:
    job = bake(api).json()
    for _ in range(MOST_EVENTS):
        api.service.step(job["id"])
    asked = [{"after": 0}, {"after": MOST_EVENTS}]
    told = [api.client.get("/v2/events", params=after).json()["events"] for after in asked]
    assert [event["number"] for answer in told for event in answer] == [*range(1, MOST_EVENTS + 2)]


def test_the_slashes_of_an_id_may_be_escaped(api: "Api") -> None:
    answer = api.client.post(f"/v2/maps/{quote(FOREST, safe='')}/bake")
    assert answer.json()["map_id"] == FOREST


def test_a_preview_is_a_picture(api: "Api") -> None:
    job = bake(api).json()["id"]
    early = api.client.get(f"/v2/jobs/{job}/progress_image")
    assert (early.status_code, early.json()["what"]) == (404, "job 1 has no picture yet")
    api.service.step(job)
    answer = api.client.get(f"/v2/jobs/{job}/progress_image")
    assert answer.headers["content-type"] == "image/png"
    with Image.open(io.BytesIO(answer.content), formats=["PNG"]) as picture:
        assert picture.size == (8, 6)


def test_preview_runs_from_request_to_image(api: "Api") -> None:
    url = f"/v2/maps/{FOREST}/previews"
    asked = api.client.post(url, json={"words": ["grass"], "terrain": "meadow"}).json()
    expected = {"id": 1, "map_id": FOREST, "kind": "attention", "state": "waiting", "step": 0, "steps": 0}
    assert asked == {**expected, "diagnostic": None}
    assert api.service.previewed == [AttentionQuery(("grass",), "meadow")]
    assert api.client.get("/v2/previews/1/image").status_code == 404
    look = api.service.previews.take()
    assert look is not None
    api.service.previews.progress(1, Step(3, 10))
    assert api.client.get("/v2/previews/1").json() == {**asked, "state": "running", "step": 3, "steps": 10}
    api.service.previews.finish(1, b"\x89PNG")
    answer = api.client.get("/v2/previews/1/image")
    assert (answer.headers["content-type"], answer.content) == ("image/png", b"\x89PNG")
    edit = {"terrains": {"grass": {"prompt": "snow", "reweight": {"snow": 2}}}, "self_replace_steps": 0.2}
    assert api.client.post(url, json={"edit": edit}).json()["kind"] == "edit"
    assert api.service.previewed[1] == EditEntry.model_validate(edit)
    assert api.client.post("/v2/previews/2/cancel").json()["state"] == "cancelled"
    assert api.client.get("/v2/previews/3").status_code == 404


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "$"),
        ({"words": []}, "$"),
        ({"words": ["a"], "edit": {}}, "$"),
        ({"words": "grass"}, "$.words"),
        ({"words": [" "]}, "$.words[0]"),
        ({"words": ["a"] * 21}, "$.words"),
        ({"words": ["a"], "terrain": 1}, "$.terrain"),
        ({"edit": {"terrains": {"grass": {"reweight": {"a": 6}}}}}, "$.edit.terrains.grass.reweight.a"),
        ({"edit": {"terrain": {}}}, "$.edit.terrain"),
        (
            {"edit": {"terrains": {"grass": {"cross_replace_steps": 2}}}},
            "$.edit.terrains.grass.cross_replace_steps",
        ),
    ],
)
def test_preview_request_says_what_is_wrong_and_where(
    lasting_api: "Api", body: dict[str, object], where: str
) -> None:
    answer = lasting_api.client.post(f"/v2/maps/{FOREST}/previews", json=body)
    assert (answer.status_code, answer.json()["where"]) == (422, where)
    assert answer.json()["hint"]
    assert lasting_api.service.previewed == []


def test_a_result_is_its_record(api: "Api") -> None:
    assert api.client.get(f"/v2/maps/{FOREST}/result").json()["size"] == [640, 480]
    assert api.client.get(f"/v2/maps/{BROKEN}/result").status_code == 404


def test_what_cannot_be_done_says_why(api: "Api") -> None:
    answer = api.client.post(f"/v2/maps/{BROKEN}/bake")
    assert answer.status_code == 409
    where = f"{Path(BROKEN)}:3:7"
    assert answer.json() == {"what": "not JSON", "where": where, "hint": "add a comma"}


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/v2/",
        "/v2/maps/",
        "/v2/jobs/1/",
        "//v2/maps",
        "/docs",
        "/openapi.json",
        "/v2/jobs/99",
        "/v2/maps/nope/result",
        "/v2/maps//result",
        "/v2/maps/../../../../etc/passwd/result",
        "/v2/maps/%2fetc%2fpasswd/result",
        "/v2/maps/..%5c..%5cx/result",
        "/v2/maps/a%00b/result",
        "http://evil.test/v2/maps",
    ],
)
def test_what_is_not_there_is_not_found(lasting_api: "Api", path: str) -> None:
    answer = lasting_api.send(lasting_api.head(f"GET {path} HTTP/1.1"))
    assert answer.status in (404, 422)
    assert answer.headers["content-type"] == "application/json"
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/v2/jobs/one", "$.job_id"),
        ("/v2/jobs/-1", "$.job_id"),
        ("/v2/jobs/1_0", "$.job_id"),
        ("/v2/jobs/%D9%A1", "$.job_id"),
        ("/v2/jobs/9007199254740992", "$.job_id"),
        (f"/v2/jobs/{'9' * 5000}", "$.job_id"),
        ("/v2/events?after=1.5", "$.after"),
        ("/v2/events?wait=26", "$.wait"),
        ("/v2/events?wait=inf", "$.wait"),
        ("/v2/events?since=1", "$.since"),
        ("/v2/events?after=1&after=2", ""),
        ("/v2/jobs/1?job_id=2", ""),
        ("/v2/maps?path=/etc/passwd", "$.path"),
    ],
)
def test_numbers_are_numbers_and_keys_are_known(lasting_api: "Api", path: str, where: str) -> None:
    answer = lasting_api.client.get(path)
    assert answer.status_code == 422
    assert answer.json()["where"] == where
    assert answer.json()["what"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"\xff", 400),
        (b'{"priority": NaN}', 400),
        (b"[" * 60_000, 400),
        (b"[]", 422),
        (b"null", 422),
        (b'{"priority": "first"}', 422),
        (b'{"priority": 1}', 422),
        (b'{"map_id": "levels/other.json"}', 422),
        (b'{"model": "/tmp/x"}', 422),
    ],
)
def test_bodies_are_read_strictly(lasting_api: "Api", body: bytes, status: int) -> None:
    headers = {"content-type": "application/json"}
    answer = lasting_api.client.post(f"/v2/maps/{FOREST}/bake", content=body, headers=headers)
    assert (answer.status_code, lasting_api.service.changes) == (status, 0)


def test_a_get_has_a_query_and_a_post_a_body(lasting_api: "Api") -> None:
    assert lasting_api.client.request("GET", "/v2/events", json={"after": "1"}).status_code == 400
    assert lasting_api.client.post(f"/v2/maps/{FOREST}/bake", params={"priority": "asked"}).status_code == 422


def test_every_answer_is_kept_from_browsers_and_caches(lasting_api: "Api") -> None:
    requests = [
        lasting_api.head(),
        lasting_api.head(Authorization=""),
        lasting_api.head(Host="evil.test"),
        lasting_api.head("GET /nowhere HTTP/1.1"),
        b"nonsense\r\n\r\n",
    ]
    for request in requests:
        answer = lasting_api.send(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        assert answer.headers["x-content-type-options"] == "nosniff", answer
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-type"] == "application/json"
        revealing = {"server", "set-cookie", "location", "access-control-allow-origin"}
        assert not revealing & set(answer.headers)


def test_events_come_as_soon_as_there_are_some(api: "Api") -> None:
    with ThreadPoolExecutor() as pool:
        news = pool.submit(api.client.get, "/v2/events", params={"wait": 25})
        assert api.service.asked.wait(PATIENCE)
        bake(api)
        assert [event["number"] for event in news.result().json()["events"]] == [1]


def test_a_wait_without_events_is_answered(api: "Api") -> None:
    assert api.client.get("/v2/events", params={"wait": 1}).json() == {"events": []}


def test_a_request_to_end_is_passed_on(api: "Api") -> None:
    assert api.client.post("/v2/shutdown").json() == {"leaving": True}
    assert api.service.is_leaving.wait(PATIENCE)


def test_leaving_answers_who_waits_and_leaves_nothing(api_within: "Servers") -> None:
    before = set(threading.enumerate())
    with contextlib.ExitStack() as server, ThreadPoolExecutor() as pool:
        api = server.enter_context(api_within(Limits()))
        half_open, waiting = api.connect(), api.connect()
        with half_open, waiting:
            half_open.sendall(api.head()[:30])
            waiting.sendall(api.head("GET /v2/events?wait=25 HTTP/1.1"))
            answer = pool.submit(api.answer_on, waiting)
            assert api.service.asked.wait(PATIENCE)
            server.close()
            assert answer.result().body == b'{"events":[]}'
    assert not api.file.exists()
    assert not {thread for thread in threading.enumerate() if "tilebake" in thread.name} - before
    with pytest.raises(ConnectionError):
        api.connect()


def test_a_server_fault_is_answered_without_details(
    api_within: "Servers", caplog: pytest.LogCaptureFixture
) -> None:
    secret = "a secret of the house"
    with api_within(Limits()) as api:
        api.service.fault = RuntimeError(secret)
        answer = api.client.get("/v2/maps")
        assert (answer.status_code, answer.json()["what"]) == (500, "the backend has a fault")
        assert secret not in answer.text
        api.service.fault = None
        assert api.client.get("/v2/maps").status_code == 200
    assert secret in caplog.text


def test_the_token_is_in_no_log(api_within: "Servers", caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with api_within(Limits()) as api:
        api.service.fault = RuntimeError("logged")
        api.client.get("/v2/maps")
        api.send(api.head(Host="evil.test"))
        api.send(b"nonsense\r\n\r\n")
    assert "logged" in caplog.text
    assert api.ready.token not in caplog.text


def test_connections_that_ask_for_nothing_are_cut_off(api_within: "Servers") -> None:
    with api_within(Limits(head_seconds=0.2)) as api:
        with api.connect() as silent:
            assert silent.recv(1) == b""
        with api.connect() as slow:
            while not select.select([slow], [], [], 0.01)[0]:  # a byte at a time, and never the last
                slow.sendall(b"a")
            assert slow.recv(1) == b""


def test_a_next_request_on_a_connection_has_a_deadline_too(api_within: "Servers") -> None:
    with api_within(Limits(head_seconds=0.2)) as api, api.connect() as connection:
        connection.sendall(api.head())
        assert api.answer_on(connection).status == 200
        connection.sendall(b"GET /v2/ma")
        assert connection.recv(1) == b""


def test_a_client_that_reads_nothing_is_cut_off(api_within: "Servers") -> None:
    with api_within(Limits(read_seconds=0.2)) as api, api.connect() as connection:
        api.service.listed = (MapView("a" * 1_000_000, "stale"),) * 20
        connection.sendall(api.head())
        received, deadline = len(connection.recv(1)), time.monotonic() + PATIENCE
        while connection.getsockname()[1] in clients(api.ready.port):
            assert time.monotonic() < deadline
        while more := connection.recv(1 << 20):
            received += len(more)
        assert received < 20_000_000


def test_half_open_connections_keep_nobody_out(api: "Api") -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(200):
            half_open = stack.enter_context(api.connect())
            with contextlib.suppress(OSError):  # the older ones have to give way
                half_open.sendall(api.head()[:40])
        assert api.client.get("/v2/maps").status_code == 200
