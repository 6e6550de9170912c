"""The real engine for every test of the addon, and a project of the addon's that it has imported once."""

import os
from pathlib import Path

import pytest
from engine import Engine, NoEngineError, copy_project, find_engine


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The real Godot. A machine of CI has one; anybody else is told how to get it."""
    try:
        return find_engine().at_home(tmp_path_factory.mktemp("home"))
    except NoEngineError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))


@pytest.fixture
def addon_project(tmp_path: Path) -> Path:
    """A fresh copy of the addon's own project, not yet imported."""
    return copy_project(tmp_path / "game")
