"""What grows waist-high, in thickets or in rows: hedges, bamboo, cacti, fields, the floor of a forest."""

import numpy as np

from training.terrain.blocks import blocks, drawn_grid
from training.terrain.fields import Shape, mix, noise, plane, ramp, smoothstep, unit
from training.terrain.look import Look
from training.terrain.materials.trees import foliage, frond_star
from training.terrain.stamps import Stamp, disc, dome, empty, joined, leaf, strew, stroke
from training.terrain.surface import Surface
from training.terrain.variety import pick, tinted, vary


def hedge(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Clipped box: a thick coat of small round leaves, lighter where the shears have shaped it."""
    swell = noise(rng, shape, 40, 2.8, finest=8)
    leaves = []
    for _ in range(7):
        y, x = disc(7)
        angle = rng.uniform(0, 2 * np.pi)
        leaves.append(leaf(y + 4 * np.sin(angle), x + 4 * np.cos(angle), 9.5, 3.8, angle))
    grown = strew(rng, shape, leaves, 6.4, share=0.95, shadow=0.3, shuffled=True)
    tone = np.clip(0.75 * grown.tone + 0.26 * (grown.random - 0.4) + 0.09 * swell, 0, 1)
    summer = pick(
        rng, ("#12401c", "#236a28", "#48953a", "#93cc58"), ("#1a3f12", "#34691c", "#629a2e", "#a9d050")
    )
    ground = np.broadcast_to(ramp(np.zeros((1, 1)), "#0c2612", "#0c2612"), (*shape, 3))
    albedo = grown.over(ground, foliage(tone, grown.random, look, summer))
    height = 3 * swell + mix(np.zeros(shape), grown.height, grown.cover)
    return Surface(tinted(rng, albedo, 0.03), height.astype(np.float32))


def leaves(rng: np.random.Generator, length: float, width: float, count: int) -> list[Stamp]:
    """Single leaves that lie every way, the middle of each in the middle of its stamp."""
    found: list[Stamp] = []
    for _ in range(count):
        y, x = disc(length * 0.8)
        angle = rng.uniform(0, 2 * np.pi)
        half = 0.5 * length
        found.append(leaf(y + half * np.sin(angle), x + half * np.cos(angle), length, width, angle))
    return found


def root(rng: np.random.Generator, length: float) -> Stamp:
    """A root that winds over the ground and forks."""
    y, x = disc(length * 0.7)
    whole, angle = empty(y), rng.uniform(0, 2 * np.pi)
    at = -0.45 * length * np.sin(angle), -0.45 * length * np.cos(angle)
    for part in range(4):
        angle += rng.uniform(-0.5, 0.5)
        to = at[0] + 0.27 * length * np.sin(angle), at[1] + 0.27 * length * np.cos(angle)
        whole = joined(whole, stroke(y, x, at, to, (2.6 - 0.5 * part, 2.1 - 0.5 * part)))
        if part == 1:
            aside = angle + rng.choice((-1, 1)) * 0.8
            fork = to[0] + 0.25 * length * np.sin(aside), to[1] + 0.25 * length * np.cos(aside)
            whole = joined(whole, stroke(y, x, to, fork, (1.6, 0.7)))
        at = to
    return whole


def forest_floor(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Leaf litter in browns, roots that wind through it, and ferns."""
    floor = unit(noise(rng, shape, 30))
    albedo, height = ramp(floor, "#2a2014", "#3a2c1a", "#4c3a22"), 1.5 * floor
    browns = pick(
        rng, ("#3e2812", "#6e4a22", "#a07434", "#d2a860"), ("#38301a", "#62542a", "#8f7c3e", "#c4b06a")
    )
    for _ in range(2):
        litter = strew(rng, shape, leaves(rng, 9.5, 3.2, 8), 6.5, share=0.85, shadow=0.3, shuffled=True)
        tone = np.clip(0.62 * litter.tone + 0.45 * (litter.random - 0.3), 0, 1)
        albedo = litter.over(albedo, ramp(tone, *browns))
        height = mix(height, 1.5 * floor + litter.height, litter.cover)
    roots = strew(rng, shape, [root(rng, vary(rng, 36)) for _ in range(5)], 30, share=0.7, shadow=0.45)
    albedo = roots.over(albedo, ramp(roots.tone, "#3c2c20", "#6a5240", "#9c8066"))
    height = mix(height, 2 + roots.height, roots.cover)
    stars = [frond_star(rng, vary(rng, 9.5), int(rng.integers(6, 9)), 0.17) for _ in range(4)]
    ferns = strew(rng, shape, stars, 23, share=0.5, shadow=0.45)
    green = foliage(ferns.tone, ferns.random, look, ("#1e4418", "#357028", "#5f9c38", "#a4cc62"))
    height = mix(height, 3 + 0.8 * ferns.height, ferns.cover)
    return Surface(tinted(rng, ferns.over(albedo, green), 0.04), height.astype(np.float32))


def bamboo(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Bamboo from the front: jointed stalks, thick and thin, one behind the other, and narrow leaves."""
    y, x = plane(shape)
    albedo = ramp(unit(noise(rng, shape, 24)), "#0e2414", "#17341c", "#224826")
    height = np.zeros(shape, np.float32)
    greens = pick(
        rng, ("#2c5a18", "#5a8e2a", "#94bd4a", "#d4e68c"), ("#3c5c1c", "#70903a", "#a8b85a", "#e2e2a0")
    )
    for layer in range(2):
        pitch = 15.0 - 3 * layer
        sway = noise(rng, (1, shape[1]), 60)[0] * 2 + noise(rng, shape, 90, 3.0, finest=20) * 1.6
        at = (x + sway) / pitch + rng.random()
        number = np.floor(at)
        random = (np.sin(number * 78.233 + 17 * layer) * 43758.5453) % 1
        half = 2.6 + 1.4 * random + 0.6 * layer
        away = (at % 1 - 0.5) * pitch
        here = smoothstep(0.6, -0.4, np.abs(away) - half) * (random > 0.22 - 0.1 * layer)
        joint = np.abs((y / 30 + random * 7) % 1 - 0.5) * 30
        ring = smoothstep(2.2, 0.8, np.abs(15 - joint))
        tone = (
            0.32
            + 0.18 * layer
            + 0.22 * (random - 0.5)
            - 0.085 * away
            + 0.2 * ring
            - 0.22 * (joint < 12.4) * (joint > 11)
        )
        colours = mix(
            ramp(np.clip(tone, 0, 1), *greens),
            ramp(np.clip(tone, 0, 1), "#7a6428", "#e0c878"),
            0.7 * look.dry,
        )
        albedo = mix(
            albedo * (1 - 0.35 * smoothstep(0.6, -0.4, np.abs(away - 3) - half))[..., None], colours, here
        )
        height = mix(
            height, 2 * layer + 1.5 * half * np.sqrt(np.clip(1 - (away / half) ** 2, 0, 1)) + ring, here
        )
    blades = strew(rng, shape, leaves(rng, 15, 2.5, 8), 13, share=0.6, shadow=0.3, shuffled=True)
    albedo = blades.over(
        albedo, foliage(blades.tone, blades.random, look, ("#1f5220", "#3c8430", "#78b848", "#c4e880"))
    )
    height = mix(height, 4 + blades.height, blades.cover)
    return Surface(tinted(rng, albedo, 0.04), height.astype(np.float32))


def saguaro(rng: np.random.Generator, tall: float) -> Stamp:
    """A cactus from the front: a ribbed column with an arm to one side or both."""
    y, x = disc(tall * 0.6, 1.0)
    foot = float(y.max()) - 3
    width = tall * 0.13
    whole = stroke(y, x, (foot, 0.0), (foot - tall * 0.86, 0.0), (width, width * 0.92))
    for side in (-1, 1):
        if rng.random() < 0.8:
            root_y = foot - tall * rng.uniform(0.25, 0.45)
            elbow = root_y - 1.0, side * tall * 0.27
            tip = elbow[0] - tall * rng.uniform(0.22, 0.36), elbow[1]
            whole = joined(whole, stroke(y, x, (root_y, 0.0), elbow, (width * 0.62, width * 0.66)))
            whole = joined(whole, stroke(y, x, elbow, tip, (width * 0.66, width * 0.62)))
    rib = 0.10 * np.cos(x * 2 * np.pi / (width * 0.72))
    return Stamp(whole.cover, np.clip(whole.tone + rib, 0.08, 1), whole.height + 2 * rib)


def barrel(radius: float) -> Stamp:
    """A round cactus from above: ribs from its heart, which is a flower; the flower's tone is 0."""
    y, x = disc(radius)
    round_ = dome(y, x, radius, 0.8)
    rib = np.cos(np.arctan2(y, x) * 9)
    heart = smoothstep(radius * 0.36, radius * 0.24, np.hypot(y, x))
    return Stamp(
        round_.cover,
        np.clip(round_.tone + 0.12 * rib, 0.1, 1) * (1 - heart),
        round_.height + 0.4 * rib + heart,
    )


def cacti(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Cacti on warm sandy ground, tall ones with arms and round ones in flower, and stones between."""
    dune = noise(rng, shape, 46, 2.6, finest=8)
    sand = ramp(unit(dune + 0.3 * noise(rng, shape, 14, 2.0, finest=5)), "#b98a4c", "#d4a766", "#ecc88c")
    low = strew(rng, shape, [barrel(vary(rng, 6.2)) for _ in range(4)], 21, share=0.5, shadow=0.45)
    greens = pick(
        rng, ("#14402a", "#2a6e40", "#559a54", "#a6d082"), ("#2c4a1c", "#507a30", "#80a84c", "#c4da8e")
    )
    bloom = ramp(low.random, "#e8487c", "#ff9a5c")
    albedo = low.over(sand, mix(bloom, ramp(low.tone, *greens), smoothstep(0.02, 0.08, low.tone)))
    height = mix(1.8 * dune, 2 + low.height, low.cover)
    tall = strew(
        rng, shape, [saguaro(rng, vary(rng, 29, 0.15)) for _ in range(6)], 27, share=0.85, shadow=0.5
    )
    albedo = tall.over(
        albedo, mix(ramp(tall.tone, *greens), ramp(tall.tone, "#6a5a2c", "#d8c890"), 0.6 * look.dry)
    )
    height = mix(height, 3 + tall.height, tall.cover)
    return Surface(tinted(rng, albedo, 0.03), height.astype(np.float32))


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
