"""Bake a request to a texture. Here masks, prompts, noise and pixels come together."""

from dataclasses import replace
from functools import cached_property, partial
from typing import TypeVar

import numpy as np

from tilebake.errors import BakeError, Location, PromptError
from tilebake.level.canvas import LATENT, Canvas, canvas_of, in_windows, map_box
from tilebake.level.decide import refuse_windows
from tilebake.level.edit.edit import Edit
from tilebake.level.output import MOST_PIXELS, art_block, picture_size
from tilebake.level.settings import AnySettings, BakeSettings
from tilebake.level.tilemap import TileMap
from tilebake.level.torus.tile_layout import layout_of
from tilebake.level.torus.wrap import Wrap, axes_of, periods_of, refuse_unwrappable_size
from tilebake.level.windows.lattice import extent_of
from tilebake.level.windows.patches import find_patches
from tilebake.level.windows.world_units import WorldUnit
from tilebake.paint import picture
from tilebake.paint.art.own_pictures import canvas_of_art, with_own_pictures
from tilebake.paint.control.editing import EditedFrom, edit_scene
from tilebake.paint.control.kept_source.store import SourceSlot, SourceStore
from tilebake.paint.denoise import Sampling, denoise
from tilebake.paint.model.load import Components
from tilebake.paint.prompts.encode import plain_conditioning
from tilebake.paint.references.condition_map import condition_map
from tilebake.paint.regional.blending import blending, plain_blending
from tilebake.paint.scene import BakeRun, Painted, Scene, run
from tilebake.paint.structure.find_structure import find_structure
from tilebake.paint.torus.finish import cut_tiles, finish_wrapped
from tilebake.paint.torus.torus import Torus, torus_of
from tilebake.paint.windows.frozen_norms import FrozenStatistics
from tilebake.paint.windows.paint_world import paint_unit, paint_world, patch_world
from tilebake.paint.windows.store import KeptPictures, MemoryStore, WindowStore
from tilebake.paint.windows.swatch import swatch_statistics
from tilebake.request import BakeRequest, OnStep
from tilebake.texture import PaintedUnit, Texture

_Extra = TypeVar("_Extra")


