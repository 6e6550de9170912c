"""What grows over a surface or falls from trees: moss, grass, flowers, leaves."""

from dataclasses import replace

import numpy as np

from training.terrain.fields import another, cells, colour, mix, noise, ramp, smoothstep
from training.terrain.materials.grassland import PETALS, blossom, tufts
from training.terrain.stamps import strew
from training.terrain.surface import Surface, lowness, with_things


def mossy(surface: Surface, strength: float, rng: np.random.Generator) -> Surface:
    share = smoothstep(-0.1, 0.35, lowness(surface, rng, 40)) * strength
    cushions = cells(rng, surface.shape, 9, jitter=0.9)
    swell = np.clip(1 - cushions.centre * 1.4, 0, 1)
    moss = ramp(0.55 * swell + 0.45 * cushions.random, "#2f4a16", "#4f7a22", "#86ae3c")
    return replace(
        surface,
        albedo=mix(surface.albedo, moss, 0.92 * share),
        height=surface.height + share * (1 + 2.2 * swell),
        glow=surface.glow * (1 - 0.7 * share)[..., None],
    )


def fallen_leaves(surface: Surface, strength: float, rng: np.random.Generator) -> Surface:
    albedo, height = surface.albedo, surface.height
    warm = albedo.mean(axis=-1, keepdims=True) * colour("#ffc27a") * 1.15
    albedo = mix(albedo, warm.astype(np.float32), 0.3 * strength)
    for size in (11.0, 8.0):
        leaf = cells(rng, surface.shape, size, jitter=0.9)
        turn = leaf.random * 37
        long = leaf.dx * np.cos(turn) + leaf.dy * np.sin(turn)
        wide = leaf.dy * np.cos(turn) - leaf.dx * np.sin(turn)
        share = smoothstep(1.05, 0.8, (long / 0.42) ** 2 + (wide / 0.24) ** 2)
        share *= (leaf.random * 7.3 % 1 < 0.5 * strength).astype(np.float32)
        leaves = ramp(another(leaf.random), "#8f2d14", "#c9541a", "#e0861f", "#efb93a")
        albedo, height = mix(albedo, leaves, share), height + 1.2 * share
    return replace(surface, albedo=albedo, height=height)


def grassy(surface: Surface, strength: float, rng: np.random.Generator) -> Surface:
    """Grass comes up through it in clumps."""
    shape = surface.shape
    clump = smoothstep(-0.5, 0.5, noise(rng, shape, 34))
    grown = strew(rng, shape, tufts(rng, 8.5, (5, 8)), 7.6, share=0.95 * clump * strength, shadow=0.35)
    blades = ramp(
        np.clip(grown.tone + 0.2 * (grown.random - 0.5), 0, 1), "#2c6a22", "#4f9430", "#7fbc44", "#bfe074"
    )
    return with_things(surface, grown.over(surface.albedo, blades), grown.cover, grown.height)


def flowery(surface: Surface, strength: float, rng: np.random.Generator) -> Surface:
    albedo, cover, height = (
        surface.albedo,
        np.zeros(surface.shape, np.float32),
        np.zeros(surface.shape, np.float32),
    )
    for kind in rng.permutation(len(PETALS))[:2]:
        drift = smoothstep(-0.4, 0.9, noise(rng, surface.shape, 36)) * 0.75 + 0.12
        grown = strew(
            rng,
            surface.shape,
            [blossom(rng, 5.2) for _ in range(4)],
            11,
            share=drift * strength,
            shadow=0.4,
        )
        petals = ramp(np.clip(grown.tone * 1.6 - 0.6, 0, 1), *PETALS[kind])
        petals = mix(ramp(grown.random, "#f7c73a", "#e8a82a"), petals, smoothstep(0.15, 0.4, grown.tone))
        albedo, cover = grown.over(albedo, petals), np.maximum(cover, grown.cover)
        height = mix(height, grown.height, grown.cover)
    return with_things(surface, albedo, cover, height)
