"""How near a painting comes to the art that it begins from, and whether what is kept stays.

    python -m benchmarks.art --out pictures

Paints a sample map in words alone and from flat tiles in other colours, at several strengths. Colours are
compared by the mean of each terrain's tiles, in OKLab times 100.
"""

import json
import tempfile
from pathlib import Path
from typing import Any, Final

import click
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.control.colours import mean_colour
from benchmarks.figures import Figure, json_line, table
from benchmarks.quality.judge import load_judge
from benchmarks.quality.paintings import keep, map_path
from benchmarks.quality.placement import judge_map, share
from benchmarks.quality.vocabulary import known_as
from tilebake.facade import MapPainter, load_painter
from tilebake.level.tilemap import TileMap
from tilebake.paint.judge.network import Judge
from tilebake.paint.picture import PixelArray

AUTUMN: Final = {  # what a game may look like whose grass is not green
    "grass": (148, 132, 62),
    "forest": (84, 62, 40),
    "water": (58, 122, 128),
    "sand": (214, 190, 160),
    "path": (126, 96, 84),
}
TILE: Final = 16  # pixels of a flat tile
MOST_OF_WITHOUT: Final = 0.5  # of the distance to the art that words alone leave
KEPT: Final = (0.45, 0.35, 0.2, 0.3)  # of the picture: left, top, width, height


def draw_flat_tiles(content: dict[str, Any]) -> PixelArray:
    """Draw a map of rows in one colour a terrain: [h, w, 3]."""
    rows = [[AUTUMN[content["legend"][sign]] for sign in row] for row in content["rows"]]
    return np.array(rows, np.uint8).repeat(TILE, axis=0).repeat(TILE, axis=1)


def distances(image: PixelArray, tilemap: TileMap) -> dict[str, float]:
    """Return how far the mean colour of each terrain's tiles is from the art's."""
    width, height = tilemap.tile_size
    where = {terrain.name: np.zeros(image.shape[:2], bool) for terrain in tilemap.terrains}
    for tile in tilemap.tiles:
        left, top = round(tile.centre_x - width / 2), round(tile.centre_y - height / 2)
        where[tile.terrain][top : top + height, left : left + width] = True
    wanted = {name: np.array([[AUTUMN[name]]], np.uint8) for name in where}
    return {
        name: float(
            np.linalg.norm(mean_colour(image, mask) - mean_colour(wanted[name], np.ones((1, 1), bool)))
        )
        for name, mask in where.items()
    }


def judge_share(judge: Judge, image: PixelArray, tilemap: TileMap) -> float:
    """Return the share of tiles that are judged right."""
    names = {terrain.name: known_as(terrain) for terrain in tilemap.terrains}
    return share(judge_map(judge, image, tilemap, names, tilemap.name)).value


def measure_strengths(
    painter: MapPainter, source: Path, plain: PixelArray, strengths: list[float], out: Path | None
) -> list[Figure]:
    """Compare paintings that begin from art with the one of words alone."""
    judge = load_judge()
    tilemap = painter.request(source).tilemap
    before, judged = distances(plain, tilemap), judge_share(judge, plain, tilemap)
    found = [Figure("words alone: tiles judged right", "share", judged)]
    for strength in strengths:
        image = painter.bake_map(source, settings={"init_strength": strength}).image
        keep(image, out, f"from-art-{strength}")
        found += [
            Figure(
                f"{strength}: {name}'s colour to the art",
                "ratio",
                after / before[name],
                most=MOST_OF_WITHOUT,
                note=f"{after:.1f} of {before[name]:.1f}",
            )
            for name, after in distances(image, tilemap).items()
        ]
        right = judge_share(judge, image, tilemap)
        found.append(Figure(f"{strength}: tiles judged right", "share", right, least=judged - 0.01))
    return found


def measure_kept(painter: MapPainter, source: Path, kept: PixelArray, out: Path | None) -> Figure:
    """Count the pixels that change where a picture [h, w, 4] is to be kept."""
    image = painter.bake_map(source).image
    keep(image, out, "kept")
    inside: NDArray[np.bool_] = kept[..., 3] == 255
    changed = (image[..., :3] != kept[..., :3]).any(axis=-1) & inside
    return Figure("pixels changed where they are kept", "count", float(changed.sum()), most=0)


def draw_kept(image: PixelArray) -> PixelArray:
    """Return a part of a picture turned on its head, as something to keep: [h, w, 4]."""
    height, width = image.shape[:2]
    left, top, right, bottom = (
        round(share * side) for share, side in zip(KEPT, (width, height) * 2, strict=True)
    )
    kept = np.zeros((height, width, 4), np.uint8)
    part = np.s_[top : top + bottom, left : left + right]
    kept[part] = np.dstack([image[::-1, :, :3], np.full((height, width), 255, np.uint8)])[part]
    return kept


@click.command()
@click.option("--map", "title", default="forest", show_default=True, help="A sample map of rows.")
@click.option("--strengths", default="0.4,0.6", show_default=True, help="Values of init_strength.")
@click.option("--out", type=click.Path(path_type=Path), help="A folder for the pictures.")
def command(title: str, strengths: str, out: Path | None) -> None:
    """Measure paintings that begin from art, and what is kept."""
    content: dict[str, Any] = json.loads(map_path(title).read_text(encoding="utf-8"))
    painter = load_painter()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "map.json"
        Image.fromarray(draw_flat_tiles(content)).save(source.with_name("tiles.png"))
        source.write_text(json.dumps({**content, "art": "tiles.png"}), encoding="utf-8")
        plain = painter.bake_map(source).image
        keep(plain, out, "words-alone")
        shares = [float(each) for each in strengths.split(",")]
        figures = measure_strengths(painter, source, plain, shares, out)
        kept = draw_kept(plain)
        Image.fromarray(kept).save(source.with_name("keep.png"))
        source.write_text(json.dumps({**content, "keep": "keep.png"}), encoding="utf-8")
        figures.append(measure_kept(painter, source, kept, out))
    click.echo(table(figures))
    click.echo(json_line("art", figures))
