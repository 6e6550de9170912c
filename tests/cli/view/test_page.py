"""`tilebake view` writes one page that shows every map, loads nothing and runs nothing of the maps'."""

import json
import re
import webbrowser
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tilebake.cli import run_command_line


class Reader(HTMLParser):
    """What the page holds: its elements in order, the attributes of each, and all of its text."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data

    def of(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


def test_every_map_is_on_the_page_with_its_state(page: Path) -> None:
    read = Reader(page)
    states = {each["data-name"]: each["data-state"] for each in read.of("article")}
    assert {Path(name).name: state for name, state in states.items()} == {
        "broken.json": "error",
        "fresh.json": "fresh",
        "new.json": "stale",
        "stale.json": "stale",
    }
    assert "not baked yet" in read.text
    assert "the seed is 4, was 3" in read.text
    assert "unknown key" in read.text
    assert "before the last change" in read.text
    assert "painted in" in read.text


def test_nothing_of_the_maps_is_markup_and_nothing_is_loaded(page: Path) -> None:
    read = Reader(page)
    assert len(read.of("script")) == 1
    assert not any(name.startswith("on") for _, attributes in read.elements for name in attributes)
    assert all(each["src"].startswith("data:image/webp;base64,") for each in read.of("img"))
    assert len(read.of("img")) == 4  # fresh now and before, its trial, and stale
    assert not {"link", "iframe", "object", "base", "form", "b"} & {tag for tag, _ in read.elements}
    assert "\u202e" not in read.text
    (policy,) = (each["content"] for each in read.of("meta") if each.get("http-equiv"))
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    content = re.sub(r"data:image/webp[^\"]*", "", page.read_text(encoding="utf-8"))
    assert "http:" not in content
    assert "https:" not in content


def test_the_page_is_opened_unless_told_otherwise(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def open_page(uri: str) -> bool:
        opened.append(uri)
        return True

    monkeypatch.setattr(webbrowser, "open", open_page)
    assert run_command_line(["view"]) == 0
    assert opened == [page.absolute().as_uri()]
    assert run_command_line(["view", "--no-open", "--out", "other.html"]) == 0
    assert len(opened) == 1
    assert Path("other.html").is_file()


def test_a_file_of_others_is_left_alone(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page.write_text("<p>mine</p>", encoding="utf-8")
    assert run_command_line(["view", "--no-open"]) == 1
    assert "did not make this file" in capsys.readouterr().err
    assert page.read_text(encoding="utf-8") == "<p>mine</p>"
    assert run_command_line(["view", "--no-open", "--out", "page.png"]) == 2


def test_a_project_without_maps_has_a_page_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_command_line(["view", "--no-open"]) == 0
    assert "no map in this folder" in Reader(tmp_path / "tilebake.html").text


@pytest.mark.parametrize(
    ("rows", "settings", "is_told"),
    [
        (["gg"], {}, False),
        (["gg"], {"transparent": False}, False),
        (["g.g"], {}, False),
        (["g.g"], {"transparent": False}, True),
    ],
)
def test_transparency_is_a_fact_where_it_was_asked_for_and_shows(
    rows: list[str],
    settings: dict[str, object],
    is_told: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    content = {"tilebake": 1, "tile_size": 16, "terrains": {"grass": "grass"}, "legend": {"g": "grass"}}
    Path("a.json").write_text(json.dumps({**content, "rows": rows, "settings": settings}), encoding="utf-8")
    assert run_command_line(["view", "--no-open"]) == 0
    assert ("transparent" in Reader(tmp_path / "tilebake.html").text) is is_told
