"""The page of `tilebake view` in a real Chromium: keys, filters, comparing, light and dark."""

from pathlib import Path

import pytest

from tests.godot.harness.requirements import fail_or_skip
from tests.helpers.browser import CHROMIUM, browsing


@pytest.fixture(autouse=True)
def browser_is_there() -> None:
    if CHROMIUM is None:
        fail_or_skip("there is no Chromium: `make browser`")


def test_the_page_works_in_a_browser(page: Path, tmp_path: Path) -> None:
    shown = "[...document.querySelectorAll('article')].filter((each) => !each.hidden).length"
    focused = "document.activeElement.dataset.name ?? document.activeElement.id"
    with browsing(tmp_path / "profile") as browser:
        browser.open(page.as_uri())
        assert browser.run("typeof window.hostile") == "undefined"
        assert browser.run("document.body.className") == "scripted"
        assert browser.run("[...document.images].map((each) => each.naturalWidth)") == [32] * 4
        assert browser.run(shown) == 4

        browser.run("document.querySelector('button[data-state=stale]').click()")
        assert browser.run(shown) == 2
        browser.run("document.querySelector('button[data-state=\"\"]').click()")
        browser.press("/")
        assert browser.run(focused) == "find"
        for key in "fresh":
            browser.press(key)
        assert browser.run(shown) == 1
        browser.press("Escape")
        browser.press("j")
        assert browser.run(focused).endswith("fresh.json")
        browser.press("Enter")
        assert browser.run("document.getElementById('large').open")
        assert browser.run("document.getElementById('large-name').textContent.trim()").endswith("fresh.json")
        browser.press("Escape")
        assert not browser.run("document.getElementById('large').open")

        cut = "getComputedStyle(document.querySelector('.before img')).clipPath"
        before = browser.run(cut)
        browser.run("""{ const slider = document.querySelector('.slide input');
            slider.value = 50; slider.dispatchEvent(new Event('input')); }""")
        assert browser.run(cut) != before

        grounds: set[str] = set()
        for scheme in ("light", "dark"):
            browser.call(
                "Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}]
            )
            grounds.add(browser.run("getComputedStyle(document.body).backgroundColor"))
        assert len(grounds) == 2
        asked = [
            each["params"]["request"]["url"]
            for each in browser.messages
            if each["method"] == "Network.requestWillBeSent"
        ]
        assert {url.partition(":")[0] for url in asked} <= {"file", "data"}
        assert browser.run("document.documentElement.scrollWidth <= innerWidth")
