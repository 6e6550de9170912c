"""Keep planned bakes, so that a save is parsed once between being noticed and being painted."""

from collections import OrderedDict
from pathlib import Path
from typing import Final

from tilebake.serve.bake.plan import PlannedBake

TILE_BYTES: Final = 36  # that a tile takes in its columns
MOST_TILES: Final = 1 << 20  # of all kept maps together: those of one map of 1024 x 1024


class KeptPlans:
    """Hold the latest plans by their maps. The oldest make room; one is valid until a file of it changes."""

    def __init__(self, most_tiles: int = MOST_TILES) -> None:
        self._most_tiles = most_tiles
        self._plans: OrderedDict[Path, PlannedBake] = OrderedDict()

    def keep(self, planned: PlannedBake) -> None:
        """Keep a plan instead of an earlier one of this map."""
        self.drop(planned.map_path)
        self._plans[planned.map_path] = planned
        tiles = sum(_tiles(each) for each in self._plans.values())
        while tiles > self._most_tiles and len(self._plans) > 1:
            _, oldest = self._plans.popitem(last=False)
            tiles -= _tiles(oldest)

    def current(self, map_path: Path) -> PlannedBake | None:
        """Return the kept plan of a map, or None if there is none or one of its files changed since."""
        planned = self._plans.get(map_path)
        return planned if planned is not None and planned.is_current() else None

    def drop(self, map_path: Path) -> None:
        """Forget the plan of a map."""
        self._plans.pop(map_path, None)


def _tiles(planned: PlannedBake) -> int:
    """Return how many tiles a plan is as large as: pictures of the map's own count by their bytes."""
    tilemap = planned.request.tilemap
    references = (each.picture for each in tilemap.references.pictures())
    own = (tilemap.art, tilemap.keep, tilemap.structure, *references)
    packed = sum(len(each.content) for each in own if each is not None)
    return len(tilemap.tiles) + packed // TILE_BYTES
