"""Floors that people made: stone tiles, marble, mosaic, carpet, metal plates, panels, asphalt."""

import numpy as np

from training.terrain.blocks import Blocks, blocks, drawn_grid
from training.terrain.fields import (
    Field,
    Shape,
    another,
    blur,
    colour,
    mix,
    noise,
    plane,
    ramp,
    smoothstep,
    unit,
)
from training.terrain.look import Look
from training.terrain.surface import Surface
from training.terrain.variety import pick, tinted, vary


def stone_tiles(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Square grey-green floor slabs of a dungeon: bevelled, each a little off level, some cracked."""
    y, x = drawn_grid(rng, shape, 0.5)
    size = vary(rng, 32, 0.12)
    tile = blocks(rng, y, x, (size, size), bond=0.0 if rng.random() < 0.7 else 0.5, corner=2.5)
    cracked = smoothstep(0.55 - 0.3 * look.dry, 0.6 - 0.3 * look.dry, another(tile.random))
    crack = smoothstep(0.13, 0.03, np.abs(noise(rng, shape, 56, 2.6, finest=9))) * cracked
    chip = 1.6 * smoothstep(0.7, 1.8, noise(rng, shape, 18, 2.0, finest=5))
    edge = tile.edge - 1.1 - chip
    slab, bevel = smoothstep(-0.5, 0.7, edge), np.clip(edge / 3.4, 0, 1)
    mottle = unit(noise(rng, shape, 24, 1.8, finest=4))
    greens = pick(
        rng,
        ("#62705f", "#7c8a76", "#94a08a", "#a9b39c"),
        ("#5a6e68", "#748881", "#8b9f96", "#a3b3a8"),
        ("#6b705a", "#858a70", "#9da186", "#b3b69b"),
    )
    albedo = ramp(0.6 * tile.random + 0.4 * mottle, *greens)
    albedo = albedo * (1 + 0.14 * (1 - bevel) * slab)[..., None]
    albedo = mix(albedo, albedo * 0.35, 0.85 * crack)
    albedo = mix(ramp(mottle, "#272e28", "#353d33"), albedo, slab)
    lean = tile.random * 37
    height = 3.8 * bevel + 0.5 * slab + slab * 0.045 * (tile.dx * np.cos(lean) + tile.dy * np.sin(lean))
    height = height + 1.2 * (mottle - 0.5) - crack
    return Surface(tinted(rng, albedo, 0.04), height.astype(np.float32), gloss=0.15)


def marble(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """A palace floor: polished slabs, light and dark in turn, with veins that run through each."""
    y, x = plane(shape)
    size = vary(rng, 36, 0.1)
    slab = blocks(rng, y, x, (size, size), bond=0.0, corner=0.8)
    bend = noise(rng, shape, 46, 2.5, finest=6)
    shift = slab.random * 40
    line = np.abs(np.sin((x * np.cos(shift) + y * np.sin(shift)) / 15 + 1.5 * bend + shift))
    vein = smoothstep(0.30, 0.0, line) * (0.45 + 0.55 * unit(noise(rng, shape, 30)))
    cloud = unit(bend)
    light = ramp(0.5 * cloud + 0.3 * slab.random, "#cfc8c0", "#e9e4dc", "#fbf8f2")
    light = mix(light, np.broadcast_to(colour("#8d8a92"), light.shape), 0.62 * vein)
    inks = pick(
        rng,
        ("#22262e", "#343a46", "#4c5462"),
        ("#3c1c20", "#5c2c30", "#7e4444"),
        ("#16342e", "#24504a", "#3c6e64"),
    )
    dark = ramp(0.5 * cloud + 0.3 * slab.random, *inks)
    dark = mix(dark, np.broadcast_to(colour("#cfc6b8"), dark.shape), 0.5 * vein)
    row, column = np.round((y - slab.dy) / size), np.round((x - slab.dx) / size)
    odd = (
        ((row + column) % 2 > 0.5).astype(np.float32) if rng.random() < 0.72 else np.zeros(shape, np.float32)
    )
    albedo = mix(light, dark, odd) * (0.5 + 0.5 * smoothstep(0.0, 0.9, slab.edge))[..., None]
    sheen = smoothstep(0.1, 1.4, noise(rng, shape, 70, 3.0, stretch=2.5, angle=0.8))
    height = 1.2 * smoothstep(0, 1.6, slab.edge) + 0.2 * bend
    return Surface(
        tinted(rng, np.clip(albedo + 0.07 * sheen[..., None], 0, 1), 0.03),
        height.astype(np.float32),
        gloss=0.6,
    )


def mosaic(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """Small glazed stones laid in rosettes: rings of one colour round a heart, and lozenges between them."""
    y, x = drawn_grid(rng, shape, 0.3)
    stone, across = vary(rng, 8.6, 0.06), int(rng.choice((7, 9)))
    stones = blocks(rng, y, x, (stone, stone), bond=0.0, corner=1.3)
    row, column = (np.round((each - offset) / stone) for each, offset in ((y, stones.dy), (x, stones.dx)))
    v, u = (np.abs(each % across - across // 2) for each in (row, column))  # stones from a rosette's heart
    ring = np.round(np.hypot(u, v) * 1.15)
    ring = np.where(u + v > across * 0.8, 6 - (u + v + across) % 2, np.clip(ring, 0, 4))
    inks = pick(
        rng,
        ("#e0b048", "#b43c2c", "#f0e4c8", "#2c5c8c", "#f0e4c8", "#e0b048", "#24506c"),
        ("#9c3848", "#e8c060", "#1f8078", "#f2ead8", "#1f8078", "#e8c060", "#1c5c68"),
        ("#ece0d0", "#5c3c8c", "#d08038", "#ece0d0", "#2c6c5c", "#ece0d0", "#4c2c6c"),
    )
    albedo = (
        np.stack([colour(each) for each in inks])[ring.astype(int)] * (0.84 + 0.28 * stones.random)[..., None]
    )
    joint = smoothstep(0.2, 1.1, stones.edge)
    albedo = mix(np.broadcast_to(colour("#5c5148"), albedo.shape), albedo, joint)
    height = 1.8 * np.sqrt(np.clip(stones.edge / 3, 0, 1)) + 0.8 * stones.random * joint
    return Surface(tinted(rng, np.clip(albedo, 0, 1), 0.03), height.astype(np.float32), gloss=0.35 * joint)


def carpet(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """A woven carpet: a deep ground colour with gold rosettes in a lattice of lozenges, and a soft pile."""
    y, x = drawn_grid(rng, shape, 0.35)
    size = vary(rng, 44, 0.1)
    tile = blocks(rng, y, x, (size, size), bond=0.5, corner=0.5)
    u, v = np.abs(tile.dx) / size * 2, np.abs(tile.dy) / size * 2
    away, angle = np.hypot(tile.dy, tile.dx) / size * 2, np.arctan2(tile.dy, tile.dx)
    lozenge = np.abs(u + v - 1)
    lattice = smoothstep(0.13, 0.07, lozenge)
    petal = smoothstep(0.02, -0.04, away - 0.44 * (0.62 + 0.38 * np.abs(np.cos(4 * angle))))
    heart = smoothstep(0.02, -0.04, away - 0.15)
    grounds = pick(
        rng,
        ("#5c0c18", "#8c1826", "#b02c34"),
        ("#14245c", "#20388c", "#3454b4"),
        ("#3c1454", "#5c2280", "#7c3aa4"),
        ("#0c3c28", "#165c3c", "#2a7c52"),
    )
    pile = noise(rng, shape, 7, 1.2, finest=2.4)
    brushed = noise(rng, shape, 50, 2.4, stretch=2, angle=0.6, finest=8)
    albedo = ramp(np.clip(0.5 + 0.14 * pile + 0.16 * brushed, 0, 1), *grounds)
    gold = ramp(np.clip(0.55 + 0.16 * pile + 0.12 * brushed, 0, 1), "#8c6418", "#d0a03c", "#f4d888")
    cream = ramp(np.clip(0.55 + 0.16 * pile, 0, 1), "#b8a484", "#e8dcc0", "#fff6e0")
    albedo = mix(mix(albedo, gold, np.maximum(lattice, petal)), cream, heart)
    height = 0.25 * pile + 1.1 * np.maximum(lattice, petal) + 0.5 * heart + 0.8 * brushed
    return Surface(tinted(rng, albedo, 0.03), height.astype(np.float32))


def rivets(plate: Blocks, size: tuple[float, float], inset: float) -> Field:
    """Distance to the rivet in the nearest corner of a plate, in pixels."""
    return np.hypot(size[0] / 2 - inset - np.abs(plate.dy), size[1] / 2 - inset - np.abs(plate.dx))


def metal_plates(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Steel plates, riveted at their corners: brushed, scratched, and rusty at the seams."""
    y, x = plane(shape)
    high = vary(rng, 32, 0.1)
    size = high, high * rng.uniform(1.0, 1.5)
    plate = blocks(rng, y, x, size, bond=0.5 if rng.random() < 0.6 else 0.0, corner=2.5)
    brushed = noise(rng, shape, 16, 1.0, stretch=7, finest=2.2)
    edge = plate.edge - 0.8
    face = smoothstep(-0.4, 0.6, edge)
    steels = pick(
        rng,
        ("#4a535c", "#6a7680", "#8e9aa2", "#b8c4c8"),
        ("#4c4a48", "#6e6c68", "#94918a", "#bab6ac"),
        ("#3e4c5a", "#5a6e80", "#7e94a6", "#b0c2ce"),
    )
    tone = np.clip(0.24 + 0.34 * plate.random + 0.09 * brushed + 0.012 * (-plate.dx - plate.dy), 0, 1)
    albedo = ramp(tone, *steels)
    blotch = noise(rng, shape, 24, 1.7, finest=3.5)
    rust = smoothstep(0.7, 1.8, blotch + 1.4 * np.exp(-np.clip(edge, 0, None) / 3.5) + 0.7 * look.dry)
    albedo = mix(albedo, ramp(unit(blotch), "#5c2c14", "#8c4a1e", "#b46c30"), 0.8 * rust)
    rivet = rivets(plate, size, 5)
    stud = smoothstep(3.1, 2.2, rivet)
    albedo = mix(
        albedo * (1 - 0.4 * smoothstep(4.6, 3.0, rivet))[..., None], ramp(tone, *steels) * 1.12, stud
    )
    albedo = mix(ramp(tone, "#15181c", "#22262a"), albedo, face)
    height = (
        2.4 * face
        + 0.8 * smoothstep(0, 3, edge)
        + 1.8 * np.sqrt(np.clip(1 - (rivet / 3) ** 2, 0, 1))
        + 0.15 * brushed
    )
    return Surface(
        tinted(rng, np.clip(albedo, 0, 1), 0.03), height.astype(np.float32), gloss=(0.5 * (1 - rust) * face)
    )


def panels(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """The deck of a spaceship: bevelled panels, vents, and lines of light set into them."""
    y, x = plane(shape)
    size = vary(rng, 40, 0.08)
    panel = blocks(rng, y, x, (size, size), bond=0.0, corner=4)
    kind = another(panel.random)
    edge = panel.edge - 1.0
    face = smoothstep(-0.4, 0.6, edge)
    u, v = panel.dx / size, panel.dy / size
    inner = smoothstep(0.0, 1.2, 0.31 * size - np.maximum(np.abs(panel.dx), np.abs(panel.dy)))
    slats = (kind < 0.34) * inner
    slot = slats * smoothstep(0.0, 0.5, np.cos(panel.dy * 2 * np.pi / 6.4))
    cross = np.where(
        kind > 0.67, np.minimum(np.abs(u), np.abs(v)), np.abs(np.maximum(np.abs(u), np.abs(v)) - 0.36)
    )
    lamp = smoothstep(0.040, 0.022, cross) * (kind >= 0.34) * smoothstep(1.5, 3.5, edge)
    steels = pick(
        rng, ("#2c343e", "#434e5c", "#66737f", "#94a2ac"), ("#3c3e42", "#5c6066", "#868a8e", "#b8bcbc")
    )
    wear = noise(rng, shape, 20, 1.6, finest=3)
    tone = np.clip(0.3 + 0.34 * panel.random + 0.05 * wear + 0.15 * inner * (kind > 0.8), 0, 1)
    albedo = ramp(tone, *steels) * (1 - 0.72 * slot)[..., None]
    albedo = mix(ramp(tone, "#0c0f14", "#14181e"), albedo, face)
    light = colour(pick(rng, ("#28c8f0",), ("#40e8a0",), ("#f0a028",), ("#e04ca8",))[0])
    spread = np.clip(blur(lamp, 3.0) * 1.3, 0, 1)
    glow = light * (0.95 * lamp + 0.35 * spread * (1 - lamp))[..., None]
    height = 2.2 * face + 1.3 * smoothstep(0, 4, edge) + 0.8 * inner * (kind > 0.8) - 1.6 * slot - 0.9 * lamp
    return Surface(
        tinted(rng, albedo * (1 - 0.8 * lamp)[..., None], 0.03),
        height.astype(np.float32),
        gloss=0.4,
        glow=glow,
    )


def asphalt(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """A tarred street: dark speckled grey, mended cracks, and white or yellow lines along it."""
    turned = rng.random() < 0.5
    shape = (shape[1], shape[0]) if turned else shape
    y, _ = plane(shape)
    grain = noise(rng, shape, 7, 0.9, finest=2.2)
    patch = noise(rng, shape, 44, 2.2, finest=8)
    albedo = ramp(unit(0.3 * grain + 0.8 * patch), "#303236", "#43464a", "#595c60", "#74777a")
    crack = smoothstep(0.10, 0.02, np.abs(noise(rng, shape, 60, 2.2, finest=6))) * smoothstep(
        -0.2, 0.6, patch
    )
    albedo = mix(albedo, albedo * 0.4, 0.85 * crack)
    lane = vary(rng, 40, 0.1)
    across = (y + rng.random() * lane + 0.5 * noise(rng, shape, 30)) % (2 * lane)
    worn = 0.7 + 0.25 * smoothstep(-0.8, 0.5, 0.4 * grain + patch)
    _, x = plane(shape)
    dashed = smoothstep(2.4, 1.7, np.abs(across - lane * 0.5)) * smoothstep(
        0.60, 0.56, (x / 34 + rng.random()) % 1
    )
    solid = smoothstep(2.2, 1.5, np.abs(across - lane * 1.5))
    albedo = mix(albedo, np.broadcast_to(colour("#e8e6da"), albedo.shape), dashed * worn)
    albedo = mix(albedo, np.broadcast_to(colour("#e8b838"), albedo.shape), solid * worn)
    height = 0.2 * grain + 1.2 * patch - 1.5 * crack + 0.5 * np.maximum(dashed, solid)
    surface = Surface(tinted(rng, albedo, 0.03), height.astype(np.float32))
    return surface.transposed() if turned else surface
