"""Terrains that people made: paving, masonry, boards and fields."""

from dataclasses import replace

import numpy as np

from training.terrain.blocks import blocks
from training.terrain.fields import Field, Shape, cells, mix, noise, ramp, smoothstep, unit
from training.terrain.look import Look
from training.terrain.surface import Surface
from training.terrain.variety import tinted, vary


def cobblestone(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Worn warm-grey cobbles, domed, in loose rows with dark mortar between."""
    size = vary(rng, 17, 0.12)
    cobble = cells(rng, shape, size, jitter=0.34, aspect=1.12, stagger=0.5)
    edge = cobble.edge * size
    gap = 1.0 + 0.5 * look.dry
    round_ = np.minimum(edge - gap, size * 0.60 - cobble.centre * size)  # cut the corners of the polygons
    dome = np.sqrt(np.clip(round_ / (size * 0.36), 0, 1))
    mottle = unit(noise(rng, shape, 12, 1.8, finest=4))
    palettes = (
        ("#81746a", "#a3968a", "#bdb0a1", "#d0c6b8"),
        ("#8a7662", "#a9947d", "#c1ae97", "#d4c6b2"),
        ("#7c7470", "#9a928c", "#b4aca5", "#cac4bd"),
    )
    albedo = ramp(0.7 * cobble.random + 0.3 * mottle, *palettes[rng.integers(3)])
    albedo = albedo * (0.82 + 0.22 * dome)[..., None]
    mortar = ramp(mottle, "#322a25", "#463b33")
    albedo = mix(mortar, albedo, smoothstep(-0.3, 1.0, round_))
    height = dome * (4.2 + 1.2 * cobble.random) + 0.5 * mottle
    return Surface(tinted(rng, albedo, 0.05), height, gloss=0.25 * dome)


def brick(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Red-brown bricks in running bond, with pale mortar."""
    y, x = _grid(rng, shape, 0.8)
    height = vary(rng, 12, 0.12)
    block = blocks(rng, y, x, (height, height * rng.uniform(2.0, 2.3)), bond=0.5)
    chip = 0.5 * noise(rng, shape, 12, 1.8, finest=4) * (1 + look.dry)
    edge = block.edge - 1.0 + 0.6 * np.minimum(chip, 0)
    face = smoothstep(-0.3, 0.8, edge)
    mottle = unit(noise(rng, shape, 14, 1.8, finest=4))
    palettes = (
        ("#6e3026", "#8c4030", "#a0503a", "#b0664a"),
        ("#66322c", "#803f34", "#985240", "#a26246"),
        ("#7a3826", "#984830", "#aa5a3a", "#ba744c"),
    )
    clay = ramp(0.75 * block.random + 0.25 * mottle, *palettes[rng.integers(3)])
    mortar = ramp(mottle, "#cdc0ac", "#eadfcc")
    relief = face * 1.0 + smoothstep(0, 2.6, edge) * 1.3 + block.random * face + 0.25 * chip
    return Surface(tinted(rng, mix(mortar, clay, face), 0.05), relief.astype(np.float32))


def planks(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Wooden boards side by side, with grain, gaps, staggered ends and two nails at each end."""
    flip = rng.random() < 0.5
    shape = (shape[1], shape[0]) if flip else shape
    y, x = _grid(rng, shape, 0.3)
    width, length = vary(rng, 18, 0.12), vary(rng, 92)
    board = blocks(rng, y, x, (width, length), bond=None, corner=1.0)
    gap = 0.7 + 0.4 * look.dry
    wood = smoothstep(gap - 0.6, gap + 0.6, board.edge)
    # every board is sawn from another place in the log: shift the grain by its number
    rows, columns = np.indices(shape)
    log = noise(rng, shape, 30, 1.7, stretch=9, finest=2.5)
    log = log[rows, (columns + (board.random * 997).astype(np.int32)) % shape[1]]
    rings = np.sin(5.5 * log + 9 * board.random)
    palettes = (
        ("#7d5230", "#a06c3e", "#bb854e", "#cf9f66"),
        ("#6f4a33", "#8b6044", "#a47655", "#b98d6a"),
        ("#8a5a2c", "#b07a3c", "#cb9650", "#dcb06c"),
    )
    tone = np.clip(0.2 + 0.6 * board.random + 0.17 * rings, 0, 1)
    albedo = ramp(tone, *palettes[rng.integers(3)])
    nail = np.hypot(length / 2 - 5 - np.abs(board.dx), np.abs(board.dy) - width * 0.26)
    albedo = mix(albedo, ramp(tone, "#2f2a28", "#3d3735"), smoothstep(2.0, 1.2, nail))
    albedo = mix(ramp(tone, "#2b1a0f", "#37230f"), albedo, wood)
    height = 2.2 * wood + 1.2 * smoothstep(0, 3.5, board.edge) + 0.25 * rings + 0.8 * board.random * wood
    height = height + 0.7 * smoothstep(2.0, 0.8, nail)
    surface = Surface(tinted(rng, albedo, 0.05), height.astype(np.float32))
    return _transposed(surface) if flip else surface


def stone_tiles(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Square grey-green floor slabs of a dungeon: bevelled, each a little off level, some cracked."""
    y, x = _grid(rng, shape, 0.5)
    size = vary(rng, 32, 0.12)
    tile = blocks(rng, y, x, (size, size), bond=0.0 if rng.random() < 0.7 else 0.5, corner=2.5)
    cracked = smoothstep(0.55 - 0.3 * look.dry, 0.6 - 0.3 * look.dry, tile.random * 13.7 % 1)
    crack = smoothstep(0.13, 0.03, np.abs(noise(rng, shape, 56, 2.6, finest=9))) * cracked
    chip = 1.6 * smoothstep(0.7, 1.8, noise(rng, shape, 18, 2.0, finest=5))
    edge = tile.edge - 1.1 - chip
    slab = smoothstep(-0.5, 0.7, edge)
    bevel = np.clip(edge / 3.4, 0, 1)
    mottle = unit(noise(rng, shape, 24, 1.8, finest=4))
    palettes = (
        ("#62705f", "#7c8a76", "#94a08a", "#a9b39c"),
        ("#5a6e68", "#748881", "#8b9f96", "#a3b3a8"),
        ("#6b705a", "#858a70", "#9da186", "#b3b69b"),
    )
    albedo = ramp(0.6 * tile.random + 0.4 * mottle, *palettes[rng.integers(3)])
    albedo = albedo * (1 + 0.14 * (1 - bevel) * slab)[..., None]
    albedo = mix(albedo, albedo * 0.35, 0.85 * crack)
    albedo = mix(ramp(mottle, "#272e28", "#353d33"), albedo, slab)
    lean = tile.random * 37
    height = 3.8 * bevel + 0.5 * slab + slab * 0.045 * (tile.dx * np.cos(lean) + tile.dy * np.sin(lean))
    height = height + 0.3 * (mottle - 0.5) * 4 - crack
    return Surface(tinted(rng, albedo, 0.04), height.astype(np.float32), gloss=0.15)


def farmland(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Ploughed earth: furrows, clods, and a row of green sprouts along every ridge."""
    flip = rng.random() < 0.5
    shape = (shape[1], shape[0]) if flip else shape
    y, x = _grid(rng, shape, 1.0)
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
    return _transposed(surface) if flip else surface


def wheat_field(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Ripe wheat from above: slanted ears in dense rows, layer over layer, with wind going through."""
    lean = rng.choice([-1, 1]) * rng.uniform(0.3, 0.55)  # from the vertical
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
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


def _grid(rng: np.random.Generator, shape: Shape, wobble: float) -> tuple[Field, Field]:
    """Pixel coordinates (y, x), drawn with an unsteady hand."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    shake = noise(rng, shape, 40, 2.2, finest=10) * np.float32(wobble)
    return y + shake, x + np.roll(shake, shape[1] // 2, 1)


def _transposed(surface: Surface) -> Surface:
    """Rows become columns; the surface's other properties must be plain numbers."""
    return replace(surface, albedo=surface.albedo.swapaxes(0, 1).copy(), height=surface.height.T.copy())
