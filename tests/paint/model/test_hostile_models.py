"""Hostile models by the hundred: each is refused by name, or is the model that it would be without them."""

import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import torch

import tilebake
from tests.helpers.audit import Seen, audited
from tests.helpers.hostile_models import HostileCase, hostile_cases
from tilebake.errors import TilebakeError
from tilebake.models.reference import ModelSource, model_digest, model_paths, resolve
from tilebake.paint.model.load import Components, load, models

EVERY = 29  # of which one is tried in the short form
LONGEST = 600  # characters of a refusal, without its path
SYSTEM = (Path("/proc"), Path("/sys"), Path("/dev"), Path("/etc"), Path(sys.prefix), Path(sys.base_prefix))


def link_tree(source: Path, target: Path) -> Path:
    """A copy whose large files take no time."""
    return shutil.copytree(source, target, copy_function=os.link)


def is_same_model(one: Components, other: Components) -> bool:
    pairs = zip(models(one), models(other), strict=True)
    states = ((mine.state_dict(), theirs.state_dict()) for mine, theirs in pairs)
    return all(torch.equal(tensor, theirs[name]) for mine, theirs in states for name, tensor in mine.items())


class Trial:
    """Tries hostile cases, and counts how each ended."""

    def __init__(self, model: Path, honest: Components, folder: Path, cache: Path) -> None:
        self.model, self.honest, self.folder = model, honest, folder
        self.canary = folder / "canary"
        self.allowed = (*SYSTEM, Path(tilebake.__file__).parent, Path(torch.__file__).parent, cache)
        self.counts: Counter[str] = Counter()

    def run(self, cases: Iterable[HostileCase]) -> list[str]:
        """Try each case; return what is wrong with how some ended."""
        return [f"{case.name}: {problem}" for i, case in enumerate(cases) for problem in self._try(case, i)]

    def _try(self, case: HostileCase, number: int) -> Iterator[str]:
        target = link_tree(self.model, self.folder / f"model{number}")
        case.change(target)
        loaded: tuple[ModelSource, Components] | None = None
        refusal = ""
        with audited() as seen:
            try:
                source = resolve(str(target))
                loaded = source, load(source, device="cpu", dtype="float32")
            except TilebakeError as error:
                refusal = str(error)
            except Exception as error:  # what would end everything: here it is counted
                yield repr(error)[:300]
        if self.canary.exists():
            self.canary.unlink()
            yield "something was unpickled or run"
        yield from seen.events
        yield from (f"opened {path}" for path in seen.opened if not self._may_open(path, target))
        if loaded is not None:
            yield from self._look_at(case, *loaded, seen)
        elif case.is_beside or len(refusal) > LONGEST:
            yield f"refused with {refusal[: 2 * LONGEST]!r}"
        how = "refused" if loaded is None else "loaded as without" if case.is_beside else "loaded with it"
        self.counts[how] += 1
        shutil.rmtree(target)

    def _may_open(self, path: Path, target: Path) -> bool:
        return any(map(path.is_relative_to, (target, *self.allowed)))

    def _look_at(
        self, case: HostileCase, source: ModelSource, components: Components, seen: Seen
    ) -> Iterator[str]:
        opened = {path for path in seen.opened if path.is_relative_to(source.path)}
        yield from (f"opened {path.name}, which is not digested" for path in opened - {*model_paths(source)})
        if case.is_beside and not is_same_model(components, self.honest):
            yield "another model was loaded"


@pytest.fixture
def trial(tiny_sdxl_folder: Path, tiny_components: Components, tmp_path: Path, private_cache: Path) -> Trial:
    return Trial(tiny_sdxl_folder, tiny_components, tmp_path, private_cache)


def test_a_hostile_model_is_refused_or_loaded_as_if_nothing_lay_beside_it(trial: Trial) -> None:
    cases = [*hostile_cases(trial.canary)]
    assert trial.run(cases[::EVERY]) == []
    assert len(cases) >= 1000
    assert trial.counts["refused"] >= 10
    assert trial.counts["loaded as without"] >= 10


@pytest.mark.long
def test_every_hostile_model_is_refused_or_loaded_as_if_nothing_lay_beside_it(trial: Trial) -> None:
    problems = trial.run(hostile_cases(trial.canary))
    assert problems == [], dict(trial.counts)


def test_the_digest_changes_with_every_file_that_is_opened(tiny_sdxl_folder: Path, tmp_path: Path) -> None:
    model = shutil.copytree(tiny_sdxl_folder, tmp_path / "model")
    source = resolve(str(model))
    honest = model_digest(source)
    with audited() as seen:
        load(source, device="cpu", dtype="float32")
    opened = {path for path in seen.opened if path.is_relative_to(model)}
    assert opened == set(model_paths(source))
    for path in opened:
        before = path.read_bytes()
        path.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
        assert model_digest(source) != honest, path.name
        path.write_bytes(before)
    assert model_digest(source) == honest
