"""Bare and soft ground: dirt, snow."""

import numpy as np

from training.terrain.fields import Shape, cells, mix, noise, ramp, smoothstep, unit
from training.terrain.look import Look
from training.terrain.surface import Surface


def dirt(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Trodden earth: clods, soft dents and a few pebbles."""
    patch = noise(rng, shape, rng.uniform(35, 60))
    clod = noise(rng, shape, 13, roughness=2.4)
    tone = unit(0.8 * patch + 0.6 * clod)
    albedo = ramp(tone, "#54381f", "#6f4c2b", "#8a6238", "#a57c4b")
    pebble = cells(rng, shape, rng.uniform(13, 18), jitter=0.9)
    share = smoothstep(0.24, 0.18, pebble.centre) * (pebble.random * 7.7 % 1 < 0.25 + 0.15 * look.dry)
    dome = np.clip(1 - (pebble.centre / 0.24) ** 2, 0, 1)
    albedo = mix(albedo, ramp(pebble.random * 3.1 % 1, "#7d6a55", "#a8967c"), share)
    return Surface(albedo, (1.2 * patch + 1.0 * clod + 2.5 * share * dome).astype(np.float32))


def snow(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Wind-laid snow: broad drifts with blue shade and here and there a sharp crest."""
    angle = rng.uniform(0, np.pi)
    drift = noise(rng, shape, rng.uniform(55, 90), roughness=3.5)
    crest = noise(rng, shape, 30, roughness=3.0, stretch=2.2, angle=angle)
    ridge = 1 - np.clip(np.abs(crest) * 1.6, 0, 1)
    albedo = ramp(unit(drift + 0.5 * crest), "#c3d3ec", "#e2ebf8", "#f6f9fe", "#ffffff")
    dent = cells(rng, shape, 30, jitter=0.9)
    hole = smoothstep(0.16, 0.06, dent.centre) * (dent.random < 0.4 - 0.3 * look.lush)
    height = 5.0 * drift + 1.4 * crest + 0.8 * ridge - 1.5 * hole
    return Surface(mix(albedo, albedo * 0.9, hole), height.astype(np.float32))
