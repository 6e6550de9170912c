"""Pipeline: a request in, a texture out. Here masks, prompts, noise and pixels come together."""

import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

import diffusers
import numpy as np
import torch
import transformers
from numpy.typing import NDArray

from tilebake.errors import BakeError
from tilebake.level.canvas import Canvas, canvas_for, map_box
from tilebake.level.regions import LATENT
from tilebake.level.settings import BakeSettings
from tilebake.paint import picture
from tilebake.paint.blending import Blending, blending, plain_blending
from tilebake.paint.decode import decode
from tilebake.paint.denoise import Sampling, denoise
from tilebake.paint.memory import MemoryRanOutError, Rung, descend, on_cpu, parked, streamed
from tilebake.paint.models import STREAMED, Components, models
from tilebake.paint.noise import coordinate_noise
from tilebake.paint.prompts import Conditioning, condition, plain_conditioning
from tilebake.request import BakeRequest, OnStep, Texture, pixel_hash

ON_CPU = "painted on the CPU"


@dataclass(frozen=True, eq=False)
class Generated:
    """A picture of plain SDXL, with no map and no regions: the baseline."""

    image: NDArray[np.uint8]  # [height, width, 3]
    timings: Mapping[str, float]  # seconds, by stage
    degraded: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Painted:
    """A canvas as decoded."""

    image: NDArray[np.float32]  # [H, W, 3] in 0..1
    degraded: tuple[str, ...]
    environment: Mapping[str, str]


class Pipeline:
    """Paints with one model. `bake` is a Baker."""

    def __init__(self, components: Components) -> None:
        self.components = components

    def bake(self, request: BakeRequest, on_step: OnStep) -> Texture:
        """Paints a map at its own pixel size.

        Raises MapError for a map too large, PromptError for a prompt that cannot be encoded, and BakeError
        when memory runs out or the picture comes out broken; what `on_step` raises passes through. The model
        is afterwards as it was.
        """
        clock = Clock(self.components)
        tilemap, settings = request.tilemap, request.settings
        canvas = canvas_for(tilemap, settings.pixels_per_tile)
        scales = settings.guidance_scale, settings.guidance_scale_low
        sampling = self._sampling(settings.steps, scales, settings.scheduler, request.seed)
        blend = blending(tilemap, canvas, settings, sampling.steps)
        task = Task(canvas, lambda components: condition(components, tilemap), blend, sampling)
        painted = paint(self.components, task, on_step, clock)
        bounds = tilemap.bounds
        size = max(1, round(bounds.width)), max(1, round(bounds.height))
        image = finish(painted.image, blend, settings, map_box(tilemap, canvas), size)
        return Texture(
            image=image,
            digest=request.digest(),
            pixel_hash=pixel_hash(image),
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
        scheduler: str | None = None,
        seed: int = 0,
        on_step: OnStep,
    ) -> Generated:
        """Paints one prompt, plain SDXL: the baseline, on the same code path. Width and height in pixels.

        Raises PromptError and BakeError, as `bake` does, and BakeError for a size that is no multiple of 8.
        """
        if min(width, height) < LATENT or width % LATENT or height % LATENT:
            raise BakeError(
                f"{width} x {height} pixels", mend=f"width and height must be multiples of {LATENT}"
            )
        clock = Clock(self.components)
        sampling = self._sampling(steps, (guidance_scale, guidance_scale_low), scheduler, seed)
        canvas = Canvas(width, height, scale=1.0, origin_x=0, origin_y=0)
        blend = plain_blending(canvas.latent_size, sampling.steps)
        task = Task(
            canvas,
            lambda components: plain_conditioning(components, prompt, negative_prompt or None),
            blend,
            sampling,
        )
        painted = paint(self.components, task, on_step, clock)
        return Generated(picture.to_pixels(painted.image), clock.timings, painted.degraded)

    def _sampling(
        self, steps: int | None, scales: tuple[float | None, float | None], scheduler: str | None, seed: int
    ) -> Sampling:
        """What is given, and the model's own recommendation for the rest."""
        defaults = self.components.defaults
        scale, scale_low = defaults.guidance(*scales)
        return Sampling(
            steps=defaults.steps if steps is None else steps,
            guidance_scale=scale,
            guidance_scale_low=scale_low,
            scheduler=defaults.scheduler if scheduler is None else scheduler,
            seed=seed,
        )


