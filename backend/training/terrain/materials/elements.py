"""Fire and sky: flames, clouds, and space with its stars."""

import numpy as np

from training.terrain.fields import Field, Shape, another, blur, colour, mix, noise, ramp, smoothstep, unit
from training.terrain.look import Look
from training.terrain.stamps import Stamp, disc, dome, empty, joined, strew
from training.terrain.surface import Surface
from training.terrain.variety import pick, tinted, vary


def flame(rng: np.random.Generator, tall: float) -> Stamp:
    """A tongue of fire: broad at its foot, drawn out to a bent tip; its tone is its heat."""
    y, x = disc(tall * 0.5, 1.15)
    foot = float(y.max()) - 2
    t = np.clip((foot - y) / tall, -0.2, 1)
    bend = rng.uniform(-0.22, 0.22) * tall
    middle = bend * np.clip(t, 0, 1) ** 2 + 0.05 * tall * np.sin(7 * t + rng.uniform(0, 7))
    half = tall * 0.27 * np.sqrt(np.clip((t + 0.12) / 0.3, 0, 1)) * np.clip(1 - t, 0, 1) ** 0.8
    inside = half - np.abs(x - middle)
    heat = np.clip(inside / (tall * 0.2), 0, 1) * (1.15 - 0.75 * np.clip(t, 0, 1)) + 0.12
    return Stamp(smoothstep(-0.3, 1.2, inside), np.clip(heat, 0, 1), 1.5 * np.clip(inside, 0, 3))


