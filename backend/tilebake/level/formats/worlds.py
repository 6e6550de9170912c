"""Say which maps are parts of one world: those that tilebake.toml names, or a world of Tiled."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tilebake.errors import TilebakeError
from tilebake.level.formats.beside import WorldPlace
from tilebake.level.formats.tiled.world_file import WORLD_SUFFIX, PlacedMap, read_world_file
from tilebake.level.source.json_positions import snippet

RefuseMap = Callable[[str, int, str], TilebakeError]
"""Make the error for a map of a world, the how-manieth of it: what is wrong."""


@dataclass(frozen=True)
class Worlds:
    """Hold the maps of all worlds, where those of Tiled's worlds lie, and which files say so."""

    maps: Mapping[str, tuple[Path, ...]] = field(default_factory=dict[str, tuple[Path, ...]])
    places: Mapping[Path, WorldPlace] = field(default_factory=dict[Path, WorldPlace])
    files: tuple[Path, ...] = ()

    def others(self, map_path: Path) -> tuple[Path, ...]:
        """Return the other maps of a map's world, none where it belongs to none."""
        if not self.maps:
            return ()
        own = map_path.resolve()
        world = next((maps for maps in self.maps.values() if own in maps), ())
        return tuple(path for path in world if path != own)


def read_worlds(forms: Mapping[str, Sequence[str]], root: Path, refuse: RefuseMap) -> Worlds:
    """Return the worlds that tilebake.toml names.

    Raises what `refuse` makes for a map that is named twice, and ProjectError for a mistake in a world.
    """
    maps: dict[str, tuple[Path, ...]] = {}
    places: dict[Path, WorldPlace] = {}
    files: list[Path] = []
    named: set[Path] = set()
    for world, names in forms.items():
        found: list[Path] = []
        for index, name in enumerate(names):
            for each in _maps_of(root / name, root):
                if each.path in named:
                    called = each.path.name if _is_world(root / name) else name
                    raise refuse(world, index, f"the map {snippet(called)} belongs to a world already")
                named.add(each.path)
                found.append(each.path)
                if _is_world(root / name):
                    places[each.path] = WorldPlace(each.x, each.y)
        files.extend(root / name for name in names if _is_world(root / name))
        maps[world] = tuple(found)
    return Worlds(maps, places, tuple(files))


def _maps_of(path: Path, root: Path) -> Iterator[PlacedMap]:
    """Yield the maps of a world of Tiled, or the one map that is named."""
    if _is_world(path):
        yield from read_world_file(path, root)
    else:
        yield PlacedMap(path, 0, 0)


def _is_world(path: Path) -> bool:
    return path.suffix.lower() == WORLD_SUFFIX
