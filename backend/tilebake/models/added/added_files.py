"""Name the files that are loaded beside a model's own, and fold their digests into the model's."""

import hashlib
from pathlib import Path
from typing import Final, NamedTuple

from tilebake.models.added.controlnet import controlnet_files
from tilebake.models.added.embeddings import embedding_file
from tilebake.models.added.ip_adapter import IMAGE_ENCODER, ip_adapter_files
from tilebake.models.added.vae import vae_files
from tilebake.models.file_digest import file_digest


class AddedFiles(NamedTuple):
    """Name what is loaded beside a model's own files."""

    ip_adapter: Path | None = None
    vae: Path | None = None  # in the place of the model's own
    controlnet: Path | None = None
    embeddings: tuple[tuple[str, Path], ...] = ()  # textual inversions, by the words that they stand for

    def name_of(self, file: Path | None, root: Path) -> str | None:
        """Return how a project at `root` names the added thing that a file is of; None for another file."""
        encoder = None if self.ip_adapter is None else self.ip_adapter.parent / IMAGE_ENCODER
        own = (self.ip_adapter, encoder, self.vae, self.controlnet, *(path for _, path in self.embeddings))
        found = next((path for path in own if path and file and file.is_relative_to(path)), None)
        if found is None:
            return None
        return found.relative_to(root).as_posix() if found.is_relative_to(root) else str(found)


NOTHING_ADDED: Final = AddedFiles()


def paths_of_added(added: AddedFiles) -> tuple[Path, ...]:
    """Return the path of every added file that is read, checked. Raises ModelError."""
    return tuple(path for paths in _by_kind(added).values() for path in paths)


def _by_kind(added: AddedFiles) -> dict[str, tuple[Path, ...]]:
    """Return the paths of what is added, by what they are for."""
    adapter, vae, controlnet = added.ip_adapter, added.vae, added.controlnet
    return {
        **({} if adapter is None else {"ip_adapter": tuple(ip_adapter_files(adapter).paths())}),
        **({} if vae is None else {"vae": tuple(vae_files(vae).paths())}),
        **({} if controlnet is None else {"controlnet": tuple(controlnet_files(controlnet).paths())}),
        **{f"embedding {name}": embedding_file(path).paths() for name, path in added.embeddings},
    }


def digest_with(digest: str, added: AddedFiles) -> str:
    """Return the digest (sha256, hex) of a model with what is added; its own where nothing is.

    Names and places of files do not count; the words that textual inversions stand for do. Raises OSError
    and ModelError.
    """
    lines = [
        " ".join([kind, *(file_digest(path) for path in paths)]) for kind, paths in _by_kind(added).items()
    ]
    return hashlib.sha256("\n".join([digest, *lines]).encode()).hexdigest() if lines else digest