def fire(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """Burning ground: flames, one before the other, over charred black, bright where they are hottest."""
    bed = noise(rng, shape, 26, 2.0, finest=4)
    albedo = ramp(unit(bed), "#140c0a", "#2a1812", "#40241a")
    burning = 0.6 + 0.35 * smoothstep(-0.8, 0.6, noise(rng, shape, 44))
    size = vary(rng, 25, 0.12)
    flames = [flame(rng, vary(rng, size, 0.3)) for _ in range(8)]
    laid = strew(rng, shape, flames, size * 0.55, share=burning, shadow=0)
    light = ramp(laid.tone, "#6c0c04", "#c82c08", "#f4700e", "#ffb42c", "#fff0a0")
    spread = np.clip(blur(laid.cover * laid.tone, 5), 0, 1)
    glow = mix(colour("#e0480c") * (0.5 * spread)[..., None], 0.94 * light, laid.cover)
    height = mix(1.5 * bed, 1 + 0.5 * laid.height, laid.cover)
    return Surface(
        tinted(rng, albedo * (1 - laid.cover)[..., None], 0.03), height.astype(np.float32), glow=glow
    )


def puff(rng: np.random.Generator, radius: float) -> Stamp:
    """A cloud: round heads over a flat foot, white where the light falls on it."""
    y, x = disc(radius * 1.1, 0.75)
    whole = empty(y)
    heads = sorted(rng.uniform(-0.62, 0.62, int(rng.integers(5, 8))), key=abs, reverse=True)
    for aside in heads:
        size = radius * (0.5 - 0.32 * abs(aside)) * rng.uniform(0.9, 1.15)
        cy = radius * 0.30 - size * rng.uniform(0.5, 0.95)
        part = dome(y - cy, x - aside * radius, size, 0.6)
        tone = np.clip(part.tone + 0.16 - 0.45 * np.clip((y - cy) / size, -0.3, 1) * 0.6, 0, 1)
        whole = joined(whole, Stamp(part.cover, tone, part.height + size * 0.4))
    foot = smoothstep(0.42, 0.30, y / radius)
    return Stamp(whole.cover * foot, whole.tone, whole.height)


def clouds(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """The sky from above: plump white clouds over blue."""
    deep = unit(noise(rng, shape, 90, 2.8))
    blues = pick(rng, ("#3c86d4", "#5aa2e4", "#86c2f0"), ("#4a92d8", "#70b2e8", "#a0d2f4"))
    haze = smoothstep(0.0, 1.8, noise(rng, shape, 50, 2.2, stretch=2.4, finest=6))
    albedo = mix(ramp(deep, *blues), np.ones((*shape, 3), np.float32), 0.4 * haze)
    height = np.zeros(shape, np.float32)
    for radius, spacing, share in ((13.0, 25.0, 0.5), (21.0, 36.0, 0.75)):
        laid = strew(
            rng, shape, [puff(rng, vary(rng, radius)) for _ in range(6)], spacing, share=share, shadow=0.12
        )
        white = ramp(laid.tone, "#8fb0d8", "#c8d9ee", "#f2f6fb", "#ffffff")
        albedo, height = laid.over(albedo, white), mix(height, 0.35 * laid.height, laid.cover)
    return Surface(tinted(rng, albedo, 0.02), height.astype(np.float32))


def star(radius: float) -> Stamp:
    """A star with four rays."""
    y, x = disc(radius)
    away = np.hypot(y, x) / radius
    ray = np.maximum(
        np.clip(1 - np.abs(x) / 1.5, 0, 1) * np.clip(1 - np.abs(y) / radius, 0, 1),
        np.clip(1 - np.abs(y) / 1.5, 0, 1) * np.clip(1 - np.abs(x) / radius, 0, 1),
    )
    light = np.clip(smoothstep(0.36, 0.12, away) + ray + 0.25 * smoothstep(0.8, 0.0, away), 0, 1)
    return Stamp(light, np.ones_like(y), 0 * y)


def planet(rng: np.random.Generator, radius: float) -> Stamp:
    """A small planet with bands; half of it lies in its own night."""
    y, x = disc(radius)
    inside = 1 - (y * y + x * x) / radius**2
    lean = rng.uniform(-0.6, 0.6)
    band = np.sin((y + lean * x) * 2 * np.pi / (radius * 0.62) + rng.uniform(0, 7))
    day = np.clip(0.55 - 0.62 * (x + y) / radius / 1.4, 0, 1)
    return Stamp(smoothstep(-0.1, 0.2, inside), np.clip(day + 0.12 * band * day, 0.03, 1), 0 * y)


def space(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """Outer space: dark blue, clouds of coloured gas, stars large and small, and a planet here and there."""
    gas = noise(rng, shape, 80, 2.2, finest=6)
    veil = smoothstep(0.1, 1.9, gas + 0.5 * noise(rng, shape, 30, 2.0, finest=4))
    deep = ramp(unit(noise(rng, shape, 70, 2.4)), "#04061a", "#0a0e2c", "#14183e")
    hue = pick(
        rng, ("#5a2c9c", "#c850b4"), ("#1c4ca4", "#48a8d8"), ("#7c2450", "#e0705c"), ("#1c6c74", "#5cd0a8")
    )
    albedo = mix(deep, ramp(veil, *hue), 0.62 * veil)
    worlds = strew(rng, shape, [planet(rng, r) for r in (6.5, 8.5, 11.0)], 42, share=0.45, shadow=0)
    albedo = mix(albedo, _worlds(worlds.tone, worlds.random), worlds.cover)
    glow = np.zeros_like(albedo)
    for radius, spacing, share in ((3.4, 9.0, 0.34), (8.5, 26.0, 0.6)):
        lights = strew(
            rng, shape, [star(vary(rng, radius)) for _ in range(4)], spacing, share=share, shadow=0
        )
        shine = ramp(lights.random, "#bcd4ff", "#ffffff", "#ffe9b8")
        glow = np.maximum(glow, shine * (lights.cover * (1 - worlds.cover))[..., None])
    relief = 0.8 * gas * (1 - worlds.cover)
    return Surface(tinted(rng, albedo, 0.03), relief.astype(np.float32), glow=glow)


def _worlds(tone: Field, random: Field) -> Field:
    """Red, blue or sandy, by a number."""
    kinds = (
        ("#1c0a0c", "#a8442c", "#f4a878"),
        ("#060c24", "#2c6cb8", "#b4e0f8"),
        ("#1c1608", "#b08c4c", "#f6e4b4"),
    )
    red, blue, sandy = (ramp(tone, *kind) for kind in kinds)
    return mix(mix(red, blue, 1.0 * (random > 0.34)), sandy, 1.0 * (another(random) > 0.67))
