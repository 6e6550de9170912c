"""What wind and weather lay over a surface: mud, snow, sand, water, ice, mist."""

from dataclasses import replace

import numpy as np

from training.terrain.fields import blur, cells, colour, mix, noise, ramp, smoothstep, unit, warped
from training.terrain.surface import Surface, lowness


def muddy(surface: Surface, strength: float, rng: np.random.Generator) -> Surface:
    share = smoothstep(0.0, 0.5, lowness(surface, rng, 50) - 0.1) * strength
    mud = ramp(unit(noise(rng, surface.shape, 14)), "#3f2d1e", "#5b4028", "#6d5033")
    return replace(
        surface,
        albedo=mix(surface.albedo, mud, 0.9 * share),
        height=mix(surface.height, surface.height * 0.3 - 1, share),
        gloss=np.maximum(surface.gloss, 0.8 * share),
        glow=surface.glow * (1 - 0.8 * share)[..., None],
    )


def snowy(surface: Surface, strength: float, rng: np.random.Generator) -> Surface:
    drift = noise(rng, surface.shape, 34, roughness=2.2)
    share = smoothstep(-0.15, 0.15, drift) * strength
    snow = ramp(unit(noise(rng, surface.shape, 30)), "#cfdcf0", "#eef4fc", "#ffffff")
    return replace(
        surface,
        albedo=mix(surface.albedo, snow, 0.93 * share),
        height=mix(surface.height, surface.height * 0.5 + 2 + 0.6 * drift, share),
        gloss=surface.gloss * (1 - share),
        glow=surface.glow * (1 - 0.8 * share)[..., None],
    )


def sandy(surface: Surface, strength: float, rng: np.random.Generator) -> Surface:
    share = smoothstep(-0.1, 0.3, lowness(surface, rng, 44)) * strength
    drift = noise(rng, surface.shape, 16, 2.6, stretch=2.2, angle=-0.7, finest=4)
    sand = ramp(unit(drift), "#c79c52", "#e2c078", "#f5dfa4")
    return replace(
        surface,
        albedo=mix(surface.albedo, sand, 0.94 * share),
        height=mix(surface.height, 0.35 * surface.height + 0.9 * drift, share),
        gloss=surface.gloss * (1 - share),
        glow=surface.glow * (1 - 0.8 * share)[..., None],
    )


def wet(surface: Surface, strength: float, rng: np.random.Generator) -> Surface:
    """Soaked: everything darker and shining, and puddles with the sky in them."""
    low = lowness(surface, rng, 46)
    puddle = smoothstep(0.55, 0.75, low) * strength
    soaked = surface.albedo * np.float32(1 - 0.3 * strength)
    sky = ramp(unit(noise(rng, surface.shape, 40, 2.8, stretch=2)), "#5d7488", "#8aa2b4", "#c2d4de")
    return replace(
        surface,
        albedo=mix(soaked, 0.35 * soaked + 0.65 * sky, puddle),
        height=mix(surface.height, np.full_like(surface.height, surface.height.min() * 0.4), puddle),
        gloss=np.maximum(surface.gloss, np.maximum(0.75 * strength, puddle)),
        glow=surface.glow * (1 - 0.6 * puddle)[..., None],
    )


def frozen(surface: Surface, strength: float, rng: np.random.Generator) -> Surface:
    """Under a glaze of ice: pale blue, shining, with white cracks and hoar frost on what stands high."""
    shape = surface.shape
    sheet = cells(rng, shape, 32, jitter=0.95, warp=warped(rng, shape, 20, 1.2))
    vein = smoothstep(1.5, 0.5, sheet.edge * 32)
    high = surface.height - blur(surface.height, 6)
    hoar = smoothstep(0.2, 1.4, high + 0.7 * noise(rng, shape, 16))
    grey = surface.albedo.mean(axis=-1, keepdims=True)
    glaze = 0.45 * surface.albedo * colour("#a8d4f4") + 0.55 * (0.25 + 0.75 * grey) * colour("#b4e0fa")
    albedo = mix(surface.albedo, glaze, 0.85 * strength)
    white = np.clip(0.85 * vein + 0.6 * hoar, 0, 0.92) * strength
    return replace(
        surface,
        albedo=mix(albedo, np.broadcast_to(colour("#f2f9fe"), albedo.shape), white),
        height=surface.height * (1 - 0.3 * strength) + 0.9 * (sheet.random - 0.5),
        gloss=np.maximum(surface.gloss, 0.8 * strength),
        glow=surface.glow * (1 - 0.75 * strength),
    )


def misty(surface: Surface, strength: float, rng: np.random.Generator) -> Surface:
    """Banks of pale mist that drift over it and take its contrast."""
    shape = surface.shape
    bank = smoothstep(-0.9, 1.3, noise(rng, shape, 64, 2.8, stretch=1.6, finest=8))
    share = np.clip(0.25 + 0.72 * bank, 0, 0.92) * strength
    mist = ramp(bank, "#b9c4cc", "#d6dde1", "#eef1f2")
    return replace(
        surface,
        albedo=mix(surface.albedo, mist, share),
        height=surface.height * (1 - 0.85 * share),
        gloss=surface.gloss * (1 - share),
        glow=surface.glow * (1 - 0.7 * share)[..., None],
    )
