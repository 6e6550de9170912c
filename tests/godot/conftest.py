"""Provide the real engine to every test of the addon, with folders apart from the user's."""

from collections.abc import Generator
from pathlib import Path
from typing import Final

import pytest

from tests.godot.harness.engine import Engine, NoEngineError, copy_project, find_engine
from tests.godot.harness.flat_demo import FlatDemo, make_flat_demo
from tests.godot.harness.requirements import fail_or_skip

FOLDER: Final = Path(__file__).parent
TIMEOUT: Final = 600  # seconds: an editor that shares two processors with other tests takes minutes


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give an editor on a busy machine more time than other tests have."""
    for item in items:
        is_marked = item.get_closest_marker("timeout") or item.get_closest_marker("long")
        if FOLDER in item.path.parents and not is_marked:
            item.add_marker(pytest.mark.timeout(TIMEOUT))


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Find the real Godot."""
    try:
        return find_engine().at_home(tmp_path_factory.mktemp("home"))
    except NoEngineError as error:
        fail_or_skip(str(error))


@pytest.fixture(scope="module", autouse=True)
def private_cache(tmp_path_factory: pytest.TempPathFactory) -> Generator[Path]:
    """Give the tests of a module one cache and state: they may share an editor and its pictures."""
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
    """Copy the addon's own project, not yet imported."""
    return copy_project(tmp_path / "game")


@pytest.fixture(scope="session")
def flat_demo(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> FlatDemo:
    """Make the demo with flat tiles and pictures, for all tests that draw it. They work on copies."""
    return make_flat_demo(engine, tmp_path_factory.mktemp("flat") / "game")
