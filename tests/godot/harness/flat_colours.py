"""Paint tiles and pictures in one flat colour a terrain, so that frames can be compared exactly."""

import json
from collections.abc import Mapping
from math import ceil, floor
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tilebake.level.project import read_project
from tilebake.level.tilemap import TileMap, read_map

Picture = NDArray[np.uint8]  # height, width, 4

Colour = tuple[int, int, int, int]

COLOURS: Final[Mapping[str, Colour]] = {
    "grass": (60, 200, 60, 255),
    "forest": (0, 90, 0, 255),
    "water": (40, 80, 240, 255),
    "sand": (250, 220, 120, 255),
    "path": (120, 70, 30, 255),
}
VARIANTS: Final = 4  # of each tile in the demo's atlases


class Painted(NamedTuple):
    """Hold a map and its flat picture."""

    tilemap: TileMap
    picture: Picture


def flatten_tiles(folder: Path) -> None:
    """Give each tile of the demo's atlases its terrain's colour; what is transparent stays so."""
    for file in folder.glob("*.png"):
        atlas = read(file)
        height = atlas.shape[0] // len(COLOURS)
        for row, colour in enumerate(COLOURS.values()):
            tiles = atlas[row * height : (row + 1) * height]
            tiles[tiles[..., 3] > 0] = colour
        Image.fromarray(atlas).save(file)


def paint(
    project: Path, name: str, *, pixels_per_tile: int = 64, colours: Mapping[str, Colour] = COLOURS
) -> Painted:
    """Put a flat picture, and the record that tells its bounds, where tilebake puts them for a map."""
    tilemap = read_map(project / f"maps/{name}.tilebake.json", read_project(project / "tilebake.toml"))
    bounds, scale = tilemap.bounds, pixels_per_tile / tilemap.tile_size[0]
    picture = np.zeros((round(bounds.height * scale), round(bounds.width * scale), 4), np.uint8)
    width, height = tilemap.tile_size
    for tile in tilemap.tiles:
        left, top = tile.centre_x - width / 2 - bounds.x, tile.centre_y - height / 2 - bounds.y
        part = np.s_[_pixels(top, height, scale), _pixels(left, width, scale)]
        rows, columns = np.mgrid[part]
        across = abs((columns + 0.5) / scale - left - width / 2) / (width / 2)
        down = abs((rows + 0.5) / scale - top - height / 2) / (height / 2)
        picture[part][_covers(tilemap.grid, across, down)] = colours[tile.terrain]
    target = project / f"baked/maps/{name}.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(target)
    record = json.dumps({"bounds": bounds._asdict()})
    target.with_suffix(".bake.json").write_text(record, encoding="utf-8")
    return Painted(tilemap, picture)


def _pixels(start: float, length: float, scale: float) -> slice:
    """Return the pixels that a range of map pixels touches."""
    return slice(floor(start * scale), ceil((start + length) * scale))


def _covers(shape: str, across: NDArray[np.float64], down: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return where a tile of this shape covers its rectangle, whose edges are at 1."""
    if shape == "isometric":
        return across + down <= 1
    if shape == "hexagonal":
        return (across <= 1) & (down <= 1 - across / 2)
    return (across <= 1) & (down <= 1)


def count_misplaced(seen: Picture, wanted: Picture, reach: int = 1) -> int:
    """Count the pixels whose colour the other picture does not have within `reach` pixels."""
    around = np.pad(wanted, ((reach, reach), (reach, reach), (0, 0)), "edge")
    height, width = seen.shape[:2]
    found = np.zeros((height, width), bool)
    for down in range(2 * reach + 1):
        for across in range(2 * reach + 1):
            found |= (around[down : down + height, across : across + width] == seen).all(-1)
    return int((~found).sum())


def read(file: Path) -> Picture:
    """Read a picture's pixels."""
    with Image.open(file) as image:
        return np.asarray(image.convert("RGBA")).copy()
