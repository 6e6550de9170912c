"""Render where words work in a map, as a layer of heat over the level."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tilebake.level.canvas import LATENT, canvas_of, map_box
from tilebake.level.output import picture_size
from tilebake.paint.observe.attention_maps import AttentionMaps
from tilebake.paint.observe.observe import collect_attention_maps
from tilebake.paint.picture import Box
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.report.mask_sheet import heat
from tilebake.request import AttentionQuery, BakeRequest, OnStep


def heat_layer(
    pipeline: Pipeline, request: BakeRequest, query: AttentionQuery, on_step: OnStep
) -> NDArray[np.uint8]:
    """Paint a map and return where words of its prompts work: RGBA [height, width, 4] at its own pixel size.

    An edit in the map is ignored. Raises what Pipeline.bake does, MapError for a terrain that no
    tile has, and PromptError for a word that is not there.
    """
    tilemap = request.tilemap
    regions = None if query.terrain is None else [tilemap.index_of(query.terrain)]
    scene = pipeline.scene(request)
    maps = collect_attention_maps(pipeline.components, scene, query.words, on_step, regions)
    canvas = canvas_of(tilemap, request.settings)
    size = picture_size(tilemap.bounds)
    return layer(maps, map_box(tilemap, canvas), size)


def layer(maps: AttentionMaps, box: Box, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Render the attention maps of all words together, as the mean over the steps: RGBA [height, width, 4].

    `box` is what is shown, in canvas pixels, at `size` = (width, height). Colour and opacity show the
    share of the peak: where the words do not work, the layer is transparent.
    """
    together = maps.by_step().mean(axis=0).sum(axis=0)  # [h, w]
    zoom = LATENT * 2 ** min(maps.levels)  # canvas pixels along a value
    height, width = together.shape
    left, top, right, bottom = (edge / zoom for edge in box)
    shown = Image.fromarray(together).resize(
        size, Image.Resampling.BICUBIC, box=(left, top, min(right, width), min(bottom, height))
    )
    values = np.asarray(shown).clip(min=0)
    share = (values / max(float(values.max()), float(np.finfo(np.float32).tiny))).astype(np.float32)
    opacity = (255 * share).round().astype(np.uint8)
    return np.concatenate([heat(share), opacity[..., None]], axis=-1)
