"""A painter that costs nothing, for pictures in pages: each pixel tells its place, its tile and the seed."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap, parse_map
from tilebake.level.windows.picture_grid import picture_grid
from tilebake.models.reference import ModelSource
from tilebake.request import BakeRequest, OnStep, Painter, Step
from tilebake.serve.worker.protocol import Loras
from tilebake.texture import Texture, pixel_hash

TILE = 8
SETTINGS: dict[str, Any] = {  # a latent pixel is a quarter of a pixel here, so that windows do not reach far
    "windows": "always",
    "page_size": 256,
    "pixels_per_tile": 256,
    "window": 512,
    "rounds": 1,
    "steps": 1,
    "transparent": False,
}
TERRAINS = {"grass": "grass", "sand": "sand"}
LEGEND = {"g": "grass", "s": "sand"}


def map_of(columns: int, rows: int, **changes: object) -> dict[str, Any]:
    """A map of grass, as its file says it."""
    content = {"tilebake": 1, "tile_size": TILE, "terrains": TERRAINS, "legend": LEGEND}
    return {**content, "rows": ["g" * columns] * rows, "settings": {**SETTINGS}, **changes}


def with_sand(content: dict[str, Any], column: int, row: int) -> dict[str, Any]:
    """The same map with a tile of sand."""
    rows: list[str] = list(content["rows"])
    rows[row] = f"{rows[row][:column]}s{rows[row][column + 1 :]}"
    return {**content, "rows": rows}


def request_for(content: dict[str, Any], seed: int = 0) -> BakeRequest:
    """The request of a map, without a model."""
    tilemap = parse_map(json.dumps(content))
    settings = BakeSettings.model_validate(content["settings"])
    return BakeRequest(tilemap, settings, "embedded", "model digest", seed)


class PagePainter:
    """A Baker that notes which part of its map each request shows."""

    def __init__(self) -> None:
        self.painted: list[tuple[float, float]] = []

    def __call__(self, request: BakeRequest, on_step: OnStep) -> Texture:
        self.painted.append((request.shown.x, request.shown.y))
        on_step(Step(1, 1))
        return paint(request)


def paint(request: BakeRequest) -> Texture:
    """Paint a request: red and green are places in the world, blue the tile and the seed."""
    shown = picture_grid(request.tilemap, request.settings).pixels(request.shown)
    height, width = shown.size
    image = np.empty((height, width, 3), np.uint8)
    image[..., 0] = np.arange(shown.left, shown.right) % 251
    image[..., 1] = (np.arange(shown.top, shown.bottom) % 241)[:, None]
    image[..., 2] = request.seed % 100
    _mark_sand(image, request.tilemap, shown.left, shown.top)
    return Texture(image, request.digest(), pixel_hash(image), {"denoise": 0.5}, {"dtype": "float32"})


def _mark_sand(image: np.ndarray, tilemap: TileMap, left: int, top: int) -> None:
    for tile in tilemap.tiles:
        x, y = tile.x * TILE - left, tile.y * TILE - top
        if tile.terrain == "sand":
            image[max(0, y) : max(0, y + TILE), max(0, x) : max(0, x + TILE), 2] += 100


def ignore(_step: Step) -> None:
    """Do nothing after a step."""


@dataclass(frozen=True)
class PagingWorker:
    """A MakePainter of the same painter, for worker processes: it notes in a file what is painted."""

    log: Path

    def __call__(self, _source: ModelSource, _loras: Loras) -> Painter:
        return Painter(self._bake, _refuse_attention)

    def notes(self) -> list[str]:
        """The corners of what was painted, by whatever process."""
        return self.log.read_text(encoding="ascii").splitlines() if self.log.exists() else []

    def _bake(self, request: BakeRequest, on_step: OnStep) -> Texture:
        with self.log.open("a", encoding="ascii") as file:
            file.write(f"{request.shown.x:g} {request.shown.y:g}\n")
        texture = paint(request)
        for step in (1, 2):
            on_step(Step(step, 2, lambda: texture.image[::8, ::8]))
        return texture


def _refuse_attention(*_: object) -> np.ndarray:
    raise NotImplementedError
