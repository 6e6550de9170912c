"""A folder of maps, and readers that are told of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.watch_reader import BY_EVENTS, BY_LOOKING, Reader
from tilebake.serve.watching.watch import Places


@pytest.fixture
def maps(tmp_path: Path) -> Path:
    """A folder with one map, inside of a project."""
    folder = tmp_path / "game" / "maps"
    folder.mkdir(parents=True)
    (folder / "forest.json").write_text("first", encoding="utf-8")
    return folder


@pytest.fixture(params=[BY_EVENTS, BY_LOOKING], ids=["events", "looking"])
def reader(maps: Path, request: pytest.FixtureRequest) -> Iterator[Reader]:
    """Two readers, one after the other: one that never looks unless told to, and one that is never told."""
    with Reader(lambda: Places((maps,)), request.param) as reader:
        yield reader


@pytest.fixture
def looking_reader(maps: Path) -> Iterator[Reader]:
    with Reader(lambda: Places((maps,)), BY_LOOKING) as reader:
        yield reader
