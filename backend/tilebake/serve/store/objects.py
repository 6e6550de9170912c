"""Read and write the objects of a store by name, in a folder that machines share."""

import os
import secrets
from pathlib import Path
from typing import Protocol

from tilebake.serve.files.digest_folder import remove_file
from tilebake.serve.files.safe_folder import patiently


class LargeObjectError(ValueError):
    """Report an object that is larger than any that was put there."""


class Objects(Protocol):
    """Hold bytes by name. What is wrong with the store comes out as whatever its library raises."""

    def read(self, name: str, most: int) -> bytes:
        """Return an object of at most so many bytes. Raises FileNotFoundError and LargeObjectError."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """Put an object, in the place of another of this name."""
        ...

    def remove(self, name: str) -> None:
        """Remove an object. Raises FileNotFoundError."""
        ...


class FolderObjects:
    """Hold objects as files below a folder, which is made for the first of them.

    A file appears whole: of two writers at once, the later one's takes the other's place.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str, most: int) -> bytes:
        """Return an object. Raises OSError, and LargeObjectError for one of more than `most` bytes."""
        with (self._folder / name).open("rb") as file:
            content = file.read(most + 1)
        return refuse_large(content, most)

    def write(self, name: str, content: bytes) -> None:
        """Put an object. Raises OSError."""
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
        try:
            with draft.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            patiently(draft.replace)(path)
        except OSError:
            remove_file(draft)
            raise

    def remove(self, name: str) -> None:
        """Remove an object. Raises OSError."""
        (self._folder / name).unlink()


def refuse_large(content: bytes, most: int) -> bytes:
    """Return an object's bytes. Raises LargeObjectError for more than `most`."""
    if len(content) > most:
        raise LargeObjectError("the object is larger than any that was put there")
    return content
