"""Paint a scene: encode its prompts, denoise, decode, with the fallbacks that memory demands.

`run` gives a task a BakeRun, on the model's device first and on the CPU if memory runs out there. Every
painting is such a task: a plain bake, one whose words are observed, and an edit.
"""

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Generic, Protocol, TypeVar

import diffusers
import numpy as np
import torch
import transformers
from numpy.typing import NDArray

from tilebake.errors import BakeError
from tilebake.level.canvas import Canvas
from tilebake.paint.decode import decode_image
from tilebake.paint.denoise import Denoiser, MakeGuide, Sampling, Span
from tilebake.paint.memory import (
    Fallback,
    MemoryRanOutError,
    on_cpu,
    park,
    run_with_fallbacks,
    stream,
)
from tilebake.paint.model.load import STREAMED, Components, denoising_models, models
from tilebake.paint.prompts.embeds import Conditioning
from tilebake.paint.regional.blending import Blending
from tilebake.paint.regional.layer_prompts import AttentionControl, Projections
from tilebake.paint.schedulers import notes_on_schedule
from tilebake.paint.torus.circular import wrap_convolutions
from tilebake.paint.torus.torus import NO_TORUS, Torus
from tilebake.request import BakeRequest
from tilebake.texture import NOTES, PlacementReport, Texture, pixel_hash

ON_CPU = "painted on the CPU"
TWO_PASSES = "guidance in two passes"
OTHER_NUMBERS = frozenset({ON_CPU, TWO_PASSES})  # the fallbacks that may change latents in their last bits
_Result = TypeVar("_Result")
_Extra = TypeVar("_Extra")


@dataclass(frozen=True, eq=False)
class Scene:
    """Describe what is to be painted, whatever the model: a map, or a plain prompt."""

    canvas: Canvas
    condition: Callable[[Components], Conditioning]
    """Encode the prompts."""
    blend: Blending
    sampling: Sampling
    finish: Callable[[NDArray[np.float32]], NDArray[np.uint8]]
    """Turn the canvas [H, W, 3] in 0..1 into the picture that was asked for."""
    terrains: tuple[str, ...] = ()  # in the order of the conditioning's regions
    torus: Torus = NO_TORUS
    begin: Callable[[Components], Span] | None = None
    """Encode what the painting begins from and keeps; None is noise alone."""
    make_guide: MakeGuide | None = None
    """Make what adds to the UNet's features; None adds nothing."""


@dataclass(frozen=True, eq=False)
class Painted(Generic[_Extra]):
    """Hold a finished picture, and what its task noted beside it."""

    image: NDArray[np.uint8]  # [height, width, 3 or 4]
    extra: _Extra  # of a plain bake None, of an observed one AttentionMaps, of an edit EditedFrom
    timings: Mapping[str, float]  # seconds, by stage
    degraded: tuple[str, ...]  # every fallback that was needed
    environment: Mapping[str, str]
    share: float = 1.0  # of its steps that were taken: windows that are kept need none

    @property
    def notes(self) -> str:
        """What has to be said of it and its model, on one line; empty where there is nothing."""
        return self.environment.get(NOTES, "")

    def texture(self, request: BakeRequest, report: PlacementReport | None = None) -> Texture:
        """Return the picture as the texture of the request that it was painted for."""
        return Texture(
            pixels=self.image,
            digest=request.digest(),
            pixel_hash=pixel_hash(self.image),
            timings=self.timings,
            environment=self.environment,
            degraded=self.degraded,
            report=report,
            share=self.share,
        )


class MakeDenoiser(Protocol):
    """Make a denoiser of the scene before its first step, as the fallback in force demands."""

    def __call__(
        self,
        conditioning: Conditioning,
        controls: Sequence[AttentionControl] = (),
        span: Span | None = None,
        projections: Projections | None = None,
    ) -> Denoiser: ...


