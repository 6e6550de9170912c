"""Libraries are imported without a search for garbage, which goes on afterwards as before."""

import gc
import sys
from collections.abc import Generator
from types import ModuleType

import pytest

from tilebake.cli.options import Machine
from tilebake.cli.painter_factory import PainterFactory
from tilebake.models.reference import resolve
from tilebake.paint import importing_libraries


@pytest.fixture(autouse=True)
def enabled() -> Generator[None]:
    yield
    gc.enable()


class Engine(ModuleType):
    """A module that notes, while it is imported from, whether garbage is looked for."""

    looked: bool | None = None

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        self.looked = gc.isenabled()
        return is_looking


def is_looking(*_: object) -> bool:
    """Stand for all that a painter is made with."""
    return gc.isenabled()


@pytest.mark.parametrize("is_enabled", [True, False])
def test_what_the_host_has_chosen_is_what_it_has_afterwards(is_enabled: bool) -> None:
    (gc.enable if is_enabled else gc.disable)()
    with importing_libraries():
        assert not gc.isenabled()
    assert gc.isenabled() == is_enabled


def test_what_was_imported_is_not_looked_at_again() -> None:
    with importing_libraries():
        kept: list[list[int]] = [[]]
    assert not any(each is kept for each in gc.get_objects())


def test_an_import_that_fails_leaves_the_search_as_it_was() -> None:
    with pytest.raises(ImportError), importing_libraries():
        raise ImportError
    assert gc.isenabled()


def test_a_worker_imports_the_model_libraries_without_a_search(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine("tilebake.cli.engine")
    monkeypatch.setitem(sys.modules, engine.__name__, engine)
    searches_while_painting = PainterFactory(Machine("cpu", "float32"))(resolve("embedded"), ())
    assert engine.looked is False
    assert searches_while_painting is True