@dataclass(frozen=True, eq=False)
class Task:
    """A picture to be painted, whatever with."""

    canvas: Canvas
    condition: Callable[[Components], Conditioning]
    blend: Blending
    sampling: Sampling


def paint(components: Components, task: Task, on_step: OnStep, clock: "Clock") -> Painted:
    """Prompts and noise → latents → pixels of the whole canvas, on the CPU if memory runs out all the same.

    Raises MemoryRanOutError when it does so there.
    """
    try:
        return paint_once(components, task, on_step, clock)
    except MemoryRanOutError:
        if components.device.type == "cpu":
            raise
    with on_cpu(*models(components), device=components.device):
        cpu = replace(components, device=torch.device("cpu"), dtype=torch.float32, degraded=(ON_CPU,))
        return paint_once(cpu, task, on_step, clock)


def paint_once(components: Components, task: Task, on_step: OnStep, clock: "Clock") -> Painted:
    """The same where the components are, falling back as far as that goes. Raises MemoryRanOutError."""
    canvas, sampling = task.canvas, task.sampling
    with clock.stage("encode"):
        conditioning, _ = descend(lambda: task.condition(components), [], "read the prompts")
    noise = canvas_noise(components, canvas, sampling.seed)
    with clock.stage("denoise"):
        latents, denoising = descend(
            lambda: denoise(components, noise, conditioning, task.blend, sampling, on_step),
            _rungs(components),
            f"denoise {canvas.width} x {canvas.height} pixels",
        )
    with clock.stage("decode"):
        image, decoding = decode(components, latents)
    degraded = (*components.degraded, *denoising, *decoding)
    return Painted(image, degraded, environment(components))


def _rungs(components: Components) -> list[Rung]:
    """What can be given up while denoising: nothing where the weights are in main memory already."""
    if components.device.type == "cpu" or components.degraded:
        return []
    others = (components.vae, components.text_encoder, components.text_encoder_2)
    return [
        Rung("other models parked while denoising", lambda: parked(*others)),
        Rung(STREAMED, lambda: streamed(components.unet, components.device)),
    ]


def canvas_noise(components: Components, canvas: Canvas, seed: int) -> torch.Tensor:
    """World-anchored noise [1, C, h, w] for a canvas."""
    height, width = canvas.latent_size
    channels = components.unet.config["in_channels"]
    noise = coordinate_noise(seed, canvas.origin_x, canvas.origin_y, width, height, channels)
    return torch.from_numpy(noise)[None]


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


def environment(components: Components) -> dict[str, str]:
    """What painted: the device and everything else that may change the last bit of a pixel."""
    device = components.device
    name = (
        torch.cuda.get_device_name(device)
        if device.type == "cuda"
        else torch.backends.cpu.get_cpu_capability()
    )
    return {
        "device": str(device),
        "device_name": name,
        "dtype": str(components.dtype).removeprefix("torch."),
        "torch": torch.__version__,
        "diffusers": diffusers.__version__,
        "transformers": transformers.__version__,
    }


class Clock:
    """Seconds by stage. Waits for the device at a stage's end, to count its work where it belongs."""

    def __init__(self, components: Components) -> None:
        self.device = components.device
        self.timings = {"load": components.load_seconds}

    @contextmanager
    def stage(self, name: str) -> Generator[None]:
        """Times what happens inside."""
        started = time.perf_counter()
        yield
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        elif self.device.type == "mps":
            torch.mps.synchronize()
        elif self.device.type == "xpu":
            torch.xpu.synchronize(self.device)
        self.timings[name] = time.perf_counter() - started
