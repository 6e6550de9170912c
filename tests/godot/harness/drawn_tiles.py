"""Draw tiles as games have them, by code, for scenes in which nobody has named anything."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]  # height, width, 4
Colour = tuple[int, int, int]
Draw = Callable[[np.random.Generator, int, int], Picture]


def _speckled(base: Colour, others: Sequence[Colour], share: float = 0.25, grain: int = 1) -> Draw:
    """Return what draws a ground of one colour with specks of others."""

    def draw(dice: np.random.Generator, width: int, height: int) -> Picture:
        shape = (-(-height // grain), -(-width // grain))
        index = np.where(dice.random(shape) < share, dice.integers(1, len(others) + 1, shape), 0)
        palette = np.array([base, *others], np.uint8)
        small = palette[index]
        picture = np.repeat(np.repeat(small, grain, 0), grain, 1)[:height, :width]
        return np.dstack([picture, np.full((height, width), 255, np.uint8)])

    return draw


def _bricks(stone: Colour, joint: Colour, rows: int, columns: int) -> Draw:
    """Return what draws stones in rows, every other row moved by half a stone."""

    def draw(dice: np.random.Generator, width: int, height: int) -> Picture:
        y, x = np.mgrid[0:height, 0:width]
        row = y * rows // height
        moved = x + np.where(row % 2, width // (2 * columns), 0)
        column = moved * columns // width % columns
        is_joint = (y * rows % height < rows) | (moved * columns % width < columns)
        shade = dice.integers(-14, 15, (rows, columns))[row, column]
        picture = np.clip(np.array(stone) + shade[..., None], 0, 255)
        picture[is_joint] = joint
        return np.dstack([picture, np.full((height, width), 255)]).astype(np.uint8)

    return draw


def _topped(top: Draw, below: Draw, share: float) -> Draw:
    """Return what draws one ground over the upper part of another: grass on earth."""

    def draw(dice: np.random.Generator, width: int, height: int) -> Picture:
        picture = below(dice, width, height)
        edge = int(height * share)
        picture[:edge] = top(dice, width, height)[:edge]
        return picture

    return draw


def _cornered(corner: Draw, ground: Draw) -> Draw:
    """Return what draws a quarter disc of one ground in another: a piece of a shore."""

    def draw(dice: np.random.Generator, width: int, height: int) -> Picture:
        y, x = np.mgrid[0:height, 0:width]
        inside = (x / width) ** 2 + (y / height) ** 2 < 0.5
        return np.where(inside[..., None], corner(dice, width, height), ground(dice, width, height))

    return draw


def _standing(thing: Draw, left: float, top: float, right: float) -> Draw:
    """Return what draws a thing that stands on its lower edge, with air around it."""

    def draw(dice: np.random.Generator, width: int, height: int) -> Picture:
        y, x = np.mgrid[0:height, 0:width]
        across = abs((x + 0.5) / width - (left + right) / 2) / ((right - left) / 2)
        is_air = (across > 1) | (y < top * height + across**2 * height * 0.15)
        picture = thing(dice, width, height)
        picture[is_air] = 0
        return picture

    return draw


GRASS: Final = _speckled((98, 168, 62), [(84, 148, 52), (122, 190, 80)])
FOREST: Final = _speckled((34, 84, 42), [(22, 60, 34), (52, 110, 52)], 0.5, 2)
EARTH: Final = _speckled((134, 92, 58), [(112, 74, 46), (152, 110, 72)], 0.2, 2)
SAND: Final = _speckled((226, 204, 140), [(212, 188, 122), (238, 218, 160)], 0.15)
WATER: Final = _speckled((66, 134, 204), [(86, 156, 222), (56, 118, 188)], 0.15, 2)
DEEP: Final = _speckled((28, 66, 120), [(34, 76, 134), (22, 54, 104)], 0.15, 2)
SNOW: Final = _speckled((232, 238, 244), [(214, 224, 236)], 0.1)
ROCK: Final = _speckled((124, 124, 128), [(100, 100, 106), (148, 148, 150)], 0.35, 2)
LAVA: Final = _speckled((222, 84, 26), [(250, 170, 50), (130, 36, 20)], 0.4, 2)
PATH: Final = _bricks((168, 152, 128), (112, 98, 80), 4, 3)
FLAGS: Final = _bricks((120, 122, 126), (84, 86, 92), 2, 2)
BRICKS: Final = _bricks((156, 84, 66), (104, 62, 52), 4, 2)
PLANKS: Final = _bricks((164, 114, 66), (112, 74, 42), 4, 1)
DARK_WALL: Final = _bricks((72, 62, 86), (44, 38, 56), 4, 2)
ROOF: Final = _bricks((176, 62, 52), (120, 40, 38), 6, 4)

_TREE: Final = _standing(FOREST, 0.05, 0.0, 0.95)
_PEBBLE: Final = _standing(EARTH, 0.2, 0.6, 0.5)

SHEETS: Final[Mapping[str, tuple[int, int, Sequence[Draw]]]] = {
    # name: width and height of a tile, and the tiles from "a" on
    "platformer_sheet": (
        64,
        64,
        [
            _topped(GRASS, EARTH, 0.35),
            EARTH,
            ROCK,
            _standing(PLANKS, 0.0, 0.7, 1.0),
            _standing(GRASS, 0.35, 0.5, 0.65),
            BRICKS,
            WATER,
        ],
    ),
    "town16": (
        16,
        16,
        [
            GRASS,
            PATH,
            WATER,
            _cornered(WATER, GRASS),
            _cornered(PATH, GRASS),
            SAND,
            FOREST,
        ],
    ),
    "town_things": (
        16,
        16,
        [ROOF, BRICKS, PLANKS, _TREE, _PEBBLE],
    ),
    "hexes": (64, 72, [GRASS, FOREST, ROCK, WATER, SAND, SNOW, DEEP]),
    "iso_floor": (64, 32, [FLAGS, EARTH, LAVA]),
    "iso_walls": (64, 80, [DARK_WALL]),
    "caves24": (24, 24, [DARK_WALL, ROCK, _speckled((20, 18, 28), [(26, 24, 36)]), SNOW]),
}
_HEX: Final = ("hexes",)
_ISO: Final = ("iso_floor", "iso_walls")


def draw_sheets(folder: Path) -> None:
    """Draw every sheet into a folder, one row of tiles each."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (width, height, tiles) in SHEETS.items():
        dice = np.random.default_rng(5)
        row = np.hstack([_cut(name, draw(dice, width, height)) for draw in tiles])
        Image.fromarray(row).save(folder / f"{name}.png")


def _cut(name: str, tile: Picture) -> Picture:
    """Return a tile without the corners that its grid's shape does not have."""
    height, width = tile.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    across = abs((x + 0.5) / width * 2 - 1)
    if name in _HEX:
        tile[abs((y + 0.5) / height * 2 - 1) > 1 - across / 2] = 0
    if name in _ISO:  # a diamond, stretched upwards where the tile is tall
        half = width / 4
        tile[(y + 0.5 < half * across) | (height - y - 0.5 < half * across)] = 0
    return tile
