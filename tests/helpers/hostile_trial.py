"""Tries hostile models and LoRAs, each on a copy of a harmless one: what is wrong with how it ended."""

import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import torch

import tilebake
from tests.helpers.audit import Seen, audited
from tests.helpers.hostile_checkpoints import hostile_checkpoints
from tests.helpers.hostile_loras import hostile_loras
from tests.helpers.hostile_models import HostileCase, hostile_cases
from tilebake.errors import TilebakeError
from tilebake.models.lookup import Models
from tilebake.models.reference import ModelSource, model_paths
from tilebake.paint.model.load import Components, load, models
from tilebake.paint.model.loras import LoraFile

LONGEST = 600  # characters of a refusal, without its path
SYSTEM = (Path("/proc"), Path("/sys"), Path("/dev"), Path("/etc"), Path(sys.prefix), Path(sys.base_prefix))
KINDS: dict[str, Callable[[Path], Iterator[HostileCase]]] = {
    "folders": hostile_cases,
    "checkpoints": hostile_checkpoints,
    "LoRAs": hostile_loras,
}


class Material(NamedTuple):
    """What is changed: a folder, and in it a model and perhaps a LoRA by their names."""

    folder: Path
    model: str
    lora: str = ""


class Loaded(NamedTuple):
    """A model that was looked up and loaded."""

    source: ModelSource
    components: Components


def link_tree(source: Path, target: Path) -> Path:
    """A copy whose large files take no time."""
    return shutil.copytree(source, target, copy_function=os.link)


def is_same_model(one: Components, other: Components) -> bool:
    pairs = zip(models(one), models(other), strict=True)
    states = ((mine.state_dict(), theirs.state_dict()) for mine, theirs in pairs)
    return all(
        mine.keys() == theirs.keys()
        and all(torch.equal(tensor, theirs[name]) for name, tensor in mine.items())
        for mine, theirs in states
    ) and all(
        (mine.get_vocab(), mine("mossy lava").input_ids)
        == (theirs.get_vocab(), theirs("mossy lava").input_ids)
        for mine, theirs in ((one.tokenizer, other.tokenizer), (one.tokenizer_2, other.tokenizer_2))
    )


class Trial:
    """Tries hostile cases, and counts how each ended."""

    def __init__(self, material: Material, folder: Path, cache: Path) -> None:
        self.material, self.folder = material, folder
        self.canary = folder / "canary"
        self.allowed = (*SYSTEM, Path(tilebake.__file__).parent, Path(torch.__file__).parent, cache)
        self.counts: Counter[str] = Counter()
        self._stage = ""
        self.honest = self._load(material.folder).components

    def run(self, cases: Iterable[HostileCase]) -> list[str]:
        """Try each case; return what is wrong with how some ended."""
        return [f"{case.name}: {problem}" for i, case in enumerate(cases) for problem in self.tries(case, i)]

    def tries(self, case: HostileCase, number: int) -> Iterator[str]:
        """Try one case, on a copy of this number; what is wrong with how it ended."""
        target = link_tree(self.material.folder, self.folder / f"model{number}")
        case.change(target)
        loaded: Loaded | None = None
        refusal = ""
        with audited() as seen:
            try:
                loaded = self._load(target)
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
            is_same = is_same_model(loaded.components, self.honest)
            self.counts["loaded as without it" if is_same else "loaded with it"] += 1
            if case.due != "any" and not is_same:
                yield "another model was loaded"
            yield from self._unknown(loaded.source, seen, target)
        else:
            self.counts[f"refused at {self._stage}"] += 1
            if case.due == "same" or len(refusal) > LONGEST:
                yield f"refused with {refusal[: 2 * LONGEST]!r}"
        shutil.rmtree(target)

    def _load(self, folder: Path) -> Loaded:
        """Look up and load as a bake does."""
        self._stage, lookups = "lookup", Models()
        source, _ = lookups.model(self.material.model, folder)
        lora = self.material.lora
        loras = (
            [LoraFile(*lookups.lora(lora, folder)[:1], 1.0, lookups.lora(lora, folder)[1])] if lora else []
        )
        self._stage = "load"
        return Loaded(source, load(source, device="cpu", dtype="float32", loras=loras))

    def _may_open(self, path: Path, target: Path) -> bool:
        return any(map(path.is_relative_to, (target, *self.allowed)))

    def _unknown(self, source: ModelSource, seen: Seen, target: Path) -> Iterator[str]:
        """Say what was opened and is not digested. A vocabulary that was passed over was looked at."""
        known = {*model_paths(source), target / self.material.lora}
        opened = {path for path in seen.opened - known if path.is_relative_to(target)}
        if source.kind == "file":
            opened = {path for path in opened if path.parent.name != "tokenizer"}
        yield from (f"opened {path.name}, which is not digested" for path in opened)