class BakeRun:
    """Run encode, denoise and decode once. `degraded` lists every fallback that was needed.

    Every stage raises MemoryRanOutError when no fallback is left.
    """

    def __init__(self, components: Components, scene: Scene, clock: "Clock") -> None:
        self.components = components
        self.scene = scene
        self._clock = clock
        self._degraded = [*components.degraded]
        self._in_two_passes = False

    @property
    def degraded(self) -> tuple[str, ...]:
        """Every fallback that was needed, in words, each once."""
        return tuple(dict.fromkeys(self._degraded))

    def encode(self, task: Callable[[Components], _Result]) -> _Result:
        """Run the task that encodes prompts."""
        with self._clock.stage("encode"):
            return self._run(lambda: task(self.components), [], "read the prompts")

    def denoise(self, task: Callable[[MakeDenoiser], _Result]) -> _Result:
        """Run the task that denoises, anew at every fallback, with the factory of its denoisers."""
        canvas, _ = self.scene.canvas, self._beginning  # which is encoded before other models are parked
        purpose = f"denoise {canvas.width} x {canvas.height} pixels"
        with self._clock.stage("denoise"):
            return self._run(lambda: self._denoise_on_torus(task), self._fallbacks(), purpose)

    def _denoise_on_torus(self, task: Callable[[MakeDenoiser], _Result]) -> _Result:
        with ExitStack() as wrapped:
            for model in denoising_models(self.components):
                wrapped.enter_context(wrap_convolutions(model, self.scene.torus.axes))
            return task(self._make_denoiser)

    def decode(self, latents: torch.Tensor) -> NDArray[np.float32]:
        """Decode latents [1, C, h, w] to the canvas [H, W, 3] in 0..1.

        Raises BakeError when it comes out broken.
        """
        wrapped = wrap_convolutions(self.components.vae, self.scene.torus.axes)
        with self._clock.stage("decode"), wrapped:
            image, degraded = decode_image(self.components, latents)
        self._degraded += degraded
        return image

    def finish(
        self, canvas: NDArray[np.float32], extra: _Extra, notes: Sequence[str] = ()
    ) -> Painted[_Extra]:
        """Finish the picture of a decoded canvas [H, W, 3], with what the task noted beside it.

        `notes` are what has to be said of the picture. Raises BakeError when memory runs out: that is main
        memory, wherever the picture was painted.
        """
        try:
            image = self.scene.finish(canvas)
        except MemoryError:
            what = "not enough memory to scale the picture to the map's own size"
            hint = "close other programs, lower tile_size, or split the map"
            raise BakeError(what, hint=hint) from None
        told = (*notes_on_sampling(self.components, self.scene.sampling), *notes)
        return Painted(
            image=image,
            extra=extra,
            timings=self._clock.timings,
            degraded=self.degraded,
            environment=describe_environment(self.components, told),
            share=1.0 if (span := self._beginning) is None else len(span.steps) / self.scene.sampling.steps,
        )

    @cached_property
    def _beginning(self) -> Span | None:
        """What every denoiser of the scene begins from, and keeps."""
        begin, axes = self.scene.begin, self.scene.torus.axes
        if begin is None:
            return None
        with self._clock.stage("encode"), wrap_convolutions(self.components.vae, axes):
            return begin(self.components)

    @cached_property
    def _noise(self) -> torch.Tensor:
        """World-anchored noise [1, C, h, w] for the canvas."""
        scene, channels = self.scene, self.components.unet.config["in_channels"]
        return torch.from_numpy(scene.torus.noise(scene.canvas, scene.sampling.seed, channels))[None]

    def _make_denoiser(
        self,
        conditioning: Conditioning,
        controls: Sequence[AttentionControl] = (),
        span: Span | None = None,
        projections: Projections | None = None,
    ) -> Denoiser:
        make_guide = self.scene.make_guide
        return Denoiser(
            self.components,
            self._noise,
            conditioning,
            self.scene.blend,
            self.scene.sampling,
            controls,
            in_two_passes=self._in_two_passes,
            span=span or self._beginning,
            projections=projections,
            torus=self.scene.torus,
            guide=None if make_guide is None else make_guide(self.components, conditioning, projections),
        )

    def _fallbacks(self) -> list[Fallback]:
        """List what can be given up while denoising. Weights in main memory have nowhere else to go."""
        components = self.components
        guided = self.scene.sampling.guidance_steps
        fallbacks = [Fallback(TWO_PASSES, self._two_passes)] if guided else []
        if components.device.type == "cpu" or components.degraded:
            return fallbacks
        encoders = () if components.adapter is None else (components.adapter.image_encoder,)
        others = (components.vae, components.text_encoder, components.text_encoder_2, *encoders)
        return [
            Fallback("other models parked while denoising", lambda: park(*others)),
            *fallbacks,
            Fallback(STREAMED, lambda: stream(*denoising_models(components), device=components.device)),
        ]

    @contextmanager
    def _two_passes(self) -> Generator[None]:
        self._in_two_passes = True
        try:
            yield
        finally:
            self._in_two_passes = False

    def _run(self, task: Callable[[], _Result], fallbacks: Sequence[Fallback], purpose: str) -> _Result:
        result, degraded = run_with_fallbacks(task, fallbacks, purpose)
        self._degraded += degraded
        return result


def run(
    components: Components, scene: Scene, task: Callable[[BakeRun], _Result], clock: "Clock | None" = None
) -> _Result:
    """Run a painting task where the components are, or on the CPU if memory runs out there.

    `clock` goes on measuring what earlier tasks of the same picture began. Raises MemoryRanOutError when
    memory runs out on the CPU too.
    """
    clock = clock or Clock(components)
    try:
        return task(BakeRun(components, scene, clock))
    except MemoryRanOutError:
        if components.device.type == "cpu":
            raise
    with on_cpu(*models(components), device=components.device):
        cpu = replace(components, device=torch.device("cpu"), dtype=torch.float32, degraded=(ON_CPU,))
        return task(BakeRun(cpu, scene, clock))


def describe_environment(components: Components, notes: Sequence[str] = ()) -> dict[str, str]:
    """Describe what painted: the device and everything else that may change the last bit of a pixel.

    With it stands what has to be said of the model, and `notes`: what has to be said of the picture.
    """
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
        **({NOTES: "; ".join(told)} if (told := (*components.notes, *notes)) else {}),
    }


def notes_on_sampling(components: Components, sampling: Sampling) -> tuple[str, ...]:
    """Say where a model is sampled as it is known to paint badly."""
    return notes_on_schedule(sampling.scheduler, components.scheduler_config, sampling.steps)


class Clock:
    """Measure seconds by stage. Wait for the device at a stage's end, to count its work where it belongs."""

    def __init__(self, components: Components) -> None:
        self.device = components.device
        self.timings = {"load": components.load_seconds}

    @contextmanager
    def stage(self, name: str) -> Generator[None]:
        """Add the time that is spent inside to a stage."""
        started = time.perf_counter()
        yield
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        elif self.device.type == "mps":
            torch.mps.synchronize()
        elif self.device.type == "xpu":
            torch.xpu.synchronize(self.device)
        self.timings[name] = self.timings.get(name, 0.0) + time.perf_counter() - started
