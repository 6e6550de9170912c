"""Make sure that what is loaded is what was digested: no file changes from one to the other."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tilebake.errors import Location, ModelError
from tilebake.models.file_digest import FileVersion, file_digest, file_version
from tilebake.models.model_file import unreadable
from tilebake.models.reference import ModelSource, model_digest, model_paths
from tilebake.paint.model.loras import LoraFile


@contextmanager
def hold_still(source: ModelSource | None, loras: Sequence[LoraFile]) -> Generator[None]:
    """Load a model and LoRAs in the block, or LoRAs alone, if `source` is None.

    Raises ModelError when they are not those that were looked up.

    Their digests are compared with those that the lookup gave, before the block; their versions, before and
    after. A file that is too young to tell versions apart is digested again.
    """
    versions = _versions(source, loras)
    digests = dict(_digests(source, loras))
    models = () if source is None else ((source.path, source.digest),)
    for path, due in (*models, *((lora.path, lora.digest) for lora in loras)):
        if due and digests[path] != due:
            raise _change(path)
    yield
    now = _versions(source, loras)
    for path in versions.keys() | now.keys():
        if path not in now or path not in versions or not now[path].is_same(versions[path]):
            raise _change(path)
    if not all(version.is_settled for version in versions.values()):
        for path, digest in _digests(source, loras):
            if digests[path] != digest:
                raise _change(path)


def _versions(source: ModelSource | None, loras: Sequence[LoraFile]) -> Mapping[Path, FileVersion]:
    path = loras[0].path if source is None else source.path
    try:
        versions: dict[Path, FileVersion] = {}
        for path in (*(model_paths(source) if source else ()), *(lora.path for lora in loras)):
            versions[path] = file_version(path)
    except OSError as error:
        raise unreadable(path, error) from error
    return versions


def _digests(source: ModelSource | None, loras: Sequence[LoraFile]) -> Iterator[tuple[Path, str]]:
    path = loras[0].path if source is None else source.path
    try:
        if source is not None:
            yield path, model_digest(source)
        for path, *_ in loras:
            yield path, file_digest(path)
    except OSError as error:
        raise unreadable(path, error) from error


def _change(path: Path) -> ModelError:
    return ModelError("changed while it was read", where=Location(path), hint="bake again")
