"""Stores in a folder and in fsspec's memory, opened by their URLs as a user gives them."""

from collections.abc import Generator
from pathlib import Path
from typing import Protocol

import fsspec
import pytest

from tests.helpers.clock import Clock
from tilebake.serve.store.objects import FolderObjects, Objects
from tilebake.serve.store.open_store import open_store
from tilebake.serve.store.remote_objects import RemoteObjects
from tilebake.serve.store.shared_store import SharedStore


@pytest.fixture
def clock() -> Clock:
    return Clock()


class Place(Protocol):
    """Where a store is, whoever opens it."""

    url: str
    objects: Objects

    def open(self, told: list[str] | None = None) -> SharedStore: ...
    def names(self) -> list[str]: ...


class _Place:
    def __init__(self, url: str, objects: Objects) -> None:
        self.url = url
        self.objects = objects

    def open(self, told: list[str] | None = None) -> SharedStore:
        return open_store(self.url, (told if told is not None else []).append)

    def names(self) -> list[str]:
        files, root = fsspec.url_to_fs(self.url)
        return [name.removeprefix(f"{root}/") for name in sorted(files.find(root))]


@pytest.fixture(params=["folder", "file", "memory"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[Place]:
    """An empty store: a folder, the same as a URL, and one that only fsspec reaches."""
    folder = tmp_path / "store"
    folder.mkdir()
    if request.param == "memory":
        yield _Place("memory://store", RemoteObjects("memory://store"))
        fsspec.filesystem("memory").store.clear()
    else:
        url = str(folder) if request.param == "folder" else folder.as_uri()
        yield _Place(url, FolderObjects(folder))
