"""Where terrains meet: shares, shores and banks, tufts over a path's edge, shadows of what stands high."""

from dataclasses import replace

import numpy as np
from scipy import ndimage

from training.terrain.catalog import Edge, Terrain
from training.terrain.fields import (
    Field,
    Labels,
    Picture,
    Shape,
    blur,
    colour,
    mix,
    noise,
    ramp,
    smoothstep,
    unit,
)
from training.terrain.materials.grassland import tufts
from training.terrain.stamps import strew
from training.terrain.surface import Surface

FALL = 0.7  # pixels down and to the right that a shadow falls, for each pixel of rise


def shares(rng: np.random.Generator, labels: Labels, surfaces: list[Surface], tile: float) -> Field:
    """Soft shares of 1 in all, the borders warped and torn by what stands high. [terrains, height, width]"""
    shape = labels.shape[0], labels.shape[1]
    reach = rng.uniform(3.5, 9) * min(1.0, tile / 48)
    y, x = np.mgrid[: shape[0], : shape[1]]
    wy, wx = (reach * noise(rng, shape, 30, roughness=2.0) * 0.5 for _ in range(2))
    y = np.clip(y + wy, 0, shape[0] - 1).astype(int)
    x = np.clip(x + wx, 0, shape[1] - 1).astype(int)
    labels = labels[y, x]
    weights = []
    for index, surface in enumerate(surfaces):
        soft = blur((labels == index).astype(np.float32), reach)
        relief = surface.height - blur(surface.height, 8)
        weights.append(soft + 0.05 * np.clip(relief, -2, 2) * (soft > 0.02))
    sharp = np.exp(np.clip(np.stack(weights) * 22, -60, 60))
    return (sharp / sharp.sum(axis=0)).astype(np.float32)


def mingled(share: Field, terrains: list[Terrain]) -> Field:
    """The same shares, but waters run into each other: no line is drawn between shallow and deep."""
    waters = [i for i, terrain in enumerate(terrains) if terrain.edge is Edge.WATER]
    if len(waters) < 2:
        return share
    soft = np.stack([blur(share[i], 9) for i in waters]) + 1e-6
    mixed = share.copy()
    mixed[waters] = share[waters].sum(axis=0) * soft / soft.sum(axis=0)
    return mixed


def blended(surfaces: list[Surface], share: Field) -> Surface:
    """One ground of all."""
    albedo = sum(s.albedo * each[..., None] for s, each in zip(surfaces, share, strict=True))
    height = sum(s.height * each for s, each in zip(surfaces, share, strict=True))
    gloss = sum(s.gloss * each for s, each in zip(surfaces, share, strict=True))
    glow = sum(s.glow * each[..., None] for s, each in zip(surfaces, share, strict=True))
    return Surface(np.asarray(albedo), np.asarray(height), np.asarray(gloss), np.asarray(glow))


def bordered(rng: np.random.Generator, ground: Surface, share: Field, terrains: list[Terrain]) -> Surface:
    """A blended ground with its borders painted: shores, then tufts, then shadows."""
    soil = _sum(share, [each.edge in (Edge.GROUND, Edge.GRASS) for each in terrains])
    for each, terrain in zip(share, terrains, strict=True):
        if terrain.edge is Edge.WATER and float(each.min()) < 0.5:
            ground = _shore(rng, ground, each, _dry(share, terrains), soil)
        if terrain.edge is Edge.FIRE:
            ground = _scorched(ground, each)
    for each, terrain in zip(share, terrains, strict=True):
        if terrain.edge is Edge.GRASS:
            ground = _fringed(rng, ground, each)
    return _shadowed(ground, share, terrains)


def _sum(share: Field, chosen: list[bool]) -> Field:
    return (share * np.array(chosen, np.float32)[:, None, None]).sum(axis=0)


def _dry(share: Field, terrains: list[Terrain]) -> Field:
    """How much of each pixel is no liquid."""
    return _sum(share, [each.edge not in (Edge.WATER, Edge.FIRE) for each in terrains])


def _shape(ground: Surface) -> Shape:
    return ground.height.shape[0], ground.height.shape[1]