class Pipeline:
    """Paint with one model. Its method `bake` is a Baker: a request goes in, a texture comes out."""

    def __init__(
        self,
        components: Components,
        store: WindowStore | None = None,
        sources: SourceStore | None = None,
    ) -> None:
        """Paint with a model, and keep the windows of large maps in a store.

        In front of it, or in place of none, each bake keeps them in memory. `sources` keeps what the next
        edit of the same map need not paint again; without it nothing is kept. Pictures that were patched are
        kept for the next patch.
        """
        self.components = components
        self._store = store
        self._sources = sources
        self.pictures = KeptPictures()

    def bake(self, request: BakeRequest, on_step: OnStep) -> Texture:
        """Paint a map at its own pixel size, under its edit if it has one, or as its anchor with patches.

        Raises MapError for a map too large, PromptError for a prompt that cannot be encoded, and BakeError
        when memory runs out or the picture comes out broken; what `on_step` raises passes through. The model
        is afterwards as it was.
        """
        _refuse_vast(request)
        if request.anchor is not None:
            return self._patch_world(request, request.anchor, on_step).texture(request)
        if in_windows(request.tilemap, request.settings):
            _refuse_in_windows(request)
            return self._paint_world(request, on_step).texture(request)
        edit = request.tilemap.edit
        if edit is None:
            return cut_out(self.paint_scene(self.scene(request), on_step), request).texture(request)
        return cut_out(self._bake_edit(request, edit, on_step), request).texture(request)

    def edit(self, request: BakeRequest, edit: Edit, on_step: OnStep) -> Painted[EditedFrom]:
        """Paint a request's whole map as it is and as it is edited, whatever edit the map holds.

        Raises as `bake` does, and PromptError for a terrain or word that is not there.
        """
        if edit.source == "art":
            scene = self.scene(request)
            art = canvas_of_art(scene, request.tilemap)
            return edit_scene(self.components, scene, edit, on_step, art=art)
        slot = None if self._sources is None else SourceSlot(self._sources, source_key(request))
        return edit_scene(self.components, self.scene(request), edit, on_step, slot=slot)

    def generate(
        self,
        prompt: str,
        size: tuple[int, int],
        on_step: OnStep,
        *,
        negative_prompt: str | None = None,
        settings: AnySettings | None = None,
        seed: int = 0,
        wrap: Wrap | None = None,
    ) -> Painted[None]:
        """Paint one prompt, plain SDXL: the baseline, on the same code path.

        `size` is width and height in pixels. Of `settings`, those of sampling count. Along `wrap` the picture
        goes on at its other side. Raises PromptError and BakeError, as `bake` does, and BakeError for a size
        that is no multiple of 8, or cannot wrap.
        """
        scene = self.plain_scene(prompt, negative_prompt, size, settings, seed)
        refuse_unwrappable_size(size, wrap)
        axes = axes_of(wrap)
        torus = Torus(axes, periods_of(axes, scene.canvas.latent_size))
        return self.paint_scene(replace(scene, torus=torus), on_step)

    def scene(self, request: BakeRequest) -> Scene:
        """Make the scene of a request's whole map, in one piece.

        Raises MapError for a map too large, and for one that is painted in windows.
        """
        tilemap, settings = request.tilemap, request.settings
        refuse_windows(tilemap, settings)
        canvas = canvas_of(tilemap, settings)
        sampling = Sampling.from_settings(settings, self.components.defaults, request.seed)
        blend = blending(tilemap, canvas, settings, sampling.steps)
        structure = find_structure(tilemap, settings, canvas.scale)
        scale = canvas.scale if settings.keep_resolution else 1.0  # pixels of the picture per map pixel
        scene = Scene(
            canvas=canvas,
            condition=lambda components: condition_map(components, tilemap),
            blend=blend,
            sampling=sampling,
            finish=partial(
                finish_wrapped,
                empty=blend.regions[blend.steps[-1].mask_sigma].empty,
                settings=settings,
                box=map_box(tilemap, canvas),
                size=picture_size(tilemap.bounds, scale),
                block=art_block(tilemap.tile_size[0] * scale, settings.art_pixels_per_tile),
                axes=axes_of(tilemap.wrap),
                retouch=partial(cut_tiles, layout_of(tilemap)) if tilemap.tile_set else None,
            ),
            terrains=tuple(terrain.name for terrain in tilemap.terrains),
            torus=torus_of(tilemap, canvas),
            make_guide=None if structure is None else structure.over(extent_of(canvas), blend),
        )
        return with_own_pictures(scene, tilemap, settings)

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

    def paint_unit(self, request: BakeRequest, unit: WorldUnit, on_step: OnStep) -> PaintedUnit:
        """Paint a unit of a map in windows into the store, for whoever bakes that map. Raises as `bake` does.

        Of the map, the unit's surroundings are enough.
        """
        _refuse_in_windows(request)
        store = MemoryStore(self._store)
        return paint_unit(self.components, request, unit, store, self._statistics, on_step)

    @cached_property
    def _statistics(self) -> FrozenStatistics:
        return swatch_statistics(self.components.vae)

    def _paint_world(self, request: BakeRequest, on_step: OnStep) -> Painted[None]:
        store = MemoryStore(self._store)
        return paint_world(self.components, request, store, self._statistics, on_step)

    def _patch_world(self, request: BakeRequest, anchor: TileMap, on_step: OnStep) -> Painted[None]:
        patches = find_patches(anchor, request.tilemap, request.settings)
        if patches is None:
            raise BakeError("the map differs too much from the one that is patched", hint="bake it anew")
        store = MemoryStore(self._store)
        return patch_world(self.components, request, patches, store, self.pictures, self._statistics, on_step)

    def paint_scene(self, scene: Scene, on_step: OnStep) -> Painted[None]:
        """Paint a scene that is no edit, whatever made it. Raises as `bake` does."""

        def paint(bake_run: BakeRun) -> Painted[None]:
            conditioning = bake_run.encode(scene.condition)
            latents = bake_run.denoise(lambda make_denoiser: denoise(make_denoiser(conditioning), on_step))
            return bake_run.finish(bake_run.decode(latents), None, conditioning.notes)

        return run(self.components, scene, paint)

    def _bake_edit(self, request: BakeRequest, edit: Edit, on_step: OnStep) -> Painted[EditedFrom]:
        """Paint the edit that a map holds, which is the place of what is wrong with it."""
        try:
            return self.edit(request, edit, on_step)
        except PromptError as error:
            place = (
                Location(request.tilemap.path, json_path="$.edit")
                if error.where == Location()
                else error.where
            )
            raise PromptError(error.what, where=place, hint=error.hint) from None


def source_key(request: BakeRequest) -> str:
    """Return what tells one map's painting without its edit from all others of one model: a SHA-256 (hex)."""
    source = replace(request.tilemap, edit=None)
    return replace(request, tilemap=source, region=None).digest()


def _refuse_in_windows(request: BakeRequest) -> None:
    """Raise MapError for an edit, which a map in windows cannot have."""
    if request.tilemap.edit is not None:
        refuse_windows(request.tilemap, request.settings)


def _refuse_vast(request: BakeRequest) -> None:
    """Raise BakeError for a picture that is too large to be made at once."""
    scale = canvas_of(request.tilemap, request.settings).scale if request.settings.keep_resolution else 1.0
    size = picture_size(request.shown, scale)
    if size.area > MOST_PIXELS:
        what = f"the picture would be {size}; at most {MOST_PIXELS:,} can be made at once"
        raise BakeError(what, hint="paint a region of it, or have `tilebake bake` paint it in pages")


def cut_out(painted: Painted[_Extra], request: BakeRequest) -> Painted[_Extra]:
    """Return what a request shows of a picture that was painted whole."""
    if request.region is None:
        return painted
    height, width = painted.image.shape[:2]
    box, bounds = request.region, request.tilemap.bounds
    across, down = width / bounds.width, height / bounds.height
    columns = slice(round((box.x - bounds.x) * across), round((box.x + box.width - bounds.x) * across))
    rows = slice(round((box.y - bounds.y) * down), round((box.y + box.height - bounds.y) * down))
    return replace(painted, image=np.ascontiguousarray(painted.image[rows, columns]))
