"""Draw masks: where each terrain's prompt will work, and what it will paint."""

import colorsys
import re
from math import ceil, floor
from typing import TYPE_CHECKING, Final

import numpy as np

from tilebake.level.canvas import LATENT, Canvas, map_box
from tilebake.level.masks.regions import Regions
from tilebake.level.terrain import Terrain
from tilebake.level.tilemap import TileMap
from tilebake.paint.report.contact_sheet import RGB, Panel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray


FAMILIAR: Final[dict[str, RGB]] = {  # words to flat colours; the narrower word comes first
    "deep water": (38, 84, 148),
    "water": (64, 132, 196),
    "lake": (64, 132, 196),
    "river": (64, 132, 196),
    "sea": (46, 104, 168),
    "snow": (228, 234, 240),
    "ice": (164, 210, 226),
    "lava": (222, 84, 40),
    "swamp": (92, 104, 62),
    "flower": (206, 122, 168),
    "wheat": (214, 180, 84),
    "farm": (148, 112, 62),
    "cobble": (150, 142, 134),
    "path": (168, 146, 118),
    "brick": (168, 82, 66),
    "plank": (182, 132, 82),
    "wood": (182, 132, 82),
    "forest": (46, 98, 58),
    "tree": (46, 98, 58),
    "grass": (112, 168, 78),
    "sand": (222, 200, 142),
    "dirt": (132, 96, 68),
    "mud": (108, 82, 62),
    "stone": (128, 130, 136),
    "rock": (128, 130, 136),
}
HEAT: Final = (  # from nothing to all, each step brighter than the last so that it reads in grey as well
    (16, 17, 26),
    (62, 20, 92),
    (140, 41, 99),
    (214, 76, 66),
    (249, 148, 39),
    (253, 231, 150),
)
EMPTY_COLOUR: Final = (38, 41, 48)
GRID_SHADE: Final = 0.82  # a tile's border, as a share of its colour
EDGE_COLOUR: Final = (255, 255, 255)
PANEL: Final = 360  # pixels along the longer side
NOBODY: Final = -1  # owner of what belongs to no tile; the last row of a colour table


def mask_panels(tilemap: TileMap, canvas: Canvas, regions: Regions) -> list[Panel]:
    """Draw the tiles as flat colours, each terrain's mask, the base prompt's share, the sum and the edges."""
    tiles = tile_picture(tilemap, canvas)
    counts = {name: sum(tile.terrain == name for tile in tilemap.tiles) for name in regions.names}
    prompts = {terrain.name: terrain.prompt for terrain in tilemap.terrains}
    width, height = tilemap.bounds.width, tilemap.bounds.height
    panels = [
        Panel("tiles", tiles, f"{len(tilemap.tiles)} tiles, {width:g} x {height:g} map pixels"),
        *(
            Panel(name, heat(mask), f"{_extent(mask)}   {counts[name]} tiles\n{prompts[name]}")
            for name, mask in zip(regions.names, regions.masks, strict=True)
        ),
    ]
    if regions.empty.any():
        panels.append(Panel("no tile", heat(regions.empty), f"{_extent(regions.empty)}\nbase prompt alone"))
    total = regions.masks.sum(axis=0) + regions.empty
    panels.append(
        Panel("sum of all", heat(total), f"min {total.min():.6f}  max {total.max():.6f}\n1 everywhere")
    )
    panels.append(Panel("edges", edge_picture(tiles, regions), "where the strongest mask changes"))
    return panels


def heat(mask: "NDArray[np.float32]") -> "NDArray[np.uint8]":
    """Colour a mask [h, w] of 0 to 1, dark to bright: [h, w, 3]."""
    stops = np.linspace(0, 1, len(HEAT))
    channels = [np.interp(mask, stops, [colour[channel] for colour in HEAT]) for channel in range(3)]
    return np.stack(channels, axis=-1).round().astype(np.uint8)


