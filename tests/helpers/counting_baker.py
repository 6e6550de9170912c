"""A renderer that costs nothing: it notes in a file what it does, and does what the map's base prompt says.

It lies in a module of its own because the worker process has to import it.
"""

import os
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import psutil
from numpy.typing import NDArray

from tilebake.errors import Location, ModelError, PromptError
from tilebake.models.reference import ModelSource
from tilebake.request import AttentionQuery, BakeRequest, OnStep, Painter, Step
from tilebake.serve.worker.protocol import Loras
from tilebake.texture import Texture, pixel_hash

STEPS = 3
GROWTH = 64 << 20  # bytes that "grow" keeps of every bake
SOURCE = ModelSource("embedded", "embedded", Path("nowhere"))
MISTAKE = PromptError(
    "no such word", where=Location(Path("a.json"), 3, 5, "$.base_prompt"), hint="take another"
)

kept: list[bytes] = []


class OwnError(PromptError):
    """An error of a kind that the host has never heard of."""


@dataclass(frozen=True)
class CountingBaker:
    """A MakePainter."""

    log: Path

    def __call__(self, source: ModelSource, loras: Loras) -> Painter:
        self._note(f"load {source.reference} {len(loras)}")
        if source.reference == "broken":
            raise ModelError("broken")
        if source.reference == "slow":
            while not self.may_load.exists():
                time.sleep(0.01)
        if source.reference == "hung":
            time.sleep(3600)
        return Painter(self._bake, self._render_attention)

    @property
    def may_load(self) -> Path:
        """The file that ends the loading of the model "slow"."""
        return self.log.with_name("may load")

    def notes(self) -> list[str]:
        """What was noted, by whatever process."""
        return self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []

    def _bake(self, request: BakeRequest, on_step: OnStep) -> Texture:
        self._note(f"begin {request.seed} {os.getpid()}")
        behave(request.tilemap.base_prompt, on_step)
        for step in range(1, STEPS + 1):
            on_step(Step(step, STEPS, lambda: picture_of(request)))
        image = picture_of(request)
        self._note(f"end {request.seed} {os.getpid()}")
        is_degraded = request.tilemap.base_prompt == "degraded"
        degraded = ("decoded in tiles",) if is_degraded else ()
        return Texture(image, request.digest(), pixel_hash(image), degraded=degraded)

    def _render_attention(
        self, request: BakeRequest, query: AttentionQuery, on_step: OnStep
    ) -> NDArray[np.uint8]:
        self._note(f"look {' '.join(query.words)} {os.getpid()}")
        behave(query.words[0], on_step)
        for step in range(1, STEPS + 1):
            on_step(Step(step, STEPS, lambda: picture_of(request)))
        return np.full((4, 6, 4), request.seed, np.uint8)

    def _note(self, text: str) -> None:
        with self.log.open("a", encoding="utf-8") as file:
            file.write(text + "\n")


def behave(prompt: str, on_step: OnStep) -> None:
    """What a prompt asks for before the steps."""
    match prompt:
        case "fail":
            raise MISTAKE
        case "fail strangely":
            raise OwnError("strange")
        case "die":
            on_step(Step(1, STEPS))
            psutil.Process().kill()
        case "crash":
            raise ZeroDivisionError("division by nothing")
        case "run out of memory":
            raise MemoryError
        case "lose a key":
            raise KeyError("lost key")
        case "endless":
            for step in range(1, 1_000_000):
                on_step(Step(step, 1_000_000))
                time.sleep(0.005)
        case "stuck":
            on_step(Step(1, STEPS))
            time.sleep(3600)
        case "grow":
            kept.append(os.urandom(GROWTH))
        case _:
            pass


def picture_of(request: BakeRequest) -> NDArray[np.uint8]:
    """Noise, the same for the same seed."""
    return np.random.default_rng(request.seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)


def handles(process: psutil.Process) -> int:
    """How many files, pipes and the like a process has open."""
    return process.num_handles() if sys.platform == "win32" else process.num_fds()


def saying(request: BakeRequest, prompt: str) -> BakeRequest:
    """The request with another base prompt."""
    return replace(request, tilemap=replace(request.tilemap, base_prompt=prompt))
