"""Pipeline: a request in, a texture out. Here masks, prompts, noise and pixels come together."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tilebake.errors import BakeError, Location, PromptError
from tilebake.level.canvas import LATENT, Canvas, canvas_for, map_box
from tilebake.level.edit.edit import Edit
from tilebake.level.settings import BakeSettings
from tilebake.paint import picture
from tilebake.paint.control.editing import edit_scene, edited_texture
from tilebake.paint.denoise import Sampling, denoise
from tilebake.paint.model.load import Components
from tilebake.paint.prompts.encode import condition, plain_conditioning
from tilebake.paint.regional.blending import Blending, blending, plain_blending
from tilebake.paint.scene import Attempt, Clock, Scene, environment, paint
from tilebake.request import BakeRequest, OnStep
from tilebake.texture import Texture, pixel_hash


@dataclass(frozen=True, eq=False)
class Generated:
    """A picture of plain SDXL, with no map and no regions: the baseline."""

    image: NDArray[np.uint8]  # [height, width, 3]
    timings: Mapping[str, float]  # seconds, by stage
    degraded: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Painted:
    """A scene, painted."""

    image: NDArray[np.uint8]  # [height, width, 3 or 4]
    degraded: tuple[str, ...]
    environment: Mapping[str, str]


class Pipeline:
    """Paints with one model. `bake` is a Baker."""

    def __init__(self, components: Components) -> None:
        self.components = components

    def bake(self, request: BakeRequest, on_step: OnStep) -> Texture:
        """Paints a map at its own pixel size, under its edit if it has one.

        Raises MapError for a map too large, PromptError for a prompt that cannot be encoded, and BakeError
        when memory runs out or the picture comes out broken; what `on_step` raises passes through. The model
        is afterwards as it was.
        """
        edit = request.tilemap.edit
        if edit is not None:
            return self._edited(request, edit, on_step)
        clock = Clock(self.components)
        painted = self._paint(self.scene(request), on_step, clock)
        return Texture(
            image=painted.image,
            digest=request.digest(),
            pixel_hash=pixel_hash(painted.image),
            timings=clock.timings,
            environment=painted.environment,
            degraded=painted.degraded,
        )

    def generate(
        self,
        prompt: str,
        *,
        negative_prompt: str | None = None,
        width: int,
        height: int,
        steps: int | None = None,
        guidance_scale: float | None = None,
        guidance_scale_low: float | None = None,
        guidance_start: float = 0.0,
        guidance_end: float = 1.0,
        scheduler: str | None = None,
        seed: int = 0,
        on_step: OnStep,
    ) -> Generated:
        """Paints one prompt, plain SDXL: the baseline, on the same code path. Width and height in pixels.

        Raises PromptError and BakeError, as `bake` does, and BakeError for a size that is no multiple of 8.
        """
        clock = Clock(self.components)
        scales = guidance_scale, guidance_scale_low
        sampling = self.sampling(steps, scales, scheduler, seed, (guidance_start, guidance_end))
        scene = plain_scene(prompt, negative_prompt, (width, height), sampling)
        painted = self._paint(scene, on_step, clock)
        return Generated(painted.image, clock.timings, painted.degraded)

    def scene(self, request: BakeRequest) -> Scene:
        """What a request asks for. Raises MapError for a map too large."""
        tilemap, settings = request.tilemap, request.settings
        canvas = canvas_for(tilemap, settings.pixels_per_tile)
        scales = settings.guidance_scale, settings.guidance_scale_low
        interval = settings.guidance_start, settings.guidance_end
        sampling = self.sampling(settings.steps, scales, settings.scheduler, request.seed, interval)
        blend = blending(tilemap, canvas, settings, sampling.steps)
        bounds = tilemap.bounds
        size = max(1, round(bounds.width)), max(1, round(bounds.height))
        return Scene(
            canvas=canvas,
            condition=lambda components: condition(components, tilemap),
            blend=blend,
            sampling=sampling,
            finish=partial(finish, blend=blend, settings=settings, box=map_box(tilemap, canvas), size=size),
            terrains=tuple(terrain.name for terrain in tilemap.terrains),
        )

    def sampling(
        self,
        steps: int | None,
        scales: tuple[float | None, float | None],
        scheduler: str | None,
        seed: int,
        interval: tuple[float, float] = (0.0, 1.0),
    ) -> Sampling:
        """What is given, and the model's own recommendation for the rest.

        `scales` are those of guidance, and of guidance of broad colours; `interval` is the shares of the
        steps after which guidance begins and ends.
        """
        defaults = self.components.defaults
        scale, scale_low = defaults.guidance(*scales)
        return Sampling(
            steps=defaults.steps if steps is None else steps,
            guidance_scale=scale,
            guidance_scale_low=scale_low,
            scheduler=defaults.scheduler if scheduler is None else scheduler,
            seed=seed,
            guidance_start=interval[0],
            guidance_end=interval[1],
        )

    def _edited(self, request: BakeRequest, edit: Edit, on_step: OnStep) -> Texture:
        try:
            edited = edit_scene(self.components, self.scene(request), edit, on_step)
        except PromptError as error:
            place = (
                Location(request.tilemap.path, json_path="$.edit")
                if error.where == Location()
                else error.where
            )
            raise PromptError(error.what, where=place, hint=error.hint) from None
        return edited_texture(edited, request)

    def _paint(self, scene: Scene, on_step: OnStep, clock: Clock) -> Painted:
        def once(components: Components) -> Painted:
            attempt = Attempt(components, scene, clock)
            conditioning = attempt.encode(scene.condition)
            latents = attempt.denoise(lambda: denoise(attempt.denoiser(conditioning), on_step))
            image = scene.finish(attempt.decode(latents))
            return Painted(image, attempt.degraded, environment(components))

        return paint(self.components, once)


def plain_scene(prompt: str, negative_prompt: str | None, size: tuple[int, int], sampling: Sampling) -> Scene:
    """One prompt on a canvas of its own; `size` is width and height in pixels.

    Raises BakeError for a size that is no multiple of 8.
    """
    width, height = size
    if min(width, height) < LATENT or width % LATENT or height % LATENT:
        raise BakeError(f"{width} x {height} pixels", hint=f"width and height must be multiples of {LATENT}")
    canvas = Canvas(width, height, scale=1.0, origin_x=0, origin_y=0)
    return Scene(
        canvas=canvas,
        condition=lambda components: plain_conditioning(components, prompt, negative_prompt or None),
        blend=plain_blending(canvas.latent_size, sampling.steps),
        sampling=sampling,
        finish=picture.to_pixels,
    )


def finish(
    image: NDArray[np.float32],
    blend: Blending,
    settings: BakeSettings,
    box: picture.Box,
    size: tuple[int, int],
) -> NDArray[np.uint8]:
    """The canvas [H, W, 3] in 0..1 as the texture [h, w, 3 or 4] that the settings ask for."""
    pixels = picture.scale(picture.to_pixels(image), box, size, settings.resample)
    if settings.palette is not None:
        pixels = picture.to_palette(pixels, settings.palette)
    if settings.transparent:
        empty = blend.regions[blend.steps[-1].mask_sigma].empty
        opacity = picture.alpha(empty, box, size, settings.resample)
        pixels = np.concatenate([pixels, opacity[..., None]], axis=-1)
    return np.ascontiguousarray(pixels)
