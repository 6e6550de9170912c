"""Painting: from a scene to the pixels of its canvas, falling back as far as memory demands."""

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import diffusers
import numpy as np
import torch
import transformers
from numpy.typing import NDArray

from tilebake.level.canvas import Canvas
from tilebake.paint.decode import decode
from tilebake.paint.denoise import Denoiser, Sampling
from tilebake.paint.memory import MemoryRanOutError, Rung, descend, on_cpu, parked, streamed
from tilebake.paint.model.load import STREAMED, Components, models
from tilebake.paint.noise import coordinate_noise
from tilebake.paint.prompts.embeds import Conditioning
from tilebake.paint.regional.attention import AttentionControl
from tilebake.paint.regional.blending import Blending

ON_CPU = "painted on the CPU"
IN_TURN = "guidance in two passes"
Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class Scene:
    """What is to be painted, whatever with: a map, or a plain prompt."""

    canvas: Canvas
    condition: Callable[[Components], Conditioning]
    blend: Blending
    sampling: Sampling
    finish: Callable[[NDArray[np.float32]], NDArray[np.uint8]]
    """The canvas [H, W, 3] in 0..1 as the picture that was asked for."""
    terrains: tuple[str, ...] = ()  # in the order of the conditioning's regions


class Attempt:
    """The stages of painting a scene with components where they are. What had to be given up adds up.

    Every stage raises MemoryRanOutError when it has fallen back as far as it goes.
    """

    def __init__(self, components: Components, scene: Scene, clock: "Clock") -> None:
        self.components = components
        self.scene = scene
        self._clock = clock
        self._given_up = [*components.degraded]
        self._in_turn = False

    @property
    def degraded(self) -> tuple[str, ...]:
        """What was given up, in words, each once."""
        return tuple(dict.fromkeys(self._given_up))

    @property
    def timings(self) -> Mapping[str, float]:
        """Seconds so far, by stage."""
        return self._clock.timings

    @cached_property
    def noise(self) -> torch.Tensor:
        """World-anchored noise [1, C, h, w] for the canvas."""
        canvas, channels = self.scene.canvas, self.components.unet.config["in_channels"]
        height, width = canvas.latent_size
        noise = coordinate_noise(
            self.scene.sampling.seed, canvas.origin_x, canvas.origin_y, width, height, channels
        )
        return torch.from_numpy(noise)[None]

    def encode(self, task: Callable[[Components], Result]) -> Result:
        """Reads prompts."""
        with self._clock.stage("encode"):
            return self._descend(lambda: task(self.components), [], "read the prompts")

    def denoiser(self, conditioning: Conditioning, controls: Sequence[AttentionControl] = ()) -> Denoiser:
        """The scene under these prompts before its first step, on the rung where the attempt is now."""
        return Denoiser(
            self.components,
            self.noise,
            conditioning,
            self.scene.blend,
            self.scene.sampling,
            controls,
            in_turn=self._in_turn,
        )

    def denoise(self, task: Callable[[], Result]) -> Result:
        """Denoises, anew on every rung of the ladder. The task is to make its denoisers itself."""
        canvas = self.scene.canvas
        with self._clock.stage("denoise"):
            return self._descend(task, self._rungs(), f"denoise {canvas.width} x {canvas.height} pixels")

    def decode(self, latents: torch.Tensor) -> NDArray[np.float32]:
        """Latents [1, C, h, w] → the canvas [H, W, 3] in 0..1. Raises BakeError when it comes out broken."""
        with self._clock.stage("decode"):
            image, given_up = decode(self.components, latents)
        self._given_up += given_up
        return image

    def _rungs(self) -> list[Rung]:
        """What can be given up while denoising. Weights in main memory have nowhere else to go."""
        components = self.components
        rungs = [Rung(IN_TURN, self._halves_in_turn)] if self.scene.sampling.guided_steps else []
        if components.device.type == "cpu" or components.degraded:
            return rungs
        others = (components.vae, components.text_encoder, components.text_encoder_2)
        return [
            Rung("other models parked while denoising", lambda: parked(*others)),
            *rungs,
            Rung(STREAMED, lambda: streamed(components.unet, components.device)),
        ]

    @contextmanager
    def _halves_in_turn(self) -> Generator[None]:
        self._in_turn = True
        try:
            yield
        finally:
            self._in_turn = False

    def _descend(self, task: Callable[[], Result], rungs: list[Rung], what: str) -> Result:
        result, given_up = descend(task, rungs, what)
        self._given_up += given_up
        return result


def paint(components: Components, task: Callable[[Components], Result]) -> Result:
    """What `task` paints where the components are, or on the CPU if memory runs out all the same.

    Raises MemoryRanOutError when it does so there.
    """
    try:
        return task(components)
    except MemoryRanOutError:
        if components.device.type == "cpu":
            raise
    with on_cpu(*models(components), device=components.device):
        return task(replace(components, device=torch.device("cpu"), dtype=torch.float32, degraded=(ON_CPU,)))


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
        """Times what happens inside; a stage that is entered again is timed in all."""
        started = time.perf_counter()
        yield
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        elif self.device.type == "mps":
            torch.mps.synchronize()
        elif self.device.type == "xpu":
            torch.xpu.synchronize(self.device)
        self.timings[name] = self.timings.get(name, 0.0) + time.perf_counter() - started
