"""Tell which maps files hold: most are one, and others hold several, which come and go as they are saved."""

from collections.abc import Iterable
from pathlib import Path

from tilebake.errors import MapError
from tilebake.level.formats.beside import Beside
from tilebake.level.formats.list_parts import holds_parts, list_parts
from tilebake.level.formats.part import part_path
from tilebake.serve.bake.discover import is_map


class MapsOfFiles:
    """Remember which maps were found in files that hold several. Not for several threads."""

    def __init__(self) -> None:
        self._known: dict[Path, frozenset[Path]] = {}

    def expand(self, paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
        """Return the maps in files, and the maps that are in them no more; maps are returned as they are."""
        present: list[Path] = []
        gone: list[Path] = []
        for path in sorted(paths):
            if not holds_parts(path):
                present.append(path)
                continue
            known, found = self._known.get(path, frozenset()), self._maps_in(path)
            self._known[path] = found
            present.extend(sorted(found))
            gone.extend(sorted(known - found))
        return present, gone

    def forget(self, paths: Iterable[Path]) -> list[Path]:
        """Forget files that are gone, and return the maps that were in them."""
        return [each for path in paths for each in sorted(self._known.pop(path, frozenset({path})))]

    def _maps_in(self, file: Path) -> frozenset[Path]:
        """Return the maps in a file. Those of a damaged one are those that it had: each tells."""
        known = self._known.get(file, frozenset({file}))
        try:
            parts = list_parts(file, Beside()) if file not in known or is_map(file) else None
        except MapError:
            return known
        return frozenset({file} if parts is None else {part_path(file, part.name) for part in parts})
