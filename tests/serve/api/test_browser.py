"""A hostile page in a real Chromium: whatever it has the browser send, the service hears nothing of it.

The page's own server answers the same requests on its own port: it proves that the browser does send them.
"""

import json
import os
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.godot.harness.requirements import fail_or_skip
from tests.helpers.browser import CHROMIUM
from tests.helpers.patience import PATIENCE

if TYPE_CHECKING:
    from tests.serve.api.conftest import Api

SCRIPT: Final = (Path(__file__).parent / "attack.js").read_text(encoding="utf-8")


class HostileSite(ThreadingHTTPServer):
    """Serves the page, takes its report, and lets everything else happen to itself."""

    daemon_threads = True

    def __init__(self, port: int, token: str) -> None:
        super().__init__(("127.0.0.1", 0), Visit)
        calls = ", ".join(f"attack({each}, '{token}')" for each in (port, self.server_port))
        report = "fetch('/report', {method: 'POST', body: JSON.stringify(counts)})"
        self.page = f"<body><script>{SCRIPT}\nPromise.all([{calls}]).then((counts) => {report})</script>"
        self.arrived: Counter[str] = Counter()
        self.read: list[int] = []  # how many answers the page could read: from the server, and from its own
        self.is_over = threading.Event()


class Visit(BaseHTTPRequestHandler):
    """One request to the hostile site."""

    @property
    def site(self) -> HostileSite:
        assert isinstance(self.server, HostileSite)
        return self.server

    def do_GET(self) -> None:  # the name that http.server calls
        self.site.arrived[f"GET {self.path}"] += 1
        self._answer(self.site.page if self.path == "/" else "")

    def do_POST(self) -> None:
        self.site.arrived[f"POST {self.path}"] += 1
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.path == "/report":
            self.site.read = json.loads(body)
            self.site.is_over.set()
        self._answer("")

    def do_OPTIONS(self) -> None:
        self.site.arrived[f"OPTIONS {self.path}"] += 1
        self._answer("")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _answer(self, text: str) -> None:
        content = text.encode("utf-8")
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def serving(site: HostileSite) -> Generator[None]:
    thread = threading.Thread(target=site.serve_forever)
    thread.start()
    try:
        yield
    finally:
        site.shutdown()
        thread.join()
        site.server_close()


@contextmanager
def browsing(url: str, profile: Path) -> Generator[None]:
    """Chromium on a page, where evil.test is a name of this machine."""
    if CHROMIUM is None:
        fail_or_skip("there is no Chromium: `make browser`")
    arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions"]
    rules = "--host-resolver-rules=MAP evil.test 127.0.0.1"
    with (profile.with_suffix(".log")).open("wb") as log:
        command = [CHROMIUM, *arguments, rules, f"--user-data-dir={profile}", url]
        browser = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        try:
            yield
        finally:
            os.killpg(browser.pid, signal.SIGTERM)  # Debian's command is a shell that has started the browser
            browser.wait()


def test_a_page_can_do_nothing(api: "Api", tmp_path: Path) -> None:
    site = HostileSite(api.ready.port, api.ready.token)
    with serving(site), browsing(f"http://evil.test:{site.server_port}/", tmp_path / "profile"):
        assert site.is_over.wait(PATIENCE), (tmp_path / "profile.log").read_text(errors="replace")
    assert (api.service.changes, api.service.looks) == (0, 0)
    assert api.client.get("/v2/health").status_code == 200
    read_of_ours, read_of_its_own = site.read
    assert read_of_ours == 0
    assert read_of_its_own > 0
    assert site.arrived["GET /v2/maps"] >= 9, site.arrived
    assert site.arrived["POST /v2/shutdown"] >= 6
    assert site.arrived["OPTIONS /v2/shutdown"] >= 1
    assert site.arrived["GET /v2/events"] >= 2
