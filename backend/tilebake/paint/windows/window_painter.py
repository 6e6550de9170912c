"""Paint the windows of a world that are not kept yet, and blend them to any part of it."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np
import torch

from tilebake.level.canvas import Canvas
from tilebake.level.torus.wrap import WrapAxes
from tilebake.level.windows.lattice import Extent, Window
from tilebake.paint.decode import picture_error
from tilebake.paint.denoise import Span, denoise
from tilebake.paint.model.load import Components
from tilebake.paint.picture import to_pixels
from tilebake.paint.progress_image import Estimate
from tilebake.paint.prompts.embeds import Conditioning
from tilebake.paint.regional.layer_prompts import Projections
from tilebake.paint.scene import (
    OTHER_NUMBERS,
    BakeRun,
    Clock,
    MakeDenoiser,
    Scene,
    notes_on_sampling,
    run,
)
from tilebake.paint.torus.torus import Torus
from tilebake.paint.windows.part_progress import OnWindowStep, PartProgress, ShowWindow
from tilebake.paint.windows.store import Latents, WindowStore
from tilebake.paint.windows.world import WindowContent, World
from tilebake.request import OnStep, Step

STEP_SEEDS: Final = 1 << 53  # from a step's seed to the next one's: further apart than any two maps' seeds

Place = tuple[int, Window]
"""A round, and a window in it."""


class WindowPainter:
    """Paint windows of one world.

    A window's latents depend on what it shows and, after the first round, on its neighbours' in the round
    before; its key is a digest of that. So neither order nor history change them. `degraded` lists the
    fallbacks that any window needed; where one may change numbers, all later windows are kept apart.
    """

    def __init__(
        self,
        components: Components,
        world: World,
        conditioning: Conditioning,
        store: WindowStore,
        clock: Clock,
    ) -> None:
        self.components = components
        self.world = world
        self.degraded: tuple[str, ...] = ()
        self.painted = 0  # windows, in all rounds
        self._conditioning = conditioning
        self._region_of = {terrain.name: at for at, terrain in enumerate(world.request.tilemap.terrains)}
        self.store = store
        self._clock = clock
        self._keys: dict[Place, str] = {}
        self._given_up: tuple[str, ...] = ()  # what of `degraded` may change numbers
        self._projections = Projections()

    @property
    def notes(self) -> tuple[str, ...]:
        """What has to be said of the world's prompts, and of how it is sampled."""
        return (*notes_on_sampling(self.components, self.world.sampling), *self._conditioning.notes)

    def paint(self, parts: Sequence[Extent], on_step: OnStep, show: ShowWindow) -> int:
        """Paint every window that shows a pixel of some parts of the world, unless it is kept.

        Return how many steps had to be taken. `show` paints progress images. What `on_step` raises passes
        through, and windows that are finished by then stay kept.
        """
        missing = self.missing(parts)
        rounds = self.world.rounds
        progress = PartProgress(on_step, show, sum(len(rounds[number]) for number, _ in missing))
        for number, window in missing:
            # an earlier bake may have painted it, and given up the same
            if not self._given_up or self._find((number, window)) is None:
                self._paint((number, window), progress.of_window(window, rounds[number].start))
            progress.done += len(rounds[number])
        return progress.steps

    def paint_windows(self, number: int, windows: Sequence[Window], on_step: OnStep) -> None:
        """Paint some windows in one round, unless they are kept; none in a round that there is not.

        Windows of earlier rounds that they meet are painted too where they are not kept.
        """

        def report(step: Step, _estimate: Estimate | None) -> None:
            on_step(step)

        for window in windows if number < len(self.world.rounds) else ():
            if not self._has((number, window)):
                self._paint((number, window), report)

    def missing(self, parts: Sequence[Extent]) -> Sequence[Place]:
        """List the windows that have to be painted for parts of the world, in the order of their rounds."""
        missing: list[Place] = []
        due = dict.fromkeys(window for part in parts for window in self._windows(part))
        for number in reversed(range(len(self.world.rounds))):
            absent = [(number, window) for window in due if not self._has((number, window))]
            missing[:0] = absent
            due = dict.fromkeys(near for _, window in absent for near in self._near(window))
        return missing

    def latest(self, window: Window, beyond: int) -> tuple[int, Latents] | None:
        """Return the last round, after the round `beyond`, in which a window is kept, and its latents."""
        own = self.world.lattice.own(window)
        for number in reversed(range(beyond + 1, len(self.world.rounds))):
            if (latents := self._find((number, own))) is not None:
                return number, latents
        return None

    def blend(self, part: Extent, number: int = -1) -> Latents:
        """Blend the windows of one round to a part of the world: clean latents [C, h, w].

        Windows that are not kept any more are painted again.
        """
        number %= len(self.world.rounds)
        channels = self.components.unet.config["in_channels"]
        blended = np.zeros((channels, *part.size), np.float32)
        weight = np.zeros(part.size, np.float32)
        kernel = self.world.lattice.kernel
        for window in self.world.lattice.windows(part):
            extent = self.world.lattice.extent(window)
            common = extent.within(part)
            here, there = common.slices(part), common.slices(extent)
            latents = self._clean((number, self.world.lattice.own(window)))
            blended[:, *here] += kernel[there] * latents[:, *there]
            weight[here] += kernel[there]
        return blended / weight

    def key(self, place: Place) -> str:
        """Return the digest of all that a window's latents depend on in a round."""
        if place not in self._keys:
            number, window = place
            if number == 0:
                self._keys[place] = self.world.content(window).digest
            else:
                before = [self.key((number - 1, near)) for near in self._near(window)]
                own = self.key((0, window))
                self._keys[place] = hashlib.sha256("".join([own, *before]).encode()).hexdigest()
        return self._keys[place]

    def content_key(self, part: Extent) -> str:
        """Return the digest of all that the latents of a part of the world depend on."""
        last = len(self.world.rounds) - 1
        names = [self._names((last, window))[-1] for window in self._windows(part)]
        return hashlib.sha256("".join([str(part), *names]).encode()).hexdigest()

    def changes(self, part: Extent) -> None:
        """Return None: nothing is patched in any part."""

    def _near(self, window: Window) -> Iterator[Window]:
        """Yield the windows that a window meets, itself too."""
        return self._windows(self.world.lattice.extent(window))

    def _windows(self, part: Extent) -> Iterator[Window]:
        """Yield the windows that show a part, as the first period has them."""
        return map(self.world.lattice.own, self.world.lattice.windows(part))

    def _clean(self, place: Place) -> Latents:
        kept = self._find(place)
        return self._paint(place, _ignore) if kept is None else kept

    def _has(self, place: Place) -> bool:
        return any(self.store.has(name) for name in self._names(place))

    def _find(self, place: Place) -> Latents | None:
        for name in self._names(place):
            if (latents := self.store.get(name)) is not None:
                return np.asarray(latents, np.float32)
        return None

    def _names(self, place: Place) -> Sequence[str]:
        """Return what a window may be kept under, last what it is kept under from now on."""
        key = self.key(place)
        if not self._given_up:
            return (key,)
        return key, hashlib.sha256("\0".join([key, *self._given_up]).encode()).hexdigest()

    def _paint(self, place: Place, on_step: OnWindowStep) -> Latents:
        number, window = place
        clean = None
        if number:
            before = self.blend(self.world.lattice.extent(window), number - 1)
            clean = torch.from_numpy(before)[None]
        span = Span(self.world.rounds[number], clean)
        latents = self.denoise(self.world.content(window), span, on_step, number)
        self.store.put(self._names(place)[-1], latents)
        self.painted += 1
        return latents

    def denoise(self, content: WindowContent, span: Span, on_step: OnWindowStep, number: int = 0) -> Latents:
        """Denoise what a window shows, over some of the steps: clean latents [C, h, w].

        The noise of a round is the world's own, and so is an ancestral scheduler's at each step. Raises
        BakeError for latents that are no numbers.
        """
        structure = self.world.structure
        regions = [self._region_of[terrain.name] for terrain in content.terrains]
        conditioning = _only(self._conditioning, regions)
        scene = Scene(
            canvas=content.canvas,
            condition=lambda _: conditioning,
            blend=content.blend,
            sampling=replace(self.world.sampling, seed=self.world.sampling.seed + number),
            finish=to_pixels,
            torus=self._torus(content.canvas),
            make_guide=None if structure is None else structure.over(content.extent, content.blend),
        )
        channels = self.components.unet.config["in_channels"]
        span = replace(span, step_noise=partial(_step_noise, scene, channels))

        def denoise_window(make: MakeDenoiser, begun: Span) -> torch.Tensor:
            denoiser = make(conditioning, span=begun, projections=self._projections)
            return denoise(denoiser, lambda step: on_step(step, denoiser.estimate))

        def task(bake_run: BakeRun) -> torch.Tensor:
            begun, own = span, self.world.own
            if own is not None:
                begun = bake_run.encode(lambda used: own.begin(used, content.extent, span))
            latents = bake_run.denoise(partial(denoise_window, begun=begun))
            self._note(bake_run.degraded)
            return latents

        latents = run(self.components, scene, task, self._clock)[0].float().cpu().numpy()
        if not np.isfinite(latents).all():  # kept, it would spoil each later bake
            raise picture_error(self.components, "the latents are not numbers (NaN)")
        return latents

    def _torus(self, canvas: Canvas) -> Torus:
        """Return what a window lies on: as long as a period, it wraps by itself."""
        periods, (height, width) = self.world.lattice.periods, canvas.latent_size
        return Torus(WrapAxes(width == periods.across, height == periods.down), periods)

    def _note(self, degraded: Sequence[str]) -> None:
        """Note what a window needed. Each later one may show its neighbours what came of it."""
        self.degraded = tuple(dict.fromkeys([*self.degraded, *degraded]))
        self._given_up = tuple(sorted(OTHER_NUMBERS & {*self.degraded}))


def _only(conditioning: Conditioning, regions: Sequence[int]) -> Conditioning:
    """Return the prompts of some regions alone, in their order, as a map that had only these would have."""
    negative = [conditioning.negative_regions[index] for index in regions if conditioning.negative_regions]
    has_own = any(each is not conditioning.negative for each in negative)
    return Conditioning(
        base=conditioning.base,
        regions=tuple(conditioning.regions[index] for index in regions),
        negative=conditioning.negative,
        negative_regions=tuple(negative) if has_own else None,
        images=None if conditioning.images is None else conditioning.images.only(regions),
    )


def _step_noise(scene: Scene, channels: int, step: int) -> torch.Tensor:
    """Draw the noise of a step [1, C, h, w] that belongs to places, as the first noise does."""
    seed = scene.sampling.seed + STEP_SEEDS * (step + 1)
    return torch.from_numpy(scene.torus.noise(scene.canvas, seed, channels))[None]


def _ignore(_step: Step, _estimate: Estimate | None) -> None:
    """Report nothing."""
