"""Say how long a batch will take on this machine, and afterwards how fast it was."""

import time
from collections.abc import Callable
from functools import partial
from typing import Final

from tilebake.cli.terminal.painting import Painting
from tilebake.cli.terminal.step_timer import spell_seconds
from tilebake.request import BakeRequest, OnStep, Step
from tilebake.serve.pages.paged_texture import AnyTexture
from tilebake.serve.speeds import MEGAPIXEL, MODEL_DIGITS, Speed, Speeds, Work, measure, work_of

WORTH_TELLING: Final = 10.0  # seconds: less need not be told
GUESSED_AT: Final = 2  # steps: the first one may hold what happens once
DECODING: Final = 2.0  # steps that decoding is guessed to take

TellTime = Callable[[float, float, bool], None]
"""Tell seconds, megapixels a minute, and whether they are a guess."""


class BakeTime:
    """Tell the time of a batch once: from what is remembered, or as a guess after the first steps."""

    def __init__(
        self, tell: TellTime, speeds: Speeds, device: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._tell_time = tell
        self._speeds = speeds
        self._device = device
        self._clock = clock
        self._requests: list[BakeRequest] = []
        self._running: BakeRequest | None = None
        self._is_told = False
        self._first_step = 0.0
        self._painted = (0, 0.0)  # pixels, seconds

    def add(self, request: BakeRequest) -> None:
        """Count a map that will be painted."""
        self._requests.append(request)

    def start(self, request: BakeRequest) -> None:
        """Note that a map's turn has come, and tell the time of all if it is known."""
        self._running = request
        known = [self._speeds.find(each, self._device) for each in self._requests]
        if not self._is_told and None not in known:
            self._tell([each for each in known if each is not None], is_guess=False)

    def step(self, step: Step) -> None:
        """Guess the time of all from the first steps, where this machine remembers nothing."""
        if step.step < GUESSED_AT:
            self._first_step = self._clock()
        elif not self._is_told and self._running is not None and step.step == GUESSED_AT:
            work = work_of(self._running)
            seconds = (self._clock() - self._first_step) * step.steps
            pace = seconds / (work.denoised / MEGAPIXEL)
            model = self._running.model_digest[:MODEL_DIGITS]
            guess = Speed(model, self._device, work.size_class, pace, DECODING * pace)
            self._tell([guess] * len(self._requests), is_guess=True)

    def finish(self, request: BakeRequest, texture: AnyTexture) -> None:
        """Remember how fast a map was painted."""
        speed = measure(request, texture)
        if speed is None:
            return
        self._speeds.learn(speed)
        work, (pixels, seconds) = work_of(request), self._painted
        self._painted = pixels + work.pixels, seconds + speed.seconds(work)

    @property
    def megapixels_per_minute(self) -> float | None:
        """How fast maps were painted; None where none was."""
        pixels, seconds = self._painted
        return 60 * pixels / MEGAPIXEL / seconds if seconds else None

    def _tell(self, speeds: list[Speed], *, is_guess: bool) -> None:
        self._is_told = True
        works: list[Work] = [work_of(each) for each in self._requests]
        seconds = sum(speed.seconds(work) for speed, work in zip(speeds, works, strict=True))
        if seconds >= WORTH_TELLING:
            rate = 60 * sum(work.pixels for work in works) / MEGAPIXEL / seconds
            self._tell_time(seconds, rate, is_guess)


def time_painting(work: Painting, tell: TellTime, device: str) -> tuple[BakeTime, OnStep]:
    """Return what tells the time of what is painted, and what is to be called after each step."""

    def tell_beside_progress(seconds: float, speed: float, is_guess: bool) -> None:
        work.shown.say(partial(tell, seconds, speed, is_guess))

    bake_time = BakeTime(tell_beside_progress, Speeds(), device)

    def on_step(step: Step) -> None:
        bake_time.step(step)
        work.on_step(step)

    return bake_time, on_step


def spell_windows(request: BakeRequest) -> str:
    """Tell what is painted of a map in windows, as the end of its name; nothing of one in one piece."""
    count = work_of(request).windows
    if not count or request.anchor is not None:
        return ""
    text = f", in {count:,} {'window' if count == 1 else 'windows'}"
    if request.region is None or request.in_world:
        return text
    return f"{text}: those of the whole pieces that hold the region"


def spell_estimate(seconds: float, megapixels_per_minute: float, is_guess: bool) -> str:
    """Spell how long something will take, in canvas pixels that become ready a minute."""
    where = "a guess after the first steps" if is_guess else "on this machine"
    return f"about {spell_seconds(seconds)}, {where} ({megapixels_per_minute:.2g} Mpx a minute)"