def _shore(rng: np.random.Generator, ground: Surface, water: Field, dry: Field, soil: Field) -> Surface:
    """Along water: a strip of sand where the ground is soft, wet ground, a pale shelf and lines of foam."""
    shape = _shape(ground)
    wobble = 1.4 * noise(rng, shape, 22)
    out = np.asarray(ndimage.distance_transform_edt(water < 0.5)) + wobble
    inside = np.asarray(ndimage.distance_transform_edt(dry < 0.5)) + wobble
    width = rng.uniform(5, 11)
    beach = smoothstep(width, width * 0.4, out) * dry * smoothstep(0.3, 0.8, blur(soil, 5))
    sand = ramp(unit(wobble), "#c9a463", "#dcbc80", "#ecd6a2")
    albedo = mix(ground.albedo, sand, 0.9 * beach)
    wet = smoothstep(6.5, 1.0, out) * dry
    albedo = mix(albedo, albedo * 0.66, 0.85 * wet)
    near = blur(dry, 3) > 0.02  # foam breaks on a shore, not where two waters meet
    shelf = smoothstep(13, 2, inside) * water * near
    albedo = mix(albedo, albedo * 0.6 + colour("#8fdcd8") * 0.42, 0.45 * shelf)
    broken = smoothstep(-0.9, 0.2, noise(rng, shape, 26))
    foam = smoothstep(0.2, 1.4, inside) * smoothstep(4.2, 2.6, inside)
    second = smoothstep(7.0, 8.0, inside) * smoothstep(10.0, 9.0, inside) * broken * 0.55
    foam = np.clip(foam + second, 0, 1) * water * near
    albedo = mix(albedo, np.broadcast_to(colour("#eefafc"), albedo.shape), 0.8 * foam)
    height = mix(ground.height, 0.3 * ground.height + 0.3 * wobble, 0.8 * beach) + 0.8 * foam
    return replace(
        ground, albedo=albedo.astype(np.float32), height=height, gloss=np.maximum(ground.gloss, 0.5 * wet)
    )


def _scorched(ground: Surface, fire: Field) -> Surface:
    """Along lava: charred ground, and its glow on it."""
    near = blur(fire, 7) * (1 - fire)
    albedo = mix(ground.albedo, ground.albedo * 0.22, np.clip(2.2 * near, 0, 1))
    glow = (
        ground.glow + colour("#ff5a14") * (0.42 * np.clip(blur(fire, 5) * 1.6, 0, 1) * (1 - fire))[..., None]
    )
    return replace(ground, albedo=albedo, glow=glow)


def _fringed(rng: np.random.Generator, ground: Surface, share: Field) -> Surface:
    """Tufts of a grassy ground lean over its border."""
    here = share > 0.8
    if not here.any() or here.all():
        return ground
    soft = blur(share, 3.0)
    band = smoothstep(0.12, 0.35, soft) * smoothstep(0.97, 0.75, soft)
    green = ground.albedo[here].mean(axis=0)
    grown = strew(rng, _shape(ground), tufts(rng, 11, (5, 8), 0.85), 8.5, share=0.8 * band, shadow=0.35)
    blades = _tones(green, np.clip(grown.tone + 0.2 * (grown.random - 0.5), 0, 1))
    height = mix(ground.height, ground.height * 0.4 + 2 + 1.4 * grown.height, grown.cover)
    return replace(
        ground,
        albedo=grown.over(ground.albedo, blades).astype(np.float32),
        height=height,
        gloss=ground.gloss * (1 - grown.cover),
        glow=ground.glow * (1 - grown.cover)[..., None],
    )


def _tones(middle: Picture, tone: Field) -> Picture:
    """From the dark to the light of one colour."""
    stops = np.stack(
        [middle * 0.5, middle * 0.9, np.minimum(middle * 1.25 + 0.04, 1), np.minimum(middle * 1.6 + 0.1, 1)]
    )
    at = np.linspace(0, 1, len(stops), dtype=np.float32)
    return np.stack([np.interp(tone, at, stops[:, i]) for i in range(3)], axis=-1).astype(np.float32)


def _shadowed(ground: Surface, share: Field, terrains: list[Terrain]) -> Surface:
    """What stands high throws its shadow on what lies lower, to the right and below, and has a lit rim."""
    rise = sum(each * np.float32(terrain.rise) for each, terrain in zip(share, terrains, strict=True))
    rise = np.asarray(rise, np.float32)
    if np.ptp(rise) < 1:
        return ground
    cast = np.zeros_like(rise)
    for step in (0.35, 0.7, 1.0):
        fall = step * FALL * float(np.ptp(rise))
        moved = ndimage.shift(rise, (fall, fall * 0.8), order=1, mode="nearest")
        cast = np.maximum(cast, moved - rise - 0.25 * step * np.ptp(rise))
    dark = np.clip(blur(cast, 1.2) / 7, 0, 1)
    albedo = ground.albedo * (1 - 0.55 * dark[..., None] * (1 - 0.25 * colour("#8090ff")))
    return replace(ground, albedo=albedo.astype(np.float32), height=ground.height + 0.45 * blur(rise, 1.5))