def tile_picture(tilemap: TileMap, canvas: Canvas) -> "NDArray[np.uint8]":
    """Draw every tile in its terrain's flat colour, uint8 [h, w, 3], at a whole multiple of the latent size.

    Each pixel goes to the cell whose centre is nearest, in tiles: that draws squares and hexagons alike.
    """
    latent_height, latent_width = canvas.latent_size
    zoom = max(1, PANEL // max(latent_height, latent_width))
    owners = _owners(tilemap, canvas, zoom, (latent_height * zoom, latent_width * zoom))
    colours = terrain_colours(tilemap.terrains)
    table = np.array([*(colours[tile.terrain] for tile in tilemap.tiles), EMPTY_COLOUR], dtype=np.float32)
    picture = table[owners]
    borders = np.zeros(owners.shape, dtype=bool)
    borders[:, 1:] |= owners[:, 1:] != owners[:, :-1]
    borders[1:, :] |= owners[1:, :] != owners[:-1, :]
    picture[borders] *= GRID_SHADE
    return picture.round().astype(np.uint8)


def edge_picture(tiles: "NDArray[np.uint8]", regions: Regions) -> "NDArray[np.uint8]":
    """Dim the tile picture, and draw white lines where the strongest mask changes."""
    zoom = tiles.shape[0] // regions.empty.shape[0]
    strongest = regions.shares.argmax(axis=0).repeat(zoom, axis=0).repeat(zoom, axis=1)
    picture = (tiles * 0.45).astype(np.uint8)
    across = strongest[:, 1:] != strongest[:, :-1]
    down = strongest[1:, :] != strongest[:-1, :]
    for near, far, edge in (
        (picture[:, :-1], picture[:, 1:], across),
        (picture[:-1, :], picture[1:, :], down),
    ):
        near[edge] = EDGE_COLOUR
        far[edge] = EDGE_COLOUR
    return picture


def terrain_colours(terrains: "Sequence[Terrain]") -> "Mapping[str, RGB]":
    """Choose a flat colour for each terrain, by name: the one that its words suggest, if that is still free.

    The others get hues a golden angle apart, so that no two are alike.
    """
    colours: dict[str, RGB] = {}
    for index, terrain in enumerate(terrains):
        called_up = (*_familiar_colours(terrain.name), *_familiar_colours(terrain.prompt))
        free = (colour for colour in called_up if colour not in colours.values())
        colours[terrain.name] = next(free, None) or _hue(0.8 + index * 0.381966)
    return colours


def _familiar_colours(text: str) -> list[RGB]:
    words = " ".join(re.findall("[a-z]+", text.lower()))
    return [colour for beginning, colour in FAMILIAR.items() if f" {beginning}" in f" {words}"]


def _hue(turn: float) -> RGB:
    red, green, blue = (round(255 * channel) for channel in colorsys.hls_to_rgb(turn % 1, 0.6, 0.5))
    return red, green, blue


def tile_owners(tilemap: TileMap, canvas: Canvas) -> "NDArray[np.intp]":
    """Find the index of the tile that each latent pixel belongs to [h, w]; NOBODY for none."""
    return _owners(tilemap, canvas, 1, canvas.latent_size)


def _owners(tilemap: TileMap, canvas: Canvas, zoom: int, size: tuple[int, int]) -> "NDArray[np.intp]":
    """Find the index of the tile that each pixel belongs to; NOBODY for none."""
    scale = canvas.scale * zoom / LATENT  # picture pixels a map pixel
    left, top, *_ = (edge * zoom / LATENT for edge in map_box(tilemap, canvas))
    pitch_x, pitch_y = (length * scale for length in tilemap.tile_size)
    nearest = np.full(size, np.inf)
    owners = np.full(size, NOBODY, dtype=np.intp)
    for index, (map_x, map_y) in _sites(tilemap):
        x = left + (map_x - tilemap.bounds.x) * scale
        y = top + (map_y - tilemap.bounds.y) * scale
        rows = slice(max(0, floor(y - pitch_y / 2)), max(0, ceil(y + pitch_y / 2)))
        columns = slice(max(0, floor(x - pitch_x / 2)), max(0, ceil(x + pitch_x / 2)))
        down = np.abs(np.arange(size[0])[rows, None] + 0.5 - y) / pitch_y
        across = np.abs(np.arange(size[1])[None, columns] + 0.5 - x) / pitch_x
        is_diamond = tilemap.grid == "isometric"
        inside = down + across <= 0.5 if is_diamond else np.maximum(down, across) <= 0.5
        distance = down**2 + across**2
        closer = inside & (distance <= nearest[rows, columns])
        owners[rows, columns][closer] = index
        nearest[rows, columns][closer] = distance[closer]
    return owners


def _sites(tilemap: TileMap) -> "Iterator[tuple[int, tuple[float, float]]]":
    """Yield centres with their owners. A heavier tile comes later and so wins where two lie on one cell."""
    for centre in tilemap.empty:
        yield NOBODY, centre
    for index in sorted(range(len(tilemap.tiles)), key=lambda index: tilemap.tiles[index].weight):
        yield index, (tilemap.tiles[index].centre_x, tilemap.tiles[index].centre_y)


def _extent(mask: "NDArray[np.float32]") -> str:
    return f"min {mask.min():.3f}  max {mask.max():.3f}"
