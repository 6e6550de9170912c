"""Paint a map in windows: encode its prompts once, paint what is missing, blend, and decode in pieces."""

import json
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tilebake.level.canvas import LATENT, canvas_of
from tilebake.level.map.grid import Bounds
from tilebake.level.windows.lattice import Lattice, extent_of
from tilebake.level.windows.patches import find_patches
from tilebake.paint.denoise import Sampling
from tilebake.paint.model.load import Components
from tilebake.paint.prompts.encode import condition
from tilebake.paint.scene import Clock, Painted, Scene, describe_environment
from tilebake.paint.schedulers import make_scheduler, noise_levels
from tilebake.paint.windows.decode_pieces import decode_part
from tilebake.paint.windows.frozen_norms import FrozenStatistics
from tilebake.paint.windows.paint_patches import paste_patches
from tilebake.paint.windows.part_progress import PartView
from tilebake.paint.windows.patch_painter import PatchedWorld
from tilebake.paint.windows.rounds import part_into_rounds
from tilebake.paint.windows.store import WindowStore
from tilebake.paint.windows.window_painter import WindowPainter
from tilebake.paint.windows.world import World
from tilebake.request import BakeRequest, OnStep
from tilebake.texture import NOTES


def paint_world(
    components: Components,
    request: BakeRequest,
    scene: Scene,
    store: WindowStore,
    statistics: FrozenStatistics,
    on_step: OnStep,
) -> Painted[None]:
    """Paint what a request shows of a map in windows; `scene` is of that part.

    Raises what `Pipeline.bake` raises.
    """
    clock = Clock(components)
    world = world_of(components, request, scene.sampling)
    with clock.stage("encode"):
        conditioning = condition(components, request.tilemap)
    painter = WindowPainter(components, world, conditioning, store, clock)
    part = extent_of(scene.canvas)
    view = PartView(components.vae, statistics, world.lattice, part, painter.latest)
    share = painter.paint(part, on_step, view.paint)
    with clock.stage("decode"):
        image, degraded = decode_part(components, painter, part, world.lattice.world, statistics)
    return Painted(
        image=scene.finish(image),
        extra=None,
        timings=clock.timings,
        degraded=tuple(dict.fromkeys([*painter.degraded, *degraded])),
        environment=describe_environment(components),
        share=share,
    )


def patch_world(
    components: Components,
    request: BakeRequest,
    image: NDArray[np.uint8],
    scene_of: Callable[[Bounds], Scene],
    store: WindowStore,
    statistics: FrozenStatistics,
    on_step: OnStep,
) -> Painted[None]:
    """Patch the picture of a request's anchor into that of its map.

    `scene_of` makes the scene of a part of the map. Raises what `Pipeline.bake` raises.
    """
    clock = Clock(components)
    patches = find_patches(request.anchored.tilemap, request.tilemap, request.settings)
    assert patches is not None, "who asks for patches knows that they suffice"
    sampling = Sampling.from_settings(request.settings, components.defaults, request.seed)

    def painter_of(each: BakeRequest) -> WindowPainter:
        with clock.stage("encode"):
            conditioning = condition(components, each.tilemap)
        return WindowPainter(components, world_of(components, each, sampling), conditioning, store, clock)

    before, after = painter_of(request.anchored), painter_of(request.clean)
    world = PatchedWorld(before, after, patches)
    world.paint(on_step)
    with clock.stage("decode"):
        pasted, degraded = paste_patches(components, request, image, world, patches, scene_of, statistics)
    return Painted(
        image=pasted,
        extra=None,
        timings=clock.timings,
        degraded=tuple(dict.fromkeys([*before.degraded, *after.degraded, *degraded])),
        environment=describe_environment(components),
    )


def world_of(components: Components, request: BakeRequest, sampling: Sampling) -> World:
    """Return a request's map as a world of windows."""
    canvas = canvas_of(request.tilemap, request.settings)
    window, rounds = request.settings.window, request.settings.rounds
    side = (components.defaults.window if window is None else window) // LATENT
    levels = noise_levels(make_scheduler(sampling.scheduler, components.scheduler_config), sampling.steps)
    environment = {name: each for name, each in describe_environment(components).items() if name != NOTES}
    return World(
        request=request,
        sampling=sampling,
        scale=canvas.scale,
        lattice=Lattice(side, extent_of(canvas)),
        rounds=part_into_rounds(levels, components.defaults.rounds if rounds is None else rounds),
        environment=json.dumps(environment, sort_keys=True),
    )
