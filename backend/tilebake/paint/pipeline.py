"""Bake a request to a texture. Here masks, prompts, noise and pixels come together."""

from dataclasses import replace
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from tilebake.errors import BakeError, Location, PromptError
from tilebake.level.canvas import LATENT, Canvas, box_on, canvas_of, in_windows
from tilebake.level.edit.edit import Edit
from tilebake.level.map.grid import Bounds
from tilebake.level.output import picture_size
from tilebake.level.settings import AnySettings, BakeSettings
from tilebake.level.windows.part import canvas_around, part_around
from tilebake.paint import picture
from tilebake.paint.control.editing import EditedFrom, edit_scene
from tilebake.paint.denoise import Sampling, denoise
from tilebake.paint.model.load import Components
from tilebake.paint.prompts.encode import condition, plain_conditioning
from tilebake.paint.regional.blending import Blending, blending, plain_blending
from tilebake.paint.scene import BakeRun, Painted, Scene, run
from tilebake.paint.windows.frozen_norms import FrozenStatistics
from tilebake.paint.windows.paint_world import paint_world, patch_world
from tilebake.paint.windows.store import MemoryStore, WindowStore
from tilebake.paint.windows.swatch import swatch_statistics
from tilebake.request import BakeRequest, OnStep
from tilebake.texture import Texture


class Pipeline:
    """Paint with one model. Its method `bake` is a Baker: a request goes in, a texture comes out."""

    def __init__(self, components: Components, store: WindowStore | None = None) -> None:
        """Paint with a model, and keep the windows of large maps in a store.

        In front of it, or in place of none, each bake keeps them in memory.
        """
        self.components = components
        self._store = store

    def bake(self, request: BakeRequest, on_step: OnStep) -> Texture:
        """Paint a map at its own pixel size, under its edit if it has one.

        Raises MapError for a map too large, PromptError for a prompt that cannot be encoded, and BakeError
        when memory runs out or the picture comes out broken; what `on_step` raises passes through. The model
        is afterwards as it was.
        """
        edit, scene = request.tilemap.edit, self.scene(request)
        if in_windows(request.tilemap, request.settings):
            return self._paint_world(request, scene, on_step).texture(request)
        if edit is None:
            return self._paint(scene, on_step).texture(request)
        return self._paint_edit(request, scene, edit, on_step).texture(request)

    def patch(self, request: BakeRequest, texture: Texture, on_step: OnStep) -> Texture:
        """Paint a map by patching the texture of its request's anchor.

        Raises what `bake` raises.
        """

        def scene_of(region: Bounds) -> Scene:
            part = part_around(request.tilemap, request.settings, region)
            return self.scene(replace(request.clean, tilemap=part, region=region))

        store = MemoryStore() if self._store is None else self._store
        painted = patch_world(
            self.components, request, texture.image, scene_of, store, self._statistics, on_step
        )
        return painted.texture(request)

    def generate(
        self,
        prompt: str,
        size: tuple[int, int],
        on_step: OnStep,
        *,
        negative_prompt: str | None = None,
        settings: AnySettings | None = None,
        seed: int = 0,
    ) -> Painted[None]:
        """Paint one prompt, plain SDXL: the baseline, on the same code path.

        `size` is width and height in pixels. Of `settings`, those of sampling count. Raises PromptError and
        BakeError, as `bake` does, and BakeError for a size that is no multiple of 8.
        """
        return self._paint(self.plain_scene(prompt, negative_prompt, size, settings, seed), on_step)

    def scene(self, request: BakeRequest) -> Scene:
        """Make the scene of a request, of what it shows. Raises MapError for a map too large."""
        tilemap, settings = request.tilemap, request.settings
        canvas = canvas_of(tilemap, settings)
        if in_windows(tilemap, settings):
            canvas = canvas_around(request.shown, canvas)
        sampling = Sampling.from_settings(settings, self.components.defaults, request.seed)
        blend = blending(tilemap, canvas, settings, sampling.steps)
        scale = canvas.scale if settings.keep_resolution else 1.0  # pixels of the picture per map pixel
        return Scene(
            canvas=canvas,
            condition=lambda components: condition(components, tilemap),
            blend=blend,
            sampling=sampling,
            finish=partial(
                finish,
                blend=blend,
                settings=settings,
                box=box_on(request.shown, canvas),
                size=picture_size(request.shown, scale),
                block=art_block(tilemap.tile_size[0] * scale, settings.art_pixels_per_tile),
            ),
            terrains=tuple(terrain.name for terrain in tilemap.terrains),
        )

    def plain_scene(
        self,
        prompt: str,
        negative_prompt: str | None,
        size: tuple[int, int],
        settings: AnySettings | None = None,
        seed: int = 0,
    ) -> Scene:
        """Make the scene of one prompt on a canvas of its own; `size` is width and height in pixels.

        Raises BakeError for a size that is no multiple of 8.
        """
        width, height = size
        if min(width, height) < LATENT or width % LATENT or height % LATENT:
            raise BakeError(
                f"{width} x {height} pixels", hint=f"width and height must be multiples of {LATENT}"
            )
        canvas = Canvas(width, height, scale=1.0, origin_x=0, origin_y=0)
        sampling = Sampling.from_settings(settings or BakeSettings(), self.components.defaults, seed)
        return Scene(
            canvas=canvas,
            condition=lambda components: plain_conditioning(components, prompt, negative_prompt or None),
            blend=plain_blending(canvas.latent_size, sampling.steps),
            sampling=sampling,
            finish=picture.to_pixels,
        )

    @cached_property
    def _statistics(self) -> FrozenStatistics:
        return swatch_statistics(self.components.vae)

    def _paint_world(self, request: BakeRequest, scene: Scene, on_step: OnStep) -> Painted[None]:
        store = MemoryStore(self._store)
        return paint_world(self.components, request, scene, store, self._statistics, on_step)

    def _paint(self, scene: Scene, on_step: OnStep) -> Painted[None]:
        def paint(bake_run: BakeRun) -> Painted[None]:
            conditioning = bake_run.encode(scene.condition)
            latents = bake_run.denoise(lambda make_denoiser: denoise(make_denoiser(conditioning), on_step))
            return bake_run.finish(bake_run.decode(latents), None)

        return run(self.components, scene, paint)

    def _paint_edit(
        self, request: BakeRequest, scene: Scene, edit: Edit, on_step: OnStep
    ) -> Painted[EditedFrom]:
        try:
            return edit_scene(self.components, scene, edit, on_step)
        except PromptError as error:
            place = (
                Location(request.tilemap.path, json_path="$.edit")
                if error.where == Location()
                else error.where
            )
            raise PromptError(error.what, where=place, hint=error.hint) from None


