"""What the judge sees on a finished map, and how that compares with what its tiles are meant to be."""

from collections import Counter

from tilebake.level.tilemap import Tile, TileMap
from tilebake.paint.judge.cores import cores
from tilebake.paint.judge.network import Judge, verdicts
from tilebake.paint.judge.vocabulary import judged_as
from tilebake.paint.tile_scale import Pixels, at_tile_scale
from tilebake.texture import JudgedTiles


def seen(judge: Judge, image: Pixels, tilemap: TileMap) -> list[tuple[Tile, str]]:
    """Every tile whose core is whole on the picture [h, w, 3 or 4], and the judge's name of what it shows."""
    cut = cores(at_tile_scale(image, tilemap), tilemap)
    if not cut.weights.any():  # tiles so low that nothing of a core is theirs alone
        return []
    found = verdicts(judge, cut.windows, cut.weights)
    return [(tile, str(name)) for tile, name in zip(cut.tiles, found, strict=True)]


def judged_tiles(judge: Judge, image: Pixels, tilemap: TileMap) -> dict[str, JudgedTiles]:
    """By the map's name of each terrain that the judge knows: what it takes its tiles for."""
    wanted = {terrain.name: judged_as(terrain, judge.nouns) for terrain in tilemap.terrains}
    found = {name: Counter[str]() for name in wanted}
    for tile, name in seen(judge, image, tilemap):
        found[tile.terrain][name] += 1
    return {name: _counted(found[name], known) for name, known in wanted.items() if known is not None}


def _counted(found: Counter[str], wanted: str) -> JudgedTiles:
    wrong = {name: count for name, count in found.most_common() if name != wanted}
    return JudgedTiles(tiles=found.total(), right=found[wanted], taken_for=wrong)
