"""Report on a map that was painted in windows: what its tiles show, and how well windows hold together."""

from collections.abc import Iterable
from math import ceil, floor
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tilebake.level.canvas import LATENT, canvas_of, width_of_tile
from tilebake.level.windows.lattice import Lattice, lattice_over
from tilebake.level.windows.picture_grid import picture_grid
from tilebake.level.windows.window_line import WindowLine
from tilebake.paint.judge.judging import count_judged
from tilebake.paint.judge.network import Judge
from tilebake.paint.picture import PixelArray
from tilebake.paint.report.coherence import Floats, WindowIndices, measure_drift, measure_ghost, to_lab
from tilebake.paint.report.contact_sheet import Panel, contact_sheet
from tilebake.paint.report.judged_tiles import describe_judged
from tilebake.paint.report.mask_sheet import tile_picture
from tilebake.paint.tile_scale import CORE, at_tile_scale, centre
from tilebake.request import BakeRequest
from tilebake.texture import PlacementReport, TerrainPlacement

LARGE_PANEL: Final = 640  # pixels along the longer side: a large level has more to look at than a small one
ELSEWHERE: Final = (0.25, 0.5, 0.75)  # of a window's stride, by which squares lie beside the windows
SHADE: Final = 0.55  # of the picture's light where windows overlap
Line = NDArray[np.bool_]


def report_windows(request: BakeRequest, image: PixelArray, judge: Judge | None) -> PlacementReport:
    """Report on a painting [h, w, 3 or 4] of a request's map in windows."""
    tilemap = request.tilemap
    lattice = _lattice(request)
    judged = {} if judge is None else count_judged(judge, image, tilemap)
    drift = _measure_drifts(request, image, lattice)
    found = tuple(
        TerrainPlacement(terrain.name, judged=judged.get(terrain.name), drift=drift.get(terrain.name))
        for terrain in tilemap.terrains
    )
    rows, columns = find_overlaps(request, lattice)
    ghost = measure_ghost(image, (rows, columns))
    return PlacementReport(found, _sheet(request, image, (rows, columns), found, ghost), ghost)


def find_overlaps(request: BakeRequest, lattice: Lattice) -> tuple[Line, Line]:
    """Tell of each row [h] and each column [w] of a request's picture whether windows overlap there."""
    grid = picture_grid(request.tilemap, request.settings)
    shown = grid.pixels(request.shown)
    ratio = grid.canvas_scale / grid.scale / LATENT
    rows = (np.arange(shown.top, shown.bottom) + 0.5) * ratio
    columns = (np.arange(shown.left, shown.right) + 0.5) * ratio
    return _overlaps_along(rows, lattice.rows), _overlaps_along(columns, lattice.columns)


def find_windows(places: Floats, lattice: Lattice, shift: float = 0.0) -> WindowIndices:
    """Return a number [N] for the window that counts most at each place [N, 2]: x and y in latent pixels.

    `shift` moves the lattice by a part of its stride along both axes, where no window is painted.
    """
    column = lattice.columns.nearest(places[:, 0], shift)
    row = lattice.rows.nearest(places[:, 1], shift)
    return row * (column.max() - column.min() + 1) + column


def _lattice(request: BakeRequest) -> Lattice:
    assert request.settings.window is not None, "settings are decided"
    canvas = canvas_of(request.tilemap, request.settings)
    return lattice_over(canvas, request.settings.window // LATENT, request.tilemap.wrap)


def _overlaps_along(places: Floats, line: WindowLine) -> Line:
    found = np.zeros(len(places), bool)
    for index in line.indices(floor(places[0]), ceil(places[-1]))[1:]:
        zone = line.blend_zone(index)
        found |= (places >= zone.start) & (places < zone.stop)
    return found


def _measure_drifts(request: BakeRequest, image: PixelArray, lattice: Lattice) -> dict[str, float | None]:
    """Measure the drift of each terrain that has tiles whole on the picture."""
    tilemap = request.tilemap
    scaled = at_tile_scale(image, tilemap)
    height, width = scaled.shape[:2]
    means: dict[str, list[Floats]] = {}
    places: dict[str, list[tuple[float, float]]] = {}
    scale = canvas_of(tilemap, request.settings).scale / LATENT
    for tile in tilemap.tiles:
        x, y = (round(at) - CORE // 2 for at in centre(tile, tilemap))
        if 0 <= x <= width - CORE and 0 <= y <= height - CORE:
            core = scaled[y : y + CORE, x : x + CORE].astype(np.float64) / 255
            means.setdefault(tile.terrain, []).append(core.mean(axis=(0, 1)))
            places.setdefault(tile.terrain, []).append((tile.centre_x * scale, tile.centre_y * scale))
    return {
        name: _measure_drift(to_lab(np.array(own)), np.array(places[name]), lattice)
        for name, own in means.items()
    }


def _measure_drift(colours: Floats, places: Floats, lattice: Lattice) -> float | None:
    """Measure the drift of tiles between windows, to that between squares of the same size elsewhere.

    Neighbours are alike in any painting, so that squares differ a little wherever they lie.
    """
    drift, *elsewhere = (
        measure_drift(colours, find_windows(places, lattice, shift)) for shift in (0.0, *ELSEWHERE)
    )
    others = [each for each in elsewhere if each is not None]
    return None if drift is None or not others else drift / float(np.mean(others))


def _sheet(
    request: BakeRequest,
    image: PixelArray,
    overlaps: tuple[Line, Line],
    found: Iterable[TerrainPlacement],
    ghost: float | None,
) -> PixelArray:
    """Draw the picture, its tiles, and where windows overlap, with what was found of each terrain."""
    tilemap = request.tilemap
    width = width_of_tile(request.settings, tilemap.tile_size)
    tiles = tile_picture(tilemap, canvas_of(tilemap, request.settings))
    panels = [
        Panel("picture", image, f"{request.settings.steps} steps, seed {request.seed}"),
        Panel("tiles", tiles, "\n".join(_describe(each, width) for each in found)),
        Panel("where windows overlap", _shade(image, overlaps), _describe_ghost(ghost)),
    ]
    heading = f"{tilemap.name}: how its windows hold together"
    return contact_sheet(panels, heading=heading, columns=3, panel_size=LARGE_PANEL)


def _describe(each: TerrainPlacement, width: int) -> str:
    drift = () if each.drift is None else (f"drift {each.drift:.2f}",)
    said = ", ".join((*drift, *describe_judged(each.judged, width)))
    return f"{each.terrain}: {said or 'too few tiles to tell'}"


def _describe_ghost(ghost: float | None) -> str:
    return "no window overlaps another" if ghost is None else f"as fine there as elsewhere: {ghost:.2f}"


def _shade(image: PixelArray, overlaps: tuple[Line, Line]) -> PixelArray:
    """Darken the rows and columns of a picture where windows overlap: a small picture [h, w, 3]."""
    small = Image.fromarray(image[..., :3])
    small.thumbnail((LARGE_PANEL, LARGE_PANEL))
    pixels = np.asarray(small).astype(np.float32)
    rows, columns = (
        line[(np.arange(length) * len(line)) // length]
        for line, length in zip(overlaps, pixels.shape[:2], strict=True)
    )
    pixels[rows] *= SHADE
    pixels[:, columns] *= SHADE
    return pixels.round().astype(np.uint8)
