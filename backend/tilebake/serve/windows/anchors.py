"""Remember the clean paintings of large maps, so that a save patches the last one and paints no more."""

from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from typing import Final

from tilebake.level.art.fit import own_pictures
from tilebake.level.canvas import in_windows
from tilebake.level.terrain import Terrain
from tilebake.level.tilemap import TileMap
from tilebake.request import BakeRequest

MOST_ANCHORED_TILES: Final = 1 << 20  # of all maps together: those of one map of 1024 x 1024


class Anchors:
    """Hold the request of the last clean painting of each map in windows. The oldest make room."""

    def __init__(self, most_tiles: int = MOST_ANCHORED_TILES) -> None:
        self._most_tiles = most_tiles
        self._requests: OrderedDict[Path, BakeRequest] = OrderedDict()

    def note(self, map_path: Path, request: BakeRequest) -> None:
        """Remember that a map was painted by this request, unless a patched or small painting came of it."""
        tilemap = request.tilemap
        if request.anchor is not None or tilemap.edit or not in_windows(tilemap, request.settings):
            return
        self.drop(map_path)
        self._requests[map_path] = request
        tiles = sum(len(each.tilemap.tiles) for each in self._requests.values())
        while tiles > self._most_tiles and len(self._requests) > 1:
            _, oldest = self._requests.popitem(last=False)
            tiles -= len(oldest.tilemap.tiles)

    def patch(self, map_path: Path, request: BakeRequest) -> BakeRequest:
        """Return the request that patches the map's last clean painting; the same where none can be patched.

        Where the map is as it was, that painting is asked for.
        """
        anchor = self._requests.get(map_path)
        if anchor is None or anchor.digest() == request.digest() or not _differ_in_tiles(anchor, request):
            return request
        from tilebake.level.windows.patches import find_patches  # NumPy, for large maps alone

        if find_patches(anchor.tilemap, request.tilemap, request.settings) is None:
            return request
        return replace(request, anchor=anchor.tilemap)

    def drop(self, map_path: Path) -> None:
        """Forget the painting of a map."""
        self._requests.pop(map_path, None)


def _differ_in_tiles(anchor: BakeRequest, request: BakeRequest) -> bool:
    """Tell whether two requests have all alike but where terrains lie, and which there are."""
    is_same_painter = replace(anchor, tilemap=request.tilemap) == request
    if own_pictures(request.tilemap, request.settings) or own_pictures(anchor.tilemap, anchor.settings):
        return False  # a patch is painted from noise
    return is_same_painter and _prompts_agree(anchor.tilemap, request.tilemap)


def _prompts_agree(before: TileMap, after: TileMap) -> bool:
    own = {each.name: _said_of(each) for each in before.terrains}
    return (before.base_prompt, before.negative_prompt, before.edit, before.references) == (
        after.base_prompt,
        after.negative_prompt,
        after.edit,
        after.references,
    ) and all(own.get(each.name, _said_of(each)) == _said_of(each) for each in after.terrains)


def _said_of(terrain: Terrain) -> tuple[object, ...]:
    return terrain.prompt, terrain.negative_prompt, terrain.loras
