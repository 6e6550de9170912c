"""Remember a map's earlier pictures: the digests of textures that the cache may still have.

One file a map, in the user's cache folder. Only `tilebake view` reads it: what is lost there is a picture to
compare with, never one that counts. So nothing here fails a bake.
"""

import hashlib
import logging
import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tilebake.errors import BakeError
from tilebake.level.source.encoding import open_regular
from tilebake.private_folder import private_folder
from tilebake.serve.files.atomic_write import write_files
from tilebake.serve.owners.ownership import read_record
from tilebake.user_folders import cache_folder

Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]

_LARGEST: Final = 1 << 18  # bytes of a file

log: Final = logging.getLogger(__name__)


class Trial(BaseModel):
    """Hold one picture of a tune sheet: what sets it apart, and its digest."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    digest: Digest


class History(BaseModel):
    """Hold the picture that a map's was before, and those of its last tune sheet, by result digests."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    before: Digest | None = None
    trials: tuple[Trial, ...] = ()


def read_history(map_path: Path) -> History:
    """Return what is remembered of a map: nothing, if nothing sound is."""
    try:
        with open_regular(_history_file(map_path)) as file:
            return History.model_validate_json(file.read(_LARGEST))
    except (OSError, RuntimeError, ValidationError):  # the second: a circle of links, in Python 3.11
        return History()


def remember_trials(map_path: Path, trials: Sequence[Trial]) -> None:
    """Remember the pictures of a tune sheet."""
    _write(map_path, read_history(map_path).model_copy(update={"trials": tuple(trials)}))


@contextmanager
def remembering_picture(map_path: Path, png: Path) -> Generator[None]:
    """Remember the picture that stands at `png`, if the block puts another in its place."""
    before = read_record(png) or {}
    yield
    after = read_record(png) or {}
    digest = before.get("result_digest")
    if isinstance(digest, str) and before.get("pixel_hash") != after.get("pixel_hash"):
        try:
            _write(map_path, History(before=digest, trials=read_history(map_path).trials))
        except ValidationError:
            log.debug("the record of %s was damaged", png)


def _write(map_path: Path, history: History) -> None:
    try:
        file = _history_file(map_path)
        private_folder(file.parent)
        write_files(file.parent, {file.name: history.model_dump_json().encode("utf-8")}, 0o600)
    except (OSError, RuntimeError, BakeError) as error:
        log.debug("no earlier picture of %s is remembered: %s", map_path, error)


def _history_file(map_path: Path) -> Path:
    spelling = os.path.normcase(map_path.resolve())
    name = hashlib.sha256(spelling.encode("utf-8", "surrogatepass")).hexdigest()
    return cache_folder() / "history" / f"{name}.json"
