"""Paint a map in windows: encode its prompts once, paint what is missing, blend, and decode in pieces."""

import json
from collections.abc import Sequence
from math import prod

from tilebake.level.canvas import LATENT, canvas_of
from tilebake.level.windows.lattice import lattice_over
from tilebake.level.windows.patches import Patch
from tilebake.level.windows.picture_grid import picture_grid
from tilebake.level.windows.world_units import PieceUnit, WindowsUnit, WorldUnit
from tilebake.paint.art.own_windows import own_windows
from tilebake.paint.denoise import Sampling
from tilebake.paint.model.load import Components
from tilebake.paint.references.condition_map import condition_map
from tilebake.paint.scene import Clock, Painted, describe_environment
from tilebake.paint.schedulers import noise_levels
from tilebake.paint.structure.find_structure import find_structure
from tilebake.paint.windows.decode_pieces import PieceDecoder
from tilebake.paint.windows.frozen_norms import FrozenStatistics, freeze_norms
from tilebake.paint.windows.part_progress import PartView
from tilebake.paint.windows.patch_painter import PatchedWorld
from tilebake.paint.windows.picture_pieces import (
    OldPicture,
    latents_of_picture,
    missing_latents,
    paint_picture,
    shape_of_picture,
)
from tilebake.paint.windows.rounds import part_into_rounds
from tilebake.paint.windows.store import KeptPictures, Picture, WindowStore
from tilebake.paint.windows.window_painter import WindowPainter
from tilebake.paint.windows.world import World
from tilebake.request import BakeRequest, OnStep
from tilebake.texture import NOTES, PaintedUnit


def paint_world(
    components: Components,
    request: BakeRequest,
    store: WindowStore,
    statistics: FrozenStatistics,
    on_step: OnStep,
) -> Painted[None]:
    """Paint what a request shows of a map in windows. Raises what `Pipeline.bake` raises."""
    clock = Clock(components)
    painter = _painter_of(components, request, store, clock)
    world = painter.world
    grid = picture_grid(request.tilemap, request.settings)
    shown = grid.pixels(request.shown)
    part = latents_of_picture(components, world, shown)
    seen = grid.latents_under(shown).within(world.lattice.world)
    view = PartView(components.vae, statistics, world.lattice, seen, painter.latest)
    steps = painter.paint([*missing_latents(components, world, painter, shown)], on_step, view.paint)
    with clock.stage("decode"):
        image, degraded = paint_picture(components, world, painter, shown, statistics)
    return Painted(
        image=image,
        extra=None,
        timings=clock.timings,
        degraded=tuple(dict.fromkeys([*painter.degraded, *degraded])),
        environment=describe_environment(components, painter.notes),
        share=steps / (world.lattice.count(part) * world.sampling.steps),
    )


def paint_unit(
    components: Components,
    request: BakeRequest,
    unit: WorldUnit,
    store: WindowStore,
    statistics: FrozenStatistics,
    on_step: OnStep,
) -> PaintedUnit:
    """Paint a unit of a map in windows, as far as it is not kept. Raises what `Pipeline.bake` raises."""
    clock = Clock(components)
    painter = _painter_of(components, request, store, clock)
    degraded: tuple[str, ...] = ()
    match unit:
        case WindowsUnit(number, windows):
            painter.paint_windows(number, windows, on_step)
        case PieceUnit(extent):
            lattice = painter.world.lattice
            decoder = PieceDecoder(components, painter, lattice.world, lattice.periods)
            with clock.stage("decode"), freeze_norms(components.vae.decoder, statistics):
                decoder.keep(extent)
            degraded = decoder.degraded
    given_up = tuple(dict.fromkeys([*painter.degraded, *degraded]))
    return PaintedUnit(painter.painted, clock.timings, given_up)


def patch_world(
    components: Components,
    request: BakeRequest,
    patches: Sequence[Patch],
    store: WindowStore,
    pictures: KeptPictures,
    statistics: FrozenStatistics,
    on_step: OnStep,
) -> Painted[None]:
    """Paint what a request shows of a map as its anchor with patches.

    Pieces that see none of them are the anchor's own: of its picture, if `pictures` has room for that. Raises
    what `Pipeline.bake` raises.
    """
    clock = Clock(components)
    before = _painter_of(components, request.anchor_request, store, clock)
    after = _painter_of(components, request.clean, store, clock)
    patched = PatchedWorld(before, after, patches)
    patched.paint(on_step)
    shown = picture_grid(request.tilemap, request.settings).pixels(request.shown)

    def paint_before() -> Picture | None:
        picture, degraded = paint_picture(components, before.world, before, shown, statistics)
        return None if degraded else picture

    with clock.stage("decode"):
        size = prod(shape_of_picture(before.world, shown))
        picture = pictures.find(request.anchor_request.digest(), size, paint_before)
        old = None if picture is None else OldPicture(picture, patched.is_old)
        image, degraded = paint_picture(components, after.world, patched, shown, statistics, old)
    return Painted(
        image=image,
        extra=None,
        timings=clock.timings,
        degraded=tuple(dict.fromkeys([*before.degraded, *after.degraded, *degraded])),
        environment=describe_environment(components, after.notes),
    )


def _painter_of(
    components: Components, request: BakeRequest, store: WindowStore, clock: Clock
) -> WindowPainter:
    sampling = Sampling.from_settings(request.settings, components.defaults, request.seed)
    with clock.stage("encode"):
        conditioning = condition_map(components, request.tilemap)
    return WindowPainter(components, world_of(components, request, sampling), conditioning, store, clock)


def world_of(components: Components, request: BakeRequest, sampling: Sampling) -> World:
    """Return a request's map as a world of windows."""
    canvas = canvas_of(request.tilemap, request.settings)
    window, rounds = request.settings.window, request.settings.rounds
    side = (components.defaults.window if window is None else window) // LATENT
    own = own_windows(request, canvas.scale)
    first = 0 if own is None else own.first_step(components, sampling)
    levels = noise_levels(sampling.make_scheduler(components.scheduler_config), sampling.steps)[first:]
    parts = part_into_rounds(levels, components.defaults.rounds if rounds is None else rounds)
    environment = {name: each for name, each in describe_environment(components).items() if name != NOTES}
    return World(
        request=request,
        sampling=sampling,
        scale=canvas.scale,
        lattice=lattice_over(canvas, side, request.tilemap.wrap),
        rounds=tuple(range(first + each.start, first + each.stop) for each in parts),
        environment=json.dumps(environment, sort_keys=True),
        own=own,
        structure=find_structure(request.tilemap, request.settings, canvas.scale),
    )
