"""Give a scene the map's own pictures: what its painting begins from, and what stays as it is.

Starting from a picture under part of the noise is SDEdit (Meng et al. 2022, arXiv:2108.01073), as img2img in
diffusers does it. What stays is held at every step, as noisy as the rest, so that the painting fits it.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from tilebake.level.art.own_picture import OwnPicture
from tilebake.level.canvas import map_box
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap
from tilebake.level.torus.wrap import axes_of
from tilebake.paint.art.encode_picture import encode_picture
from tilebake.paint.art.lay_on_canvas import (
    covered_latents,
    fill_holes,
    lay_on_canvas,
    lay_over_canvas,
    lay_over_painting,
)
from tilebake.paint.art.take_colours import Colours
from tilebake.paint.denoise import HeldLatents, Span
from tilebake.paint.model.load import Components
from tilebake.paint.picture import PixelArray
from tilebake.paint.scene import Scene
from tilebake.paint.schedulers import first_step_within

Finish = Callable[[NDArray[np.float32]], PixelArray]


def with_own_pictures(scene: Scene, tilemap: TileMap, settings: BakeSettings) -> Scene:
    """Return a map's scene that begins from its art, at `init_strength`, and keeps what it is to keep."""
    art = tilemap.art if settings.init_strength is not None else None
    keep = None if tilemap.keep is None or tilemap.keep.is_empty else tilemap.keep
    if art is None and keep is None:
        return scene
    strength = None if art is None else settings.init_strength
    begin = partial(_begin, scene=scene, tilemap=tilemap, art=art, keep=keep, strength=strength)
    if keep is None:
        return replace(scene, begin=begin)
    return replace(scene, begin=begin, finish=partial(_finish_around, scene.finish, keep))


def canvas_of_art(scene: Scene, tilemap: TileMap) -> NDArray[np.float32]:
    """Lay a map's art on its scene's canvas: [H, W, 3] in 0..1; under holes the nearest colours go on."""
    assert tilemap.art is not None, "the map names its art"
    canvas = scene.canvas
    size, axes = (canvas.width, canvas.height), axes_of(tilemap.wrap)
    return fill_holes(lay_on_canvas(tilemap.art.pixels(), map_box(tilemap, canvas), size, axes))


def _begin(
    components: Components,
    scene: Scene,
    tilemap: TileMap,
    art: OwnPicture | None,
    keep: OwnPicture | None,
    strength: float | None,
) -> Span:
    """Encode what a painting begins from, with what it keeps in its place: both are one picture."""
    canvas, sampling = scene.canvas, scene.sampling

    def lay(picture: OwnPicture) -> PixelArray:
        size = canvas.width, canvas.height
        return lay_on_canvas(picture.pixels(), map_box(tilemap, canvas), size, axes_of(tilemap.wrap))

    kept = None if keep is None else lay(keep)
    there = None
    if art is not None:
        there = lay(art)
        below = fill_holes(there)
        shown = below if kept is None else lay_over_canvas(kept, below)
    else:
        assert kept is not None, "there is a picture"
        shown = fill_holes(kept)
    clean = encode_picture(components, shown)
    hold = None
    if kept is not None:
        hold = HeldLatents(clean, torch.from_numpy(~covered_latents(kept))[None, None])
    first = 0
    if strength is not None:
        scheduler = sampling.make_scheduler(components.scheduler_config)
        first = first_step_within(scheduler, sampling.steps, strength)
    if there is None:
        return Span(range(first, sampling.steps), hold=hold)
    colours = Colours(clean, torch.from_numpy(covered_latents(there))[None, None])
    return Span(range(first, sampling.steps), clean=clean, hold=hold, colours=colours)


def _finish_around(finish: Finish, keep: OwnPicture, canvas: NDArray[np.float32]) -> PixelArray:
    """Finish a picture, and lay over it what is kept."""
    return lay_over_painting(keep.pixels(), finish(canvas))
