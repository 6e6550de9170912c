"""Decide what the settings of a map leave to the map: what counts for its own tiles, and what fits them."""

from dataclasses import replace
from typing import Final, NamedTuple

from tilebake.errors import Diagnostic, Location, MapError
from tilebake.level.art.fit import tell_idle_art
from tilebake.level.art.structure import settings_of_structure
from tilebake.level.canvas import (
    USUAL_WIDTH,
    default_pixels_per_tile,
    describe_too_large,
    in_windows,
    is_paintable,
    largest_fitting,
    width_of_tile,
)
from tilebake.level.map.stray_tiles import find_stray_tiles, or_without_strays
from tilebake.level.output import picture_notes, picture_size, refuse_vast_file
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap
from tilebake.level.torus.sizes import can_wrap, cells_along_tile, refuse_unfit_tiles, settings_of_cells

SMALLEST_LOWERED: Final = 8  # canvas pixels a tile: one latent pixel, below which a level is a smear


class DecidedMap(NamedTuple):
    """Hold a map with what its author should know of the size, and the settings that it is painted with."""

    tilemap: TileMap
    settings: BakeSettings


def decide(tilemap: TileMap, settings: BakeSettings) -> DecidedMap:
    """Decide the settings of a map: the size of its tiles, whether its picture has an alpha, its beginning.

    A size that does not fit one canvas is lowered to the largest that does, and noted; below 8 pixels a tile
    it stays as it is, for `canvas_for` to refuse. Raises MapError for a picture that is too large for a file,
    or has too many pages.
    """
    settings = settings_of_cells(tilemap, settings)
    tilemap = replace(tilemap, notes=(*tilemap.notes, *tell_idle_art(tilemap, settings)))
    decided = settings.model_copy(
        update={
            "pixels_per_tile": settings.pixels_per_tile or _default_width(tilemap),
            "transparent": settings.transparent and can_be_transparent(tilemap),
            "init_strength": None if tilemap.art is None else settings.init_strength,
            **settings_of_structure(tilemap, settings),
        }
    )
    fitting, decided = _lower_to_fit(tilemap, decided)
    refuse_unfit_tiles(tilemap, decided)
    return DecidedMap(_check_size(fitting, decided), decided)


def _default_width(tilemap: TileMap) -> int:
    """Return how wide tiles are painted unless a setting says so; where that cannot wrap, as usual."""
    cells, (width, height) = cells_along_tile(tilemap), tilemap.tile_size
    painted = default_pixels_per_tile((width * cells, height * cells)) // cells
    return painted if can_wrap(tilemap, painted) else USUAL_WIDTH // cells


def _check_size(tilemap: TileMap, settings: BakeSettings) -> TileMap:
    """Return the map with notes on the size of its picture. Raises MapError for one that cannot be made."""
    tile_width = tilemap.tile_size[0]
    scale = width_of_tile(settings, tilemap.tile_size) / tile_width if settings.keep_resolution else 1.0
    size = picture_size(tilemap.bounds, scale)
    if in_windows(tilemap, settings) and max(size.width, size.height) > settings.page_size:
        _refuse_many_pages(tilemap, settings)
        return tilemap
    refuse_vast_file(size, tilemap.tiles, tile_width, tilemap.path)
    notes = (Diagnostic(note, Location(tilemap.path)) for note in picture_notes(size))
    return replace(tilemap, notes=(*tilemap.notes, *notes))


def _refuse_many_pages(tilemap: TileMap, settings: BakeSettings) -> None:
    from tilebake.level.windows.page_layout import MOST_PAGES, count_pages  # NumPy, for large maps alone

    pages = count_pages(tilemap, settings)
    if pages > MOST_PAGES:
        side = settings.page_size
        what = f"the picture would have {pages:,} pages of page_size {side}; at most {MOST_PAGES:,}"
        raise MapError(what, where=Location(tilemap.path), hint="raise page_size, or split the map")


def can_be_transparent(tilemap: TileMap) -> bool:
    """Tell whether transparency would show; a map without any tile shows its base prompt instead."""
    return len(tilemap.tiles) > 0 and len(tilemap.empty) > 0


def _lower_to_fit(tilemap: TileMap, settings: BakeSettings) -> DecidedMap:
    """Lower the size of tiles to what fits one canvas."""
    asked, fitting = settings.pixels_per_tile or 0, largest_fitting(tilemap)
    if in_windows(tilemap, settings):
        return DecidedMap(_tell_strays(tilemap), settings)
    if is_paintable(tilemap, asked) or fitting < SMALLEST_LOWERED:
        return DecidedMap(tilemap, settings)
    note = Diagnostic(
        f"tiles are painted at {fitting} pixels instead of {asked}, with less detail: "
        f"{describe_too_large(tilemap, asked)}",
        Location(tilemap.path),
        or_without_strays(tilemap.tiles, "split the map for more detail"),
    )
    return DecidedMap(replace(tilemap, notes=(*tilemap.notes, note)), _with_width(settings, fitting))


def _tell_strays(tilemap: TileMap) -> TileMap:
    """Note a tile that lies far from all others, and makes a large map of a small one."""
    stray = find_stray_tiles(tilemap.tiles)
    if stray is None:
        return tilemap
    note = Diagnostic(
        f"the map is {tilemap.bounds.width:,.0f} by {tilemap.bounds.height:,.0f} pixels, most of them empty",
        Location(tilemap.path),
        f"is this tile a stray: {stray}? Remove it, or leave it if it is meant",
    )
    return replace(tilemap, notes=(*tilemap.notes, note))


def refuse_windows(tilemap: TileMap, settings: BakeSettings) -> None:
    """Raise MapError for a map that is painted in windows, where words are neither edited nor observed."""
    if in_windows(tilemap, settings):
        raise MapError(
            "words are neither edited nor observed in a map that is painted in windows, as large ones are",
            where=Location(tilemap.path),
            hint='set "windows" to "never", which paints it in one piece, with smaller tiles if need be',
        )


def with_less_detail(settings: BakeSettings, pixels_per_tile: int, steps: int) -> BakeSettings:
    """Return settings that paint the same map in less time, in smaller tiles and fewer steps."""
    return _with_width(in_fewer_steps(settings, steps), pixels_per_tile)


def in_fewer_steps(settings: BakeSettings, steps: int) -> BakeSettings:
    """Return settings that paint in these steps.

    Karras' sigmas need about ten steps; with fewer, even ones give calmer pictures.
    """
    scheduler = "dpmpp_2m" if settings.scheduler == "dpmpp_2m_karras" else settings.scheduler
    return settings.model_copy(update={"steps": steps, "scheduler": scheduler})


def _with_width(settings: BakeSettings, pixels_per_tile: int) -> BakeSettings:
    """Change the size of tiles, and keep masks as soft as they were by tiles."""
    scale = pixels_per_tile / (settings.pixels_per_tile or pixels_per_tile)
    sigmas = {"mask_sigma": settings.mask_sigma, "mask_sigma_end": settings.mask_sigma_end}
    scaled = {name: sigma * scale for name, sigma in sigmas.items() if sigma is not None}
    return settings.model_copy(update={"pixels_per_tile": pixels_per_tile, **scaled})
