"""Digest a map in blocks of 32 by 32 tiles, to find what an edit changed without comparing all of it.

Blocks lie in map pixels, counted from the world's origin: a map that grows or is scrolled keeps its blocks,
and a block is a rectangle whatever the grid. Tiles and empty cells belong to the block with their centre.
"""

import hashlib
from typing import TYPE_CHECKING, Final

from tilebake.level.map.grid import Bounds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tilebake.level.tilemap import TileMap

TILES_OF_A_BLOCK: Final = 32  # tiles
DIGEST_BYTES: Final = 16

Block = tuple[int, int]  # column and row


def digest_blocks(tilemap: "TileMap") -> dict[Block, bytes]:
    """Return a digest of the tiles and empty cells in each block that has any.

    It tells where terrains lie, by their names, not what their prompts are.
    """
    import numpy as np

    sites = _sites(tilemap)
    columns = np.floor(sites["x"] / (TILES_OF_A_BLOCK * tilemap.tile_size[0])).astype(np.int64)
    rows = np.floor(sites["y"] / (TILES_OF_A_BLOCK * tilemap.tile_size[1])).astype(np.int64)
    order = np.lexsort((columns, rows))
    columns, rows, sites = columns[order], rows[order], sites[order]
    ends = np.flatnonzero((np.diff(columns) != 0) | (np.diff(rows) != 0)) + 1
    starts = [0, *ends.tolist()] if len(sites) else []
    return {
        (int(columns[start]), int(rows[start])): _digest_sites(sites[start:end])
        for start, end in zip(starts, [*starts[1:], len(sites)], strict=True)
    }


def changed_blocks(before: "TileMap", after: "TileMap") -> frozenset[Block]:
    """Return the blocks in which two maps with tiles of one size differ."""
    old, new = digest_blocks(before), digest_blocks(after)
    return frozenset(block for block in old.keys() | new.keys() if old.get(block) != new.get(block))


def box_of_block(block: Block, tile_size: tuple[int, int]) -> Bounds:
    """Return a block's rectangle in map pixels."""
    width, height = TILES_OF_A_BLOCK * tile_size[0], TILES_OF_A_BLOCK * tile_size[1]
    return Bounds(block[0] * width, block[1] * height, width, height)


def _sites(tilemap: "TileMap") -> "NDArray[np.void]":
    """Return all tiles and then all empty cells, each in the order that the map has them in."""
    import numpy as np

    tiles, empty = tilemap.tiles, tilemap.empty
    names = np.array([_number_of_name(name) for name in tiles.names], "<u8")
    sites = np.zeros(
        len(tiles) + len(empty), [("x", "<f8"), ("y", "<f8"), ("weight", "<f8"), ("terrain", "<u8")]
    )
    sites["x"] = np.concatenate([tiles.centre_x, empty.x]) + 0.0  # -0.0 and 0.0 are one place
    sites["y"] = np.concatenate([tiles.centre_y, empty.y]) + 0.0
    sites["weight"][: len(tiles)] = tiles.weight
    sites["terrain"][: len(tiles)] = names[np.asarray(tiles.terrain)]  # and no number for an empty cell
    return sites


def _number_of_name(name: str) -> int:
    """Return a number that the name has in every map."""
    return int.from_bytes(hashlib.sha256(name.encode("utf-8")).digest()[:8], "little")


def _digest_sites(sites: "NDArray[np.void]") -> bytes:
    return hashlib.sha256(sites.tobytes()).digest()[:DIGEST_BYTES]
