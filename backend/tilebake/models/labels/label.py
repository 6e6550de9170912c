"""Read a file's label: its name, and what its header says of how it was trained."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from safetensors import SafetensorError, safe_open

_TITLES: Final = ("modelspec.title", "ss_output_name")  # what a program calls it: SAI's card, kohya's scripts
_LONGEST: Final = 200  # characters of a title that are looked at


class Label(NamedTuple):
    """Hold a file's name and the texts in its header, whole."""

    name: str
    metadata: Mapping[str, str]

    def titles(self) -> Iterator[tuple[str, str]]:
        """Yield where the file is named, and how: its own name first."""
        yield "name", self.name
        for key in _TITLES:
            if key in self.metadata:
                yield key, self.metadata[key][:_LONGEST]


def read_label(path: Path) -> Label:
    """Read the label of a safetensors file; of one that is gone or broken, which others tell, its name."""
    try:
        with safe_open(path, framework="np") as file:
            return Label(path.stem, file.metadata() or {})
    except (OSError, SafetensorError):
        return Label(path.stem, {})
