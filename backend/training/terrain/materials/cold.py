"""Snow and ice."""

import numpy as np

from training.terrain.fields import (
    Shape,
    blur,
    cells,
    mix,
    noise,
    ramp,
    smoothstep,
    tilted,
    turned,
    unit,
    warped,
)
from training.terrain.look import Look
from training.terrain.surface import Surface
from training.terrain.variety import pick, tinted, vary


def snow(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """Fresh snow: soft mounds and wind-cut waves, blue in the hollows, with a glitter here and there."""
    angle = rng.uniform(-0.9, -0.4)
    mound = noise(rng, shape, rng.uniform(44, 64), roughness=3.0, finest=10)
    wave = noise(rng, shape, 20, roughness=2.6, stretch=2.4, angle=angle, finest=5)
    windy = smoothstep(-0.6, 0.8, noise(rng, shape, 60, roughness=2.6))
    albedo = ramp(unit(0.9 * mound + 0.45 * windy * wave), "#b4cbe9", "#d6e4f5", "#eef4fb", "#fbfdff")
    glitter = smoothstep(2.4, 3.0, noise(rng, shape, 7, 0.6, finest=2.2))
    albedo = mix(albedo * np.float32(0.95), np.ones_like(albedo), glitter)
    height = 3.0 * mound + 1.1 * windy * wave
    return Surface(tinted(rng, albedo, 0.015), blur(height.astype(np.float32), 0.8), gloss=0.5 * glitter)


def ice(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """A frozen sheet: pale blue facets, white cracks across them and darker depths below."""
    size = vary(rng, 44)
    sheet = cells(rng, shape, size, jitter=0.9)
    shard = turned(sheet)
    depth = unit(noise(rng, shape, 60, 1.8, finest=6))
    tone = np.clip(0.45 * depth + 0.3 * sheet.random + 0.25 * shard.random, 0, 1)
    blues = pick(
        rng,
        ("#5aa6d6", "#82c0e4", "#a6d6ee", "#c8e8f6"),
        ("#62b2d0", "#88c8da", "#acdce6", "#cceef2"),
        ("#6a98d6", "#8fb5e4", "#b0cdee", "#d0e2f8"),
    )
    albedo = ramp(tone, *blues)
    main = smoothstep(1.5, 0.7, sheet.edge * size)
    hair = smoothstep(1.0, 0.4, shard.edge * size) * smoothstep(0.3, 0.6, depth)
    frost = smoothstep(7, 0, sheet.edge * size) * unit(noise(rng, shape, 20, 1.8, finest=4))
    white = np.clip(main + (0.55 + 0.3 * look.dry) * hair + 0.35 * frost, 0, 0.96)
    albedo = mix(albedo, np.ones_like(albedo), white)
    inner = smoothstep(0.3, 3.0, sheet.edge * size)
    rise = smoothstep(0, 2.5, shard.edge * size) * tilted(shard, size * 0.07)
    height = inner * (tilted(sheet, size * 0.12) + 0.6) + rise
    return Surface(tinted(rng, albedo, 0.04), blur(height, 0.8), gloss=np.clip(0.95 - main, 0, 1))


def ice_floes(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """White plates of ice adrift on dark cold water, their blue sides showing below."""
    size = vary(rng, 30, 0.15)
    plate = cells(rng, shape, size, jitter=0.95, warp=warped(rng, shape, 22, 1.6))
    lead = noise(rng, shape, 60, 2.6, finest=12)
    away = plate.edge * size - 1.6 - 2.6 * smoothstep(-0.4, 1.4, lead)
    below, floe = smoothstep(-2.6, -0.4, away), smoothstep(-0.2, 0.9, away)
    deep = ramp(
        unit(0.8 * lead + 0.5 * noise(rng, shape, 18, 2.6, stretch=2)), "#0e3450", "#174c6c", "#246888"
    )
    snowy = ramp(
        unit(noise(rng, shape, 22, 2.0, finest=5) + 0.8 * (plate.random - 0.5)),
        "#c4dcec",
        "#e6f2f9",
        "#ffffff",
    )
    rim = smoothstep(3.2, 0.6, away) * floe
    albedo = mix(deep, np.broadcast_to(ramp(np.zeros((1, 1)), "#5fb4d2", "#5fb4d2"), deep.shape), 0.8 * below)
    albedo = mix(albedo, mix(snowy, snowy * np.float32(0.93), rim), floe)
    height = 4.2 * floe + tilted(plate, 2.2) * floe + 0.5 * noise(rng, shape, 16, 2.2)
    return Surface(tinted(rng, albedo, 0.03), blur(height.astype(np.float32), 0.5), gloss=0.6 * (1 - floe))
