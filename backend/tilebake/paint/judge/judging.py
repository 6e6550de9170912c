"""Judge the tiles of a finished map, and compare that with what they are meant to be."""

from collections import Counter
from collections.abc import Collection

from tilebake.level.tilemap import Tile, TileMap
from tilebake.paint.judge.cores import cores
from tilebake.paint.judge.network import Judge, verdicts
from tilebake.paint.judge.vocabulary import judge_name
from tilebake.paint.picture import PixelArray
from tilebake.paint.tile_scale import at_tile_scale
from tilebake.texture import JudgedTiles


def judge_map_tiles(
    judge: Judge, image: PixelArray, tilemap: TileMap, among: Collection[str] | None = None
) -> list[tuple[Tile, str]]:
    """List every tile whose core is whole on the picture [h, w, 3 or 4], with what it shows.

    `among` are the terrains to choose from, all that the judge knows if None.
    """
    cut = cores(at_tile_scale(image, tilemap), tilemap)
    if not cut.weights.any():  # tiles so low that nothing of a core is theirs alone
        return []
    found = verdicts(judge, cut.windows, cut.weights, among)
    return [(tile, str(name)) for tile, name in zip(cut.tiles, found, strict=True)]


def count_judged(judge: Judge, image: PixelArray, tilemap: TileMap) -> dict[str, JudgedTiles]:
    """Count what the judge takes a terrain's tiles for, by the map's name of each terrain it knows.

    It chooses among the map's terrains and those that most maps have: without a hedge on the map, leaves are
    a forest's.
    """
    wanted = {terrain.name: judge_name(terrain, judge.nouns) for terrain in tilemap.terrains}
    found = {name: Counter[str]() for name in wanted}
    among = {*judge.common, *(name for name in wanted.values() if name is not None)}
    for tile, name in judge_map_tiles(judge, image, tilemap, among):
        found[tile.terrain][name] += 1
    return {name: _count(found[name], known) for name, known in wanted.items() if known is not None}


def _count(found: Counter[str], wanted: str) -> JudgedTiles:
    wrong = {name: count for name, count in found.most_common() if name != wanted}
    return JudgedTiles(tiles=found.total(), right=found[wanted], taken_for=wrong)