def finish(
    image: NDArray[np.float32],
    blend: Blending,
    settings: BakeSettings,
    box: picture.Box,
    size: tuple[int, int],
    block: int = 1,
) -> NDArray[np.uint8]:
    """Turn the canvas [H, W, 3] in 0..1 into the texture [h, w, 3 or 4] that the settings ask for.

    `block` is how many pixels of the texture one art pixel measures.
    """
    width, height = (max(1, round(side / block)) for side in size)
    empty = blend.regions[blend.steps[-1].mask_sigma].empty
    painted = picture.to_pixels(image)
    if settings.transparent:
        painted = picture.bleed(painted, empty)
    pixels = picture.scale(painted, box, (width, height), settings.resample)
    if settings.palette is not None:
        pixels = picture.to_palette(pixels, settings.palette)
    if settings.transparent:
        edge = settings.resample if settings.art_pixels_per_tile is None else "nearest"
        opacity = picture.alpha(empty, box, (width, height), edge)
        pixels = np.concatenate([pixels, opacity[..., None]], axis=-1)
    if (width, height) != size:
        pixels = picture.scale(pixels, (0, 0, width, height), size, "nearest")
    return np.ascontiguousarray(pixels)


def art_block(tile_width: float, art_pixels: int | None) -> int:
    """Return how many pixels of a picture an art pixel measures: whole ones, so that all blocks are alike."""
    return 1 if art_pixels is None else max(1, round(tile_width / art_pixels))
