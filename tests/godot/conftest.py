"""The real engine for every test of the addon, and surroundings that are none of the user's."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.godot.harness.engine import Engine, NoEngineError, copy_project, find_engine
from tests.godot.harness.flat_demo import FlatDemo, make_flat_demo
from tests.godot.harness.missing import is_missing


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The real Godot."""
    try:
        return find_engine().at_home(tmp_path_factory.mktemp("home"))
    except NoEngineError as error:
        is_missing(str(error))


@pytest.fixture(scope="module", autouse=True)
def private_cache(tmp_path_factory: pytest.TempPathFactory) -> Generator[Path]:
    """The cache, state and ready files of a module's tests: they may share an editor and what it painted."""
    folder = tmp_path_factory.mktemp("private")
    (folder / "runtime").mkdir(mode=0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TILEBAKE_CACHE", str(folder / "cache"))
        patch.setenv("TILEBAKE_STATE", str(folder / "state"))
        patch.setenv("XDG_RUNTIME_DIR", str(folder / "runtime"))
        patch.setenv("HF_HUB_OFFLINE", "1")
        yield folder


@pytest.fixture
def addon_project(tmp_path: Path) -> Path:
    """A fresh copy of the addon's own project, not yet imported."""
    return copy_project(tmp_path / "game")


@pytest.fixture(scope="session")
def flat_demo(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> FlatDemo:
    """The demo with flat tiles and paintings, for all tests that look at it. They work on copies."""
    return make_flat_demo(engine, tmp_path_factory.mktemp("flat") / "game")
