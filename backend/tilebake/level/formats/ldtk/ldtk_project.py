"""Read an LDtk project and find its levels, by name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tilebake.errors import MapError
from tilebake.level.formats.beside import Beside
from tilebake.level.formats.ldtk.ldtk_file import INT_GRID, LayerDefinition, LdtkLevel, LdtkProject, LdtkWorld
from tilebake.level.formats.lenient_model import validate
from tilebake.level.formats.part import Part, file_of
from tilebake.level.source.encoding import decode
from tilebake.level.source.json_positions import JsonPath, snippet
from tilebake.level.source.json_text import SAVE_ANEW, JsonText
from tilebake.level.source.refuse import Refuse

_JOINED: Final = ("Free", "GridVania")  # in other layouts levels have no place in the world


@dataclass(frozen=True)
class FoundLevel:
    """Hold a level, where the file has it, and the world of which it shows a part, if of any."""

    level: LdtkLevel
    path: JsonPath
    world: str | None


@dataclass(frozen=True)
class LdtkLevels:
    """Hold a project's levels by their names, and the layers of numbers that they may have."""

    levels: Mapping[str, FoundLevel]
    layers: Mapping[str, LayerDefinition]
    refuse: Refuse

    @property
    def parts(self) -> tuple[Part, ...]:
        """Return the levels, in the order of the file."""
        return tuple(Part(name, found.world) for name, found in self.levels.items())


def read_levels(data: str | bytes, path: Path | None, beside: Beside) -> LdtkLevels:
    """Read a project. Raises MapError with line, column and JSON path."""
    return beside.once.get(data, lambda: _read(data, None if path is None else file_of(path)))


def _read(data: str | bytes, file: Path | None) -> LdtkLevels:
    text = decode(data, file, MapError) if isinstance(data, bytes) else data.removeprefix("\ufeff")
    source = JsonText(text, file, SAVE_ANEW)
    project = validate(LdtkProject, source.parse(), source.error_at)
    levels: dict[str, FoundLevel] = {}
    for each in _levels(project):
        name = each.level.identifier
        if name in levels:
            what = f"two levels are called {snippet(name)}"
            raise source.error_at(what, each.path, hint="rename one of them in LDtk")
        levels[name] = each
    if not levels:
        raise source.error_at("the project has no level", ("levels",), hint="add one in LDtk")
    layers = {each.identifier: each for each in project.definitions.layers if each.type == INT_GRID}
    return LdtkLevels(levels, layers, source.error_at)


def _levels(project: LdtkProject) -> Iterator[FoundLevel]:
    """Yield all levels of all worlds."""
    yield from _levels_of(project, ("levels",))
    for index, world in enumerate(project.worlds):
        yield from _levels_of(world, ("worlds", index, "levels"))


def _levels_of(world: LdtkWorld, path: JsonPath) -> Iterator[FoundLevel]:
    for index, level in enumerate(world.levels):
        joins = world.layout in _JOINED
        yield FoundLevel(level, (*path, index), f"{world.identifier} {level.depth}" if joins else None)
