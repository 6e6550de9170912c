"""What carpenters build: planks, palisades, bridges, rails on their sleepers, houses, crates."""

import numpy as np

from training.terrain.blocks import blocks, drawn_grid
from training.terrain.fields import Field, Shape, another, cells, mix, noise, plane, ramp, smoothstep, unit
from training.terrain.look import Look
from training.terrain.materials.grassland import seasonal
from training.terrain.stamps import Stamp, boulder, disc, joined, strew
from training.terrain.surface import Surface
from training.terrain.variety import pick, tinted, vary

WOODS = (
    ("#7d5230", "#a06c3e", "#bb854e", "#cf9f66"),
    ("#6f4a33", "#8b6044", "#a47655", "#b98d6a"),
    ("#8a5a2c", "#b07a3c", "#cb9650", "#dcb06c"),
)


def sawn(rng: np.random.Generator, shape: Shape, random: Field) -> Field:
    """Rings along boards, -1 to 1; every board is sawn from another place in the log."""
    rows, columns = np.indices(shape)
    log = noise(rng, shape, 30, 1.7, stretch=9, finest=2.5)
    log = log[rows, (columns + (random * 997).astype(np.int32)) % shape[1]]
    return np.sin(5.5 * log + 9 * random)


def planks(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Wooden boards side by side, with grain, gaps, staggered ends and two nails at each end."""
    flip = rng.random() < 0.5
    shape = (shape[1], shape[0]) if flip else shape
    y, x = drawn_grid(rng, shape, 0.3)
    width, length = vary(rng, 18, 0.12), vary(rng, 92)
    board = blocks(rng, y, x, (width, length), bond=None, corner=1.0)
    gap = 0.7 + 0.4 * look.dry
    wood = smoothstep(gap - 0.6, gap + 0.6, board.edge)
    rings = sawn(rng, shape, board.random)
    tone = np.clip(0.2 + 0.6 * board.random + 0.17 * rings, 0, 1)
    albedo = ramp(tone, *pick(rng, *WOODS))
    nail = np.hypot(length / 2 - 5 - np.abs(board.dx), np.abs(board.dy) - width * 0.26)
    albedo = mix(albedo, ramp(tone, "#2f2a28", "#3d3735"), smoothstep(2.0, 1.2, nail))
    albedo = mix(ramp(tone, "#2b1a0f", "#37230f"), albedo, wood)
    height = 2.2 * wood + 1.2 * smoothstep(0, 3.5, board.edge) + 0.25 * rings + 0.8 * board.random * wood
    height = height + 0.7 * smoothstep(2.0, 0.8, nail)
    surface = Surface(tinted(rng, albedo, 0.05), height.astype(np.float32))
    return surface.transposed() if flip else surface


def palisade(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """A wall of round upright logs with bark on them, and a rope that binds them."""
    shape = (shape[1], shape[0])
    y, x = drawn_grid(rng, shape, 0.5)
    width = vary(rng, 15.5, 0.12)
    log = blocks(rng, y, x, (width, 400), bond=None, corner=0.6)
    round_ = np.sqrt(np.clip(1 - (2 * log.dy / width) ** 2, 0, 1))
    rings = sawn(rng, shape, log.random)
    bark = noise(rng, shape, 10, 1.4, stretch=3.5, finest=2.5)
    tone = np.clip(0.12 + 0.36 * log.random + 0.26 * round_ + 0.09 * bark + 0.05 * rings, 0, 1)
    barks = pick(
        rng, ("#3c281a", "#644630", "#8c6848", "#b89068"), ("#4c3a2c", "#705a46", "#988068", "#c0aa8c")
    )
    knot = cells(rng, shape, 46, jitter=0.9)
    eye = smoothstep(0.16, 0.05, np.hypot(knot.dx * 0.7, knot.dy)) * (another(knot.random) > 0.4)
    albedo = ramp(tone, *barks) * (1 - 0.5 * eye)[..., None]
    albedo = albedo * (0.25 + 0.75 * smoothstep(0.1, 0.55, round_))[..., None]
    height = 7.0 * round_ + 0.7 * bark - eye
    span = vary(rng, 62, 0.1)
    across = (x + rng.random() * span + 0.8 * np.sin(y * 2 * np.pi / width)) % span - 8
    strand = np.sin((y + across) * 2 * np.pi / 5.2)
    rope = smoothstep(3.6, 2.9, np.abs(across))
    albedo = mix(
        albedo,
        ramp(np.clip(0.55 + 0.3 * strand - 0.08 * across, 0, 1), "#6c5430", "#b89858", "#ead8a0"),
        rope,
    )
    height = mix(
        height,
        7.0 * np.clip(round_, 0.55, 1) + 2.2 * np.sqrt(np.clip(1 - (across / 3.6) ** 2, 0, 1)) + 0.5 * strand,
        rope,
    )
    return Surface(tinted(rng, albedo, 0.04), height.astype(np.float32)).transposed()


def bridge(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """A footbridge: short thick boards across, a beam along each side, and dark water in the gaps."""
    flip = rng.random() < 0.5
    shape = (shape[1], shape[0]) if flip else shape
    y, x = drawn_grid(rng, shape, 0.4)
    deck = vary(rng, 36, 0.06)
    width = vary(rng, 12.5, 0.1)
    place = (y / deck + rng.random()) % 1
    board = blocks(rng, x, y, (width, 4000), bond=0.0, corner=1.5)
    wood = smoothstep(0.4, 1.6, board.edge)
    rings = sawn(rng, (shape[1], shape[0]), board.random.T).T
    pale = pick(
        rng, ("#644426", "#946a3e", "#bc9058", "#e0ba80"), ("#5c4a3a", "#86705a", "#b0987c", "#d8c4a4")
    )
    tone = np.clip(0.26 + 0.46 * board.random + 0.13 * rings, 0, 1)
    gap = ramp(unit(noise(rng, shape, 16)), "#0e1e26", "#1a323c")
    albedo = mix(gap, ramp(tone, *pale), wood)
    side = np.abs(place - 0.5) * deck  # distance from the deck's middle; the beam lies at its border
    beam = np.clip(1 - ((deck / 2 - side) / 4.6) ** 2, 0, 1)
    rail = smoothstep(0.0, 0.25, beam)
    beam_tone = np.clip(0.2 + 0.5 * np.sqrt(beam) + 0.1 * noise(rng, shape, 10, 1.4, stretch=4), 0, 1)
    peg = smoothstep(1.9, 1.2, np.hypot(deck / 2 - 7.2 - side, board.dy))
    albedo = mix(albedo, ramp(tone, "#2a2320", "#3a312c"), 0.9 * peg * wood)
    albedo = mix(
        albedo * (1 - 0.45 * smoothstep(7.5, 4.5, deck / 2 - side))[..., None],
        ramp(beam_tone, *pale) * 0.86,
        rail,
    )
    height = 2.6 * wood + 1.0 * board.random * wood + 0.25 * rings + 0.6 * peg
    height = mix(height, 3 + 5 * np.sqrt(beam), rail)
    surface = Surface(tinted(rng, albedo, 0.04), height.astype(np.float32))
    return surface.transposed() if flip else surface


def rails(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """Railway tracks side by side: two bright rails on dark sleepers in a bed of broken stone."""
    flip = rng.random() < 0.5
    shape = (shape[1], shape[0]) if flip else shape
    y, x = plane(shape)
    gauge = vary(rng, 44, 0.05)
    bed = ramp(unit(noise(rng, shape, 24)), "#463f39", "#5a524a")
    stones = strew(
        rng, shape, [boulder(rng, r, 0.8) for r in rng.uniform(2.4, 3.6, 6)], 5.2, share=0.95, shadow=0.4
    )
    albedo = stones.over(
        bed, ramp(np.clip(stones.tone + 0.3 * (stones.random - 0.5), 0, 1), "#5a534c", "#8c8378", "#bab1a2")
    )
    height = stones.height * stones.cover
    across = (y / gauge + rng.random()) % 1 * gauge - gauge / 2
    sleeper = blocks(rng, x, y, (14.5, 4000), bond=0.0, corner=1.0)
    tie = smoothstep(3.0, 4.2, sleeper.edge) * smoothstep(gauge * 0.36, gauge * 0.335, np.abs(across))
    grain = noise(rng, shape, 12, 1.4, stretch=5, angle=np.pi / 2, finest=2.4)
    albedo = mix(albedo, ramp(np.clip(0.45 + 0.2 * grain, 0, 1), "#3c2a1e", "#5e4430", "#86664a"), tie)
    height = mix(height, 3.2 + 0.4 * grain, tie)
    away = np.abs(np.abs(across) - gauge * 0.19)
    shadow = smoothstep(4.4, 2.2, np.abs(np.abs(across) - gauge * 0.19 - 1.2 * np.sign(across)))
    rail = smoothstep(2.5, 1.9, away)
    steel = mix(
        ramp(unit(grain), "#7c5038", "#94624a"),
        ramp(unit(grain), "#b8c0c8", "#eef2f4"),
        smoothstep(1.5, 0.9, away),
    )
    albedo = mix(albedo * (1 - 0.4 * shadow)[..., None], steel, rail)
    height = mix(height, 5 + 1.8 * smoothstep(2.2, 0.8, away), rail)
    surface = Surface(tinted(rng, albedo, 0.03), height.astype(np.float32), gloss=0.6 * rail)
    return surface.transposed() if flip else surface


def cottage(rng: np.random.Generator, width: float) -> Stamp:
    """A house from the front and above. Tones: up to 0.3 timber and windows; to 0.6 walls; above, roof."""
    y, x = disc(width * 0.62, 1.0)
    eaves, ridge, foot = width * 0.04, -width * rng.uniform(0.42, 0.52), width * rng.uniform(0.36, 0.42)
    up = np.clip((eaves - y) / (eaves - ridge), 0, 1)
    roof = np.minimum(np.minimum(y - ridge, eaves + 1.5 - y), width * (0.54 - 0.10 * up) - np.abs(x))
    course = np.abs(((y - ridge) / 4.2) % 1 - 0.5) * 2
    shingle = (
        0.83 + 0.06 * up + 0.05 * course - 0.09 * x / width - 0.10 * smoothstep(1.6, 0.6, eaves + 1.5 - y)
    )
    whole = Stamp(smoothstep(-0.3, 0.6, roof), np.clip(shingle, 0.63, 1), 4 + 3.5 * up + 0.8 * course)
    wall = np.minimum(np.minimum(y - eaves + 2, foot - y), width * 0.44 - np.abs(x))
    beam = np.maximum(np.abs(x) > width * 0.385, np.abs(y - (eaves + foot) / 2) < 0.8)
    door = (np.abs(x - rng.uniform(-0.1, 0.1) * width) < width * 0.10) * (y > foot - width * 0.25)
    pane = np.maximum(np.abs(np.abs(x) - width * 0.27), np.abs(y - eaves - width * 0.17))
    panes = pane < width * 0.075
    plaster = 0.52 - 0.08 * x / width - 0.10 * smoothstep(3.5, 0.0, y - eaves - 1.5)
    tone = np.where(door | panes, 0.08, np.where(beam, 0.22, np.clip(plaster, 0.33, 0.59)))
    front = Stamp(smoothstep(-0.3, 0.6, wall), tone, 3 + 0.7 * (beam & ~door))
    chimney = np.minimum(2.2 - np.abs(x - width * 0.27), np.minimum(y - ridge + 3.5, ridge + 6 - y))
    stack = Stamp(smoothstep(-0.2, 0.6, chimney), np.full_like(y, 0.42), np.full_like(y, 9.0))
    return joined(joined(front, whole), stack)


def houses(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """A village: timbered cottages with roofs in many colours, close together on trodden grass."""
    patch = noise(rng, shape, 40, 2.2, finest=5)
    green = seasonal(unit(patch), look, ("#3a6a28", "#557f34", "#7c9c4a"))
    albedo = mix(green, ramp(unit(patch), "#7a5a38", "#96744a", "#b0905e"), smoothstep(0.1, 0.5, patch))
    size = vary(rng, 27, 0.08)
    built = strew(
        rng,
        shape,
        [cottage(rng, vary(rng, size, 0.12)) for _ in range(7)],
        size * 1.08,
        jitter=0.3,
        share=0.95,
        shadow=0.5,
    )
    shade = np.clip((built.tone - 0.62) / 0.38, 0, 1)
    red, slate = ramp(shade, "#5c1c12", "#b04a2c", "#e89468"), ramp(shade, "#1f2c40", "#4a6484", "#94b0cc")
    straw = ramp(shade, "#5a4218", "#b48c40", "#ecd08c")
    kind = another(built.random)
    roof = mix(mix(red, slate, 1.0 * (kind > 0.5)), straw, 1.0 * (kind > 0.75))
    wall = ramp(np.clip((built.tone - 0.3) / 0.3, 0, 1), "#a08c70", "#d8c8a8", "#f4ead4")
    timber = ramp(np.clip(built.tone / 0.3, 0, 1), "#2c2230", "#4a3020", "#6c4a30")
    colours = mix(mix(timber, wall, 1.0 * (built.tone > 0.3)), roof, 1.0 * (built.tone > 0.61))
    height = mix(0.8 * patch, 2 + built.height, built.cover)
    return Surface(tinted(rng, built.over(albedo, colours), 0.03), height.astype(np.float32))


def crate(rng: np.random.Generator, side: float) -> Stamp:
    """A wooden box: boards in a frame, with a brace across."""
    y, x = disc(side * 0.6)
    half = side / 2
    inside = half - np.maximum(np.abs(x), np.abs(y))
    frame = smoothstep(side * 0.17, side * 0.14, inside)
    slope = y if rng.random() < 0.5 else -y
    brace = smoothstep(side * 0.10, side * 0.07, np.abs(x - slope)) * (1 - frame)
    board = smoothstep(0.0, 0.18, np.abs(((y + half) / (side / 4)) % 1 - 0.5) * -2 + 1)
    tone = (
        0.36
        + 0.26 * np.maximum(frame, brace)
        - 0.22 * (1 - board) * (1 - frame) * (1 - brace)
        - 0.08 * (x + y) / half
    )
    return Stamp(smoothstep(-0.2, 0.7, inside), np.clip(tone, 0, 1), 4 + 1.6 * np.maximum(frame, 0.8 * brace))


def barrel(rng: np.random.Generator, radius: float) -> Stamp:
    """A barrel that stands: staves in an iron hoop, seen from above."""
    y, x = disc(radius)
    away = np.hypot(y, x)
    hoop = smoothstep(radius * 0.74, radius * 0.80, away) * smoothstep(radius * 0.94, radius * 0.88, away)
    stave = np.abs(((x * np.cos(0.4) + y * np.sin(0.4)) / (radius * 0.46) + rng.random()) % 1 - 0.5) * 2
    tone = 0.5 - 0.2 * smoothstep(0.75, 1.0, stave) - 0.15 * (x + y) / radius
    dark = np.clip(0.16 - 0.08 * (x + y) / radius, 0.02, 0.3)
    return Stamp(
        smoothstep(0.4, -0.5, away - radius),
        mix(np.clip(tone, 0.2, 1), dark, hoop),
        4 + 1.2 * (away > radius * 0.74),
    )


def crates(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """A store: crates and barrels side by side on a floor of dark boards."""
    y, x = drawn_grid(rng, shape, 0.3)
    board = blocks(rng, y, x, (13.0, 90.0), bond=None, corner=0.8)
    floor = ramp(np.clip(0.2 + 0.5 * board.random, 0, 1), "#3a2a1e", "#54402e", "#6c543c")
    albedo = floor * (0.35 + 0.65 * smoothstep(0.0, 1.2, board.edge))[..., None]
    things = [crate(rng, vary(rng, 18, 0.12)) for _ in range(5)] + [
        barrel(rng, vary(rng, 8.5, 0.1)) for _ in range(3)
    ]
    laid = strew(rng, shape, things, 19.5, jitter=0.22, share=0.9, shadow=0.55)
    tone = np.clip(laid.tone + 0.14 * (laid.random - 0.5) + 0.04 * noise(rng, shape, 9, 1.4, stretch=3), 0, 1)
    woods = pick(
        rng, ("#3a2414", "#7c5230", "#b8844c", "#e4bc80"), ("#3c2c20", "#74583e", "#a88460", "#d8b88c")
    )
    height = mix(smoothstep(0, 1.2, board.edge), 1 + laid.height, laid.cover)
    return Surface(tinted(rng, laid.over(albedo, ramp(tone, *woods)), 0.04), height.astype(np.float32))
