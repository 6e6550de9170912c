"""Look up models and LoRA files once, and notice when one of them changes."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from tilebake.errors import TilebakeError
from tilebake.models.added.added_files import NOTHING_ADDED, AddedFiles
from tilebake.models.added.terrain_lora import check_terrain_lora
from tilebake.models.file_digest import file_digest
from tilebake.models.labels.few_steps import with_loras
from tilebake.models.labels.label import read_label
from tilebake.models.model_file import unreadable
from tilebake.models.reference import ModelSource, model_digest, model_folder, resolve, resolve_lora
from tilebake.models.words.model_words import WORDS_NAME, ModelWords, read_words

_T = TypeVar("_T")


def recommend_with(source: ModelSource, loras: Iterable[Path]) -> ModelSource:
    """Return a model with what it recommends under these LoRAs: one for few steps decides over the model."""
    return replace(source, defaults=with_loras(source.defaults, map(read_label, loras)))


class Models:
    """Look up models and LoRA files by their names and the folders in which relative names begin.

    Looking one up raises ModelError, and again as long as nobody asks whether anything changed.
    """

    def __init__(self) -> None:
        self._models = _Lookups(_model)
        self._loras = _Lookups(_lora)
        self._terrain_loras = _Lookups(_terrain_lora)
        self._with_added: dict[AddedFiles, _Lookups[tuple[ModelSource, str]]] = {}
        self._words: dict[tuple[str, Path], ModelWords | None] = {}

    def model(self, reference: str, root: Path, added: AddedFiles = NOTHING_ADDED) -> tuple[ModelSource, str]:
        """Return a model with what is loaded beside it, and the digest of both."""
        if added == NOTHING_ADDED:
            return self._models.find(reference, root)
        if added not in self._with_added:
            self._with_added[added] = _Lookups(partial(_model, added=added))
        return self._with_added[added].find(reference, root)

    def words(self, reference: str, root: Path) -> ModelWords | None:
        """Return the words that a model was taught, as they were at the first call; None if it says none.

        Nothing else of the model is looked at: whether it is whole is told where it is needed.
        """
        if (reference, root) not in self._words:
            folder = model_folder(reference, root)
            self._words[reference, root] = None if folder is None else read_words(folder / WORDS_NAME)
        return self._words[reference, root]

    def lora(self, path: str, root: Path) -> tuple[Path, str]:
        """Return a LoRA's file, absolute, and its digest."""
        return self._loras.find(path, root)

    def terrain_lora(self, path: str, root: Path) -> tuple[Path, str]:
        """Return the file of a LoRA that is to work within one terrain, absolute, and its digest."""
        return self._terrain_loras.find(path, root)

    def is_outdated(self) -> bool:
        """Return whether anything that was looked up has changed, is gone, or has appeared since."""
        looked_up = (self._models, self._loras, self._terrain_loras, *self._with_added.values())
        return any(each.is_outdated() for each in looked_up)


class _Outcome(NamedTuple, Generic[_T]):
    """Hold the result of a lookup: a value or an error."""

    value: _T | None
    error: TilebakeError | None

    def is_same(self, other: "_Outcome[_T]") -> bool:
        return self.value == other.value and str(self.error) == str(other.error)


class _Lookups(Generic[_T]):
    """Remember everything that was looked up in one way."""

    def __init__(self, look: Callable[[str, Path], _T]) -> None:
        self._look = look
        self._entries: dict[tuple[str, Path], _Outcome[_T]] = {}

    def find(self, name: str, root: Path) -> _T:
        entry = self._entries.get((name, root)) or self._look_up(name, root)
        self._entries[name, root] = entry
        if entry.value is None:
            assert entry.error is not None
            raise entry.error.with_traceback(None)  # or it would grow with every raise
        return entry.value

    def is_outdated(self) -> bool:
        found = tuple(self._entries.items())
        return not all(entry.is_same(self._look_up(*key)) for key, entry in found)

    def _look_up(self, name: str, root: Path) -> _Outcome[_T]:
        try:
            return _Outcome(self._look(name, root), None)
        except TilebakeError as error:
            return _Outcome(None, error)


def _model(reference: str, root: Path, added: AddedFiles = NOTHING_ADDED) -> tuple[ModelSource, str]:
    source = replace(resolve(reference, root), added=added)
    try:
        digest = model_digest(source)
    except OSError as error:
        raise unreadable(source.path, error) from error
    return replace(source, digest=digest), digest


def _lora(path: str, root: Path) -> tuple[Path, str]:
    file = resolve_lora(path, root).absolute()
    try:
        return file, file_digest(file)
    except OSError as error:
        raise unreadable(file, error) from error


def _terrain_lora(path: str, root: Path) -> tuple[Path, str]:
    file, digest = _lora(path, root)
    check_terrain_lora(file)
    return file, digest
