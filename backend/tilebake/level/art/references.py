"""Hold the pictures that a map is to look like, as a whole or terrain by terrain, and read them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tilebake.errors import ProjectError, TilebakeError
from tilebake.level.art.own_picture import OwnPicture, read_own_picture
from tilebake.level.formats.beside import Beside
from tilebake.level.source.json_positions import JsonPath
from tilebake.level.source.refuse import Refuse
from tilebake.level.terrain import ReferenceRef

if TYPE_CHECKING:
    from tilebake.level.project import Project

REFERENCE: Final = "reference"


@dataclass(frozen=True)
class ReferencePicture:
    """Hold a picture that is to be painted like, and how strongly it works."""

    picture: OwnPicture
    weight: float


@dataclass(frozen=True)
class References:
    """Hold what a whole map is to look like, and what its terrains are to look like instead."""

    whole: ReferencePicture | None = None
    terrains: Mapping[str, ReferencePicture] = field(default_factory=dict[str, ReferencePicture])

    def pictures(self) -> tuple[ReferencePicture, ...]:
        """Return each of them."""
        return (*(() if self.whole is None else (self.whole,)), *self.terrains.values())

    def only(self, terrains: Collection[str]) -> "References":
        """Return what a part of the map with these terrains alone is to look like."""
        own = {name: each for name, each in self.terrains.items() if name in terrains}
        return References(self.whole, own)


@dataclass(frozen=True)
class ReferenceReader:
    """Read the pictures that a map's file, or that of its project, names to be painted like."""

    map_path: Path | None
    refuse: Refuse  # makes the error for what is wrong at a path of the map's file
    beside: Beside
    project: "Project | None"

    def read(
        self, own: ReferenceRef | None, at: JsonPath, shared: ReferenceRef | None, shared_at: JsonPath
    ) -> ReferencePicture | None:
        """Read what the map names at a path, or else what its project does at another.

        Raises MapError or ProjectError for what is no picture of the project.
        """
        if own is not None:
            return self._read(own, at, self.map_path, self.refuse)
        if shared is None or self.project is None:
            return None
        return self._read(shared, shared_at, self.project.file, self._refuse_in_project)

    def _read(
        self, ref: ReferenceRef, at: JsonPath, named_in: Path | None, refuse: Refuse
    ) -> ReferencePicture:
        picture = read_own_picture(ref.path, at, named_in, self.beside, refuse)
        if picture.is_empty:
            raise refuse("the picture is transparent all over", at, hint="name one that shows something")
        return ReferencePicture(picture, ref.weight)

    def _refuse_in_project(
        self,
        what: str,
        path: JsonPath = (),
        *,
        hint: str | None = None,
        at_key: bool = False,
        character: int | None = None,
    ) -> TilebakeError:
        """Make the error for a key of tilebake.toml."""
        del at_key, character
        assert self.project is not None, "its file names a picture"
        return ProjectError(what, where=self.project.locate(*path), hint=hint)
