"""What farmers grow in rows: vegetables and wheat."""

import numpy as np

from training.terrain.blocks import blocks, drawn_grid
from training.terrain.fields import Shape, mix, noise, plane, ramp, smoothstep, unit
from training.terrain.look import Look
from training.terrain.surface import Surface
from training.terrain.variety import tinted, vary


def farmland(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Ploughed earth: furrows, clods, and a row of green sprouts along every ridge."""
    flip = rng.random() < 0.5
    shape = (shape[1], shape[0]) if flip else shape
    y, x = drawn_grid(rng, shape, 1.0)
    spacing = vary(rng, 15.5, 0.1)
    bed = blocks(rng, y, x, (spacing, vary(rng, 11.5, 0.12)), bond=None)
    ridge = 0.5 + 0.5 * np.cos(2 * np.pi * bed.dy / spacing)
    clod = noise(rng, shape, 12, 1.8, finest=4)
    palettes = (
        ("#4a2f1e", "#6f482c", "#8f633f"),
        ("#44301f", "#664a33", "#866650"),
        ("#55301f", "#7c4a2e", "#9b6744"),
    )
    soil = ramp(np.clip(0.12 + 0.62 * ridge + 0.12 * clod, 0, 1), *palettes[rng.integers(3)])
    # a sprout is a rosette of pointed leaves, turned by its number
    reach = spacing * (0.25 + 0.13 * (bed.random * 7.3 % 1)) * (1 + 0.15 * look.lush - 0.15 * look.dry)
    sideways = (bed.random * 5.1 % 1 - 0.5) * 2
    angle = np.arctan2(bed.dy, bed.dx - sideways) + bed.random * 20
    petal = np.abs(np.cos(2.0 * angle))
    inside = reach * (0.42 + 0.58 * petal) - np.hypot(bed.dx - sideways, bed.dy)
    leaf = smoothstep(-0.5, 0.6, inside) * (bed.random > 0.06)
    green = ramp(
        np.clip(0.2 * petal + 0.16 * inside + 0.4 * bed.random, 0, 1), "#3d7a20", "#62a62c", "#97cf48"
    )
    height = 3.6 * ridge + 0.55 * clod + leaf * (1.2 + np.clip(inside, 0, 2))
    surface = Surface(tinted(rng, mix(soil, green, leaf), 0.05), height.astype(np.float32))
    return surface.transposed() if flip else surface


def wheat_field(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Ripe wheat from above: slanted ears in dense rows, layer over layer, with wind going through."""
    lean = rng.choice([-1, 1]) * rng.uniform(0.3, 0.55)  # from the vertical
    y, x = plane(shape)
    sway = noise(rng, shape, 100, 3.0, finest=24)
    x = x + 3 * sway
    along, across = y * np.cos(lean) + x * np.sin(lean), x * np.cos(lean) - y * np.sin(lean)
    pitch = vary(rng, 6.2, 0.1)
    palettes = (
        ("#7a5214", "#bb8424", "#e0ad3a", "#f8dc7c"),
        ("#7d4f16", "#c08a30", "#e3b64c", "#f7e094"),
        ("#745a18", "#b58f28", "#dab83c", "#f4e27a"),
    )
    palette = palettes[rng.integers(3)]
    albedo = ramp(unit(sway), palette[0], "#94691c") * np.float32(0.8)
    height = np.zeros(shape, np.float32)
    for layer in range(2):
        ear = blocks(rng, across, along, (pitch, pitch * 3.1), bond=None)
        half = pitch * (0.30 + 0.10 * layer)
        body = 1 - (ear.dy / half) ** 2 - (ear.dx / (pitch * 1.45)) ** 2
        share = smoothstep(0.0, 0.35, body) * (ear.random > 0.35 * layer)
        # grains in a herringbone along the ear
        grains = np.cos(2 * np.pi * (ear.dx - 0.9 * np.abs(ear.dy)) / 4.2)
        tone = 0.3 + 0.2 * layer + 0.3 * ear.random + 0.12 * grains + 0.05 * sway - 0.1 * look.dry
        albedo = mix(albedo, ramp(np.clip(tone, 0, 1), *palette), share)
        height = mix(height, 1.5 * layer + 2.2 * np.sqrt(np.clip(body, 0, 1)) + 0.3 * grains, share)
    return Surface(tinted(rng, albedo, 0.04), (height + 2.0 * sway).astype(np.float32))
