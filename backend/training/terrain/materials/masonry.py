"""What masons and roofers make: cobbles, bricks, walls, stairs, graves, roof tiles, thatch."""

import numpy as np

from training.terrain.blocks import blocks, drawn_grid
from training.terrain.fields import Field, Shape, another, cells, mix, noise, plane, ramp, smoothstep, unit
from training.terrain.look import Look
from training.terrain.materials.grassland import grass
from training.terrain.stamps import Stamp, disc, strew
from training.terrain.surface import Surface
from training.terrain.variety import pick, tinted, vary


def cobblestone(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Worn warm-grey cobbles, domed, in loose rows with dark mortar between."""
    size = vary(rng, 17, 0.12)
    cobble = cells(rng, shape, size, jitter=0.34, aspect=1.12, stagger=0.5)
    edge = cobble.edge * size
    gap = 1.0 + 0.5 * look.dry
    round_ = np.minimum(edge - gap, size * 0.60 - cobble.centre * size)  # cut the corners of the polygons
    raised = np.sqrt(np.clip(round_ / (size * 0.36), 0, 1))
    mottle = unit(noise(rng, shape, 12, 1.8, finest=4))
    greys = pick(
        rng,
        ("#81746a", "#a3968a", "#bdb0a1", "#d0c6b8"),
        ("#8a7662", "#a9947d", "#c1ae97", "#d4c6b2"),
        ("#7c7470", "#9a928c", "#b4aca5", "#cac4bd"),
    )
    albedo = ramp(0.7 * cobble.random + 0.3 * mottle, *greys) * (0.82 + 0.22 * raised)[..., None]
    albedo = mix(ramp(mottle, "#322a25", "#463b33"), albedo, smoothstep(-0.3, 1.0, round_))
    height = raised * (4.2 + 1.2 * cobble.random) + 0.5 * mottle
    return Surface(tinted(rng, albedo, 0.05), height.astype(np.float32), gloss=0.25 * raised)


def brick(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Red-brown bricks in running bond, with pale mortar."""
    y, x = drawn_grid(rng, shape, 0.6)
    high = vary(rng, 12, 0.12)
    block = blocks(rng, y, x, (high, high * rng.uniform(2.0, 2.3)), bond=0.5)
    chip = 0.5 * noise(rng, shape, 12, 1.8, finest=4) * (1 + look.dry)
    edge = block.edge - 1.0 + 0.6 * np.minimum(chip, 0)
    face = smoothstep(-0.3, 0.8, edge)
    mottle = unit(noise(rng, shape, 14, 1.8, finest=4))
    reds = pick(
        rng,
        ("#6e3026", "#8c4030", "#a0503a", "#b0664a"),
        ("#66322c", "#803f34", "#985240", "#a26246"),
        ("#7a3826", "#984830", "#aa5a3a", "#ba744c"),
    )
    clay = ramp(0.75 * block.random + 0.25 * mottle, *reds)
    relief = face * 1.0 + smoothstep(0, 2.6, edge) * 1.3 + block.random * face + 0.25 * chip
    albedo = mix(ramp(mottle, "#cdc0ac", "#eadfcc"), clay, face)
    return Surface(tinted(rng, albedo, 0.05), relief.astype(np.float32))


def ashlar(
    rng: np.random.Generator, shape: Shape, size: tuple[float, float], rough: float
) -> tuple[Field, Field, Field, Field]:
    """Dressed blocks in courses: (a number per block, face, relief, mottle)."""
    y, x = drawn_grid(rng, shape, 0.8)
    block = blocks(rng, y, x, size, bond=None, corner=2.2)
    chip = 1.5 * smoothstep(0.6, 1.8, noise(rng, shape, 16, 2.0, finest=5)) * rough
    edge = block.edge - 0.9 - chip
    face = smoothstep(-0.4, 0.6, edge)
    mottle = unit(noise(rng, shape, 20, 1.7, finest=3.5))
    lean = block.random * 37
    relief = 3.4 * np.sqrt(np.clip(edge / 4.5, 0, 1)) + face * (
        0.05 * (block.dx * np.cos(lean) + block.dy * np.sin(lean))
        + 1.6 * another(block.random)
        + rough * 2.2 * (mottle - 0.5)
    )
    return block.random, face, relief, mottle


def castle_wall(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """A fortress wall: great hewn blocks of grey stone in uneven courses, dark in the joints."""
    high = vary(rng, 19, 0.1)
    random, face, relief, mottle = ashlar(rng, shape, (high, high * rng.uniform(1.6, 2.0)), 1.0)
    greys = pick(
        rng,
        ("#565a62", "#757a80", "#92969a", "#b4b6b4"),
        ("#605a54", "#7e776e", "#9a9286", "#bcb3a4"),
        ("#4e5660", "#6a7580", "#8894a0", "#acb6be"),
    )
    albedo = ramp(np.clip(0.6 * random + 0.5 * mottle - 0.05, 0, 1), *greys)
    albedo = mix(ramp(mottle, "#26262a", "#36363a"), albedo, face)
    return Surface(tinted(rng, albedo, 0.04), relief.astype(np.float32))


def sandstone(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """A desert temple's wall: smooth warm blocks, some of them carved with a spiral, a sun or a ring."""
    high = vary(rng, 24, 0.08)
    y, x = drawn_grid(rng, shape, 0.3)
    block = blocks(rng, y, x, (high, high * 1.5), bond=0.5, corner=1.6)
    face = smoothstep(-0.4, 0.6, block.edge - 0.8)
    away, angle = np.hypot(block.dy, block.dx), np.arctan2(block.dy, block.dx)
    spiral = np.cos(angle - away * 2 * np.pi / 5.4)
    sun = np.where(away < 4.2, np.cos(away * 1.3), np.cos(angle * 8) * (away > 5.2))
    kind = another(block.random)
    carved = np.where(kind < 0.5, spiral, sun)
    groove = smoothstep(0.1, 0.8, carved) * smoothstep(high * 0.44, high * 0.38, away) * (block.random < 0.42)
    band = np.cos(y * 2 * np.pi / 9 + 2 * noise(rng, shape, 50))
    mottle = unit(noise(rng, shape, 22, 1.8, finest=4))
    golds = pick(
        rng, ("#a8804a", "#c8a064", "#e0be84", "#f0d8a8"), ("#a87448", "#c8905c", "#e0b080", "#f2cea4")
    )
    tone = np.clip(0.5 * block.random + 0.36 * mottle + 0.06 * band, 0, 1)
    albedo = ramp(tone, *golds) * (1 - 0.40 * groove)[..., None]
    albedo = mix(ramp(mottle, "#5e4020", "#7a5630"), albedo, face)
    relief = 2.8 * np.sqrt(np.clip((block.edge - 0.8) / 3.5, 0, 1)) - 1.5 * groove + 0.6 * mottle
    return Surface(tinted(rng, albedo, 0.03), relief.astype(np.float32))


def roof_tiles(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """A roof: rows of rounded tiles, each row over the one below it."""
    width = vary(rng, 12.5, 0.1)
    y, x = drawn_grid(rng, shape, 0.3)
    high = width * 0.86
    gy, gx = y / high + rng.random(), x / width + rng.random()
    row = np.floor(gy)
    below = _scale(gy, gx, row)
    above = _scale(gy, gx, row - 1)  # of the row that laps over
    lap = above[1] > 0
    tag, inside = (np.where(lap, one, other) for one, other in zip(above, below, strict=True))
    down = np.where(lap, gy - row + 1, gy - row)  # 0 at a tile's top, up to 1.6 at its tip
    random = (np.sin(tag * 12.9898) * 43758.5453) % 1
    curve = smoothstep(0, 0.42, inside)
    rim = smoothstep(0.14, 0.0, inside)
    clay = pick(
        rng,
        ("#6c2418", "#9c3c24", "#c45c38", "#e08a5c"),
        ("#243c5c", "#38587c", "#5478a0", "#88a8c8"),
        ("#33363e", "#4c515a", "#6a7078", "#989ea2"),
        ("#214a40", "#336c58", "#4f9074", "#88bc98"),
    )
    moss = unit(noise(rng, shape, 18, 1.8, finest=4))
    albedo = ramp(np.clip(0.12 + 0.46 * random + 0.2 * down / 1.6 + 0.2 * (moss - 0.5), 0, 1), *clay)
    albedo = mix(albedo, albedo * 0.5, rim) * (0.62 + 0.38 * smoothstep(0.05, 0.75, down))[..., None]
    height = 3.0 * down / 1.6 + 2.6 * curve + 0.7 * random
    return Surface(tinted(rng, albedo, 0.03), height.astype(np.float32), gloss=0.15)


def _scale(gy: Field, gx: Field, row: Field) -> tuple[Field, Field]:
    """The tile of a row at each place, its number, and how far inside of its round lower edge that is."""
    at = gx + 0.5 * (row % 2)
    dx, down = at % 1 - 0.5, gy - row
    tip = 1.0 + 0.56 * np.sqrt(np.clip(1 - (2 * dx) ** 2, 0, 1))
    return np.floor(at) * 7.31 + row * 3.77, np.minimum(tip - down, 0.5 - np.abs(dx) + 0.04)


def thatch(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """A roof of straw: bundles in courses, combed downwards, each course with a ragged shaded edge."""
    y, _ = plane(shape)
    high = vary(rng, 25, 0.1)
    straw = noise(rng, shape, 9, 1.3, stretch=5, angle=np.pi / 2, finest=2.2)
    bundle = cells(rng, shape, 11, jitter=0.8, aspect=0.45)
    layer = (y + 1.6 * straw + 4 * (bundle.random - 0.5)) / high + rng.random()
    fall = layer % 1
    swell = np.sqrt(np.clip(bundle.edge * 2.2, 0, 1))
    tone = np.clip(
        0.16 + 0.34 * fall + 0.13 * straw + 0.22 * swell * bundle.random + 0.1 * bundle.random, 0, 1
    )
    straws = pick(
        rng, ("#5c4218", "#9a7430", "#cfa654", "#f0d48c"), ("#54452c", "#8c7850", "#bca878", "#e4d6a8")
    )
    albedo = ramp(tone, *straws) * (1 - 0.5 * smoothstep(0.16, 0.0, fall))[..., None]
    height = 3.5 * fall + 0.5 * straw + 1.2 * swell
    return Surface(tinted(rng, albedo, 0.04), height.astype(np.float32))


def stairs(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """A broad flight of stone steps: worn treads in the light, dark risers below them."""
    turned = rng.random() < 0.3
    shape = (shape[1], shape[0]) if turned else shape
    y, x = drawn_grid(rng, shape, 0.5)
    high = vary(rng, 19, 0.1)
    step = blocks(rng, y, x, (high, high * 3.1), bond=None, corner=0.8)
    fall = step.dy / high + 0.5  # 0 at the back of a tread, 1 at the foot of its riser
    mottle = unit(noise(rng, shape, 22, 1.8, finest=4))
    nose = 0.66 + 0.05 * smoothstep(0.6, 1.8, noise(rng, shape, 20, 2.0, finest=5))
    tread, rim = (
        smoothstep(nose + 0.02, nose - 0.02, fall),
        smoothstep(0.09, 0.02, np.abs(fall - nose + 0.06)),
    )
    greys = pick(
        rng,
        ("#4c4a4c", "#807c78", "#aaa49c", "#d2cabe"),
        ("#54483a", "#8c785e", "#b89f7e", "#e0c8a4"),
        ("#424a52", "#727e88", "#9caab2", "#c8d2d6"),
    )
    tone = (
        0.16
        + 0.46 * tread
        + 0.16 * step.random
        + 0.2 * (mottle - 0.5)
        + 0.2 * rim
        - 0.3 * tread * (fall < 0.12)
    )
    albedo = ramp(np.clip(tone, 0, 1), *greys)
    joint = smoothstep(1.0, 0.3, np.abs(np.abs(step.dx) - high * 1.55))
    albedo = mix(albedo, albedo * 0.4, 0.8 * joint)
    height = 5 * smoothstep(0.98, nose, fall) - 5 * (fall > nose) * (fall - nose) + 0.8 * mottle - joint
    surface = Surface(tinted(rng, albedo, 0.04), (height + 0.5 * step.random).astype(np.float32))
    return surface.transposed() if turned else surface


def headstone(rng: np.random.Generator, tall: float) -> Stamp:
    """A gravestone from the front, with a cross or lines cut into it; or a cross of stone."""
    y, x = disc(tall * 0.55, 1.0)
    foot, half = float(y.max()) - 2, tall * 0.33
    up = foot - y
    if rng.random() < 0.25:
        beam = np.minimum(1.6 + 0 * y, np.minimum(tall * 0.95 - up, up))
        post = np.minimum(beam, tall * 0.095 - np.abs(x) + 0.5)
        arm = np.minimum(tall * 0.09 - np.abs(up - tall * 0.62) + 0.5, tall * 0.30 - np.abs(x))
        inside, cut = np.maximum(post, np.minimum(arm, 1.6)), np.zeros_like(y)
    else:
        shoulder = tall * 0.62
        above = half - np.hypot(np.maximum(up - shoulder, 0) * rng.choice((1.0, 1.35)), x)
        inside = np.minimum(above, up)
        cross = np.maximum(
            (np.abs(x) < 1.0) * (np.abs(up - tall * 0.58) < tall * 0.2),
            (np.abs(x) < tall * 0.14) * (np.abs(up - tall * 0.64) < 1.0),
        )
        lines = (
            (np.abs(x) < half * 0.62)
            * (np.abs(up % (tall * 0.17) - 1.5) < 0.8)
            * (up > tall * 0.2)
            * (up < tall * 0.66)
        )
        cut = 1.0 * (cross if rng.random() < 0.6 else lines)
    tone = 0.5 - 0.14 * x / half + 0.22 * up / tall - 0.1
    bevel = np.clip(inside / 2.2, 0, 1)
    return Stamp(
        smoothstep(-0.3, 0.6, inside), np.clip(tone * (1 - 0.5 * cut), 0, 1), 2 + 2.2 * bevel - 1.1 * cut
    )


def graves(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """A graveyard: old headstones and crosses in loose rows, in rank grass."""
    ground = grass(rng, shape, look)
    albedo = ground.albedo * np.float32(0.72) + np.float32(0.02)
    stones = [headstone(rng, vary(rng, 21, 0.1)) for _ in range(7)]
    laid = strew(rng, shape, stones, 24, jitter=0.35, share=0.88, shadow=0.55)
    mottle = noise(rng, shape, 14, 1.7, finest=3)
    greys = pick(
        rng, ("#3e4248", "#727a80", "#a2a8a8", "#d0d2ca"), ("#46423c", "#7a746a", "#a8a094", "#d4ccbc")
    )
    tone = np.clip(laid.tone + 0.16 * (laid.random - 0.5) + 0.05 * mottle, 0, 1)
    albedo = laid.over(albedo, ramp(tone, *greys))
    height = mix(ground.height, 2 + laid.height + 0.3 * mottle, laid.cover)
    return Surface(tinted(rng, albedo, 0.03), height.astype(np.float32))
