"""Water, shallow and deep."""

import numpy as np

from training.terrain.fields import Field, Shape, cells, mix, noise, ramp, smoothstep, unit
from training.terrain.look import Look
from training.terrain.surface import Surface


def _swell(rng: np.random.Generator, shape: Shape, scale: float) -> tuple[Field, ...]:
    """Two smooth displacement fields, in pixels."""
    return tuple(0.16 * scale * noise(rng, shape, 1.4 * scale, roughness=3.5) for _ in range(2))


def water(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Clear shallows: a net of light over blue, as the sun draws it through ripples."""
    size = rng.uniform(22, 32)
    net = cells(rng, shape, size, jitter=0.9, aspect=1.3, warp=_swell(rng, shape, size))
    line = smoothstep(0.11, 0.03, net.edge + 0.035 * noise(rng, shape, 40, roughness=3.0))
    depth = unit(noise(rng, shape, rng.uniform(60, 100)) + 0.3 * (net.random - 0.5))
    albedo = ramp(depth, "#1f6fb4", "#2f8acb", "#46a5dc", "#62bde6")
    albedo = mix(albedo, ramp(depth, "#d6f4ff", "#ffffff"), 0.62 * line)
    ripple = noise(rng, shape, 16, roughness=3.0, stretch=2.0)
    return Surface(albedo, (0.6 * ripple + 0.8 * line - look.muddy * 0.2).astype(np.float32), gloss=0.5)


def deep_water(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Open sea: long dark-blue waves with narrow crests, no bottom to be seen."""
    angle = rng.uniform(-0.5, 0.5)
    wave = noise(rng, shape, rng.uniform(24, 34), roughness=2.8, stretch=2.6, angle=angle)
    broad = noise(rng, shape, 80)
    tone = unit(0.8 * wave + 0.8 * broad)
    albedo = ramp(tone, "#071f4a", "#0d2f66", "#143f80", "#1d5296")
    crest = smoothstep(1.15, 1.7, wave + 0.25 * noise(rng, shape, 14, roughness=2.5))
    albedo = mix(albedo, ramp(tone, "#5f93c8", "#9cc4e6"), (0.75 + 0.1 * look.bright) * crest)
    return Surface(albedo, (2.2 * wave + crest).astype(np.float32), gloss=0.7)
