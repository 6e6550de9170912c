"""Underground and eerie: cave floors and walls, bones, cobwebs, mushrooms, treasure, the abyss."""

import numpy as np

from training.terrain.fields import (
    Field,
    Shape,
    another,
    bent,
    blur,
    cells,
    colour,
    mix,
    noise,
    ramp,
    smoothstep,
    tilted,
    unit,
    warped,
)
from training.terrain.look import Look
from training.terrain.stamps import Stamp, boulder, disc, dome, joined, strew, stroke
from training.terrain.surface import Surface
from training.terrain.variety import pick, tinted, vary

EARTHS = (
    ("#2e2622", "#463a34", "#625248", "#83705f"),
    ("#28262c", "#3e3b44", "#585460", "#78747e"),
    ("#302620", "#4c3c30", "#6c5642", "#907558"),
)


def cave_floor(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """Uneven dark rock underfoot: worn steps and hollows, loose stones, a little standing water."""
    rise = noise(rng, shape, 46, 2.2, finest=6)
    steps = np.floor(rise * 1.6 + 0.25 * noise(rng, shape, 18, 2.0)) / 1.6
    worn = mix(rise, blur(steps.astype(np.float32), 0.9), 0.8)
    mottle = unit(noise(rng, shape, 20, 1.8, finest=4))
    earth = pick(rng, *EARTHS)
    albedo = ramp(np.clip(0.44 + 0.17 * worn + 0.28 * (mottle - 0.5), 0, 1), *earth)
    pool = smoothstep(-1.35, -1.5, rise)
    albedo = mix(albedo, ramp(mottle, "#16242c", "#24404c"), 0.85 * pool)
    stones = strew(
        rng,
        shape,
        [boulder(rng, r, 0.7) for r in rng.uniform(2.6, 5.2, 6)],
        15,
        share=0.5 * (1 - pool),
        shadow=0.5,
    )
    albedo = stones.over(albedo, ramp(np.clip(stones.tone + 0.1, 0, 1), *earth))
    height = mix(3.4 * worn + 0.8 * mottle, 3.4 * worn + 1 + stones.height, stones.cover)
    height = mix(height, np.full(shape, -5.2, np.float32), pool)
    return Surface(tinted(rng, albedo, 0.05), height.astype(np.float32), gloss=0.8 * pool)


def cave_wall(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """Massive dark rock from the front: swelling blocks, lit on their brows and black in the joints."""
    size = vary(rng, 27, 0.15)
    mass = cells(rng, shape, size, jitter=0.9, aspect=1.1, warp=warped(rng, shape, 26, 2.6))
    small = cells(rng, shape, size * 0.55, jitter=0.9, warp=warped(rng, shape, 14, 1.0))
    edge = mass.edge * size
    bulge = np.sqrt(np.clip(edge / (size * 0.36), 0, 1))
    grain = unit(noise(rng, shape, 16, 1.8, finest=4))
    darks = pick(
        rng,
        ("#1e1c24", "#36333f", "#565260", "#8a8490"),
        ("#221c1a", "#3f342e", "#625146", "#988270"),
        ("#1a2024", "#2e3a40", "#4a5a60", "#7c8c8c"),
    )
    tone = (
        0.1
        + 0.34 * bulge * (0.62 - 0.55 * mass.dy - 0.2 * mass.dx)
        + 0.24 * mass.random
        + 0.16 * small.random
        + 0.14 * grain
    )
    albedo = mix(
        ramp(grain, "#0c0b10", "#15131a"), ramp(np.clip(tone, 0, 1), *darks), smoothstep(0.3, 2.6, edge)
    )
    height = 7.5 * bulge + bulge * (tilted(mass, 4.0) + tilted(small, 2.2)) + 0.5 * grain
    return Surface(tinted(rng, albedo, 0.05), blur(height.astype(np.float32), 0.6))


def abyss(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """Bottomless dark: blue-black depth, a few rock ribs that fade into it, and a thread of mist."""
    sway = noise(rng, shape, 60, 2.6, finest=10)
    rib = bent(noise(rng, shape, 24, 2.2, stretch=3.5, angle=np.pi / 2, finest=5), 0, 3 * sway)
    mist = smoothstep(0.3, 2.2, noise(rng, shape, 60, 2.6, stretch=2.2, finest=8))
    deep = pick(
        rng,
        ("#020309", "#070b18", "#101a30"),
        ("#04020a", "#0c0818", "#1c142e"),
        ("#030606", "#081012", "#122222"),
    )
    albedo = ramp(np.clip(0.3 + 0.22 * sway + 0.14 * rib, 0, 1), *deep)
    crags = [boulder(rng, vary(rng, 9), 0.9, 1.4) for _ in range(6)]
    ledges = strew(rng, shape, crags, 22, share=0.35 * smoothstep(-0.4, 0.6, rib), shadow=0.6)
    stone = ramp(ledges.tone, deep[1], deep[2], "#2c3a52", "#4c6080")
    albedo = mix(ledges.over(albedo, stone), np.broadcast_to(colour("#3c5278"), albedo.shape), 0.30 * mist)
    height = mix(2.4 * np.clip(rib, -0.5, 2), 2 + ledges.height, ledges.cover) * (1 - 0.7 * mist)
    return Surface(tinted(rng, albedo, 0.05), height.astype(np.float32))


def bone(rng: np.random.Generator, length: float) -> Stamp:
    """A long bone with its two pairs of knobs."""
    y, x = disc(length * 0.75)
    angle = rng.uniform(0, np.pi)
    dy, dx = 0.5 * length * np.sin(angle), 0.5 * length * np.cos(angle)
    whole = stroke(y, x, (-dy, -dx), (dy, dx), (1.5, 1.5))
    ny, nx = 1.5 * np.cos(angle), -1.5 * np.sin(angle)
    for side in (-1, 1):
        for knob in (-1, 1):
            whole = joined(whole, dome(y - side * dy - knob * ny, x - side * dx - knob * nx, 2.1))
    return whole


def skull(rng: np.random.Generator, radius: float) -> Stamp:
    """A skull that looks up, a little turned: dark sockets and nose, a row of teeth."""
    y, x = disc(radius * 1.15, 1.2)
    turn = rng.uniform(-0.5, 0.5)
    y, x = y * np.cos(turn) - x * np.sin(turn), x * np.cos(turn) + y * np.sin(turn)
    vault = dome(y + 0.15 * radius, x, radius, 0.7)
    jaw = 1 - (x / (0.58 * radius)) ** 4 - ((y - 0.72 * radius) / (0.42 * radius)) ** 4
    face = Stamp(
        smoothstep(-0.1, 0.3, jaw), np.clip(0.62 - 0.12 * x / radius, 0, 1), np.full_like(y, 0.4 * radius)
    )
    whole = joined(face, vault)
    sockets = smoothstep(0.32, 0.22, np.hypot(y - 0.12 * radius, np.abs(x) - 0.42 * radius) / radius)
    nose = smoothstep(0.16, 0.08, np.hypot((y - 0.52 * radius) * 0.8, x) / radius)
    teeth = (
        smoothstep(0.1, 0.0, np.abs(y - 0.86 * radius) / radius)
        * (np.abs(x) < 0.45 * radius)
        * (np.abs(x * 1.1) % 2 < 0.9)
    )
    dark = np.clip(sockets + nose + 0.7 * teeth, 0, 1)
    return Stamp(whole.cover, whole.tone * (1 - 0.95 * dark), whole.height * (1 - 0.4 * dark))


def bones(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """A boneyard: bleached bones and skulls lying over each other on dark earth."""
    floor = unit(noise(rng, shape, 26))
    albedo, height = ramp(floor, "#2e2620", "#443830", "#5a4a3e"), 1.4 * floor
    ivory = pick(
        rng, ("#3c3026", "#a8987c", "#dccfb0", "#fbf4de"), ("#38322c", "#a09a8c", "#d4d0c0", "#f6f4ea")
    )
    for stamps, spacing, share in (
        ([bone(rng, vary(rng, 15)) for _ in range(8)], 11.5, 0.8),
        ([skull(rng, vary(rng, 7.0, 0.12)) for _ in range(5)], 25, 0.72),
    ):
        laid = strew(rng, shape, stamps, spacing, share=share, shadow=0.5, shuffled=True)
        albedo = laid.over(albedo, ramp(np.clip(laid.tone * (0.9 + 0.2 * laid.random), 0, 1), *ivory))
        height = mix(height, 1.5 + laid.height, laid.cover)
    return Surface(tinted(rng, albedo, 0.04), height.astype(np.float32))


def web(rng: np.random.Generator, radius: float) -> Stamp:
    """A spider's web: spokes, and threads that sag between them."""
    y, x = disc(radius)
    spokes = int(rng.integers(8, 11))
    away, angle = np.hypot(y, x), np.arctan2(y, x) + rng.uniform(0, 7)
    at = (angle * spokes / (2 * np.pi)) % 1
    spoke = np.abs(at - 0.5) * 2 * np.pi / spokes * away  # distance from a spoke, in pixels, at at = 0.5
    sag = away * (1 + 0.16 * np.sin(np.pi * ((at + 0.5) % 1)))
    ring = np.abs((sag / 6.2) % 1 - 0.5) * 6.2
    thread = np.maximum(smoothstep(1.25, 0.3, spoke), smoothstep(1.1, 0.3, ring) * (sag > 2.5))
    thread = thread * smoothstep(radius, radius * 0.9, sag)
    veil = 0.12 * smoothstep(radius, radius * 0.5, away)
    return Stamp(np.clip(0.85 * thread + veil, 0, 1), np.clip(0.5 + 0.5 * thread, 0, 1), 1.2 * thread)


def cobweb(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """Cobwebs over dark stone, silvery, one over the other, with wrapped flies."""
    floor = unit(noise(rng, shape, 30, 2.0))
    albedo = ramp(floor, "#1a181e", "#26232c", "#35313c")
    haze = smoothstep(-0.2, 1.6, noise(rng, shape, 50, 2.4))
    albedo = mix(albedo, np.broadcast_to(colour("#9a98a4"), albedo.shape), 0.20 * haze)
    height = 1.2 * floor
    webs = [web(rng, vary(rng, 23, 0.2)) for _ in range(6)]
    for share in (0.85, 0.3):
        spun = strew(rng, shape, webs, 37, share=share, shadow=0.25, shuffled=True)
        albedo = mix(
            albedo * spun.shade[..., None], ramp(spun.tone, "#8c8a98", "#c8c6d0", "#f2f2f6"), spun.cover
        )
        height = height + spun.height * spun.cover
    flies = strew(rng, shape, [dome(*disc(r, 1.0), r, 0.8) for r in (2.6, 3.4)], 24, share=0.35, shadow=0.4)
    albedo = flies.over(albedo, ramp(flies.tone, "#8e8a88", "#d2cecb", "#f4f2ee"))
    return Surface(tinted(rng, albedo, 0.03), (height + flies.height * flies.cover).astype(np.float32))


def toadstool(rng: np.random.Generator, radius: float) -> Stamp:
    """A mushroom's cap from above, with pale warts; their tone is 0."""
    y, x = disc(radius)
    cap = dome(y, x, radius, 0.5)
    warts = np.zeros_like(y)
    for _ in range(6):
        cy, cx = rng.uniform(-0.66, 0.66, 2) * radius
        warts = np.maximum(warts, smoothstep(1.75, 1.0, np.hypot(y - cy, x - cx) * (1 + 0.15 * rng.random())))
    return Stamp(cap.cover, np.clip(cap.tone, 0.15, 1) * (1 - warts), cap.height + 0.7 * warts)


CAPS = (
    ("#7c1410", "#c8281c", "#f0694c"),
    ("#2c3c8c", "#4a6ad0", "#8cb8f8"),
    ("#6a2a86", "#a04ac4", "#da96f0"),
    ("#8a4c14", "#cc8428", "#f4c468"),
    ("#17706c", "#28b0a0", "#84ecd0"),
)


def mushrooms(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """Toadstools in clumps, large and small, over a dark mossy floor."""
    floor = noise(rng, shape, 24)
    albedo, height = ramp(unit(floor), "#1c2a20", "#2a3c28", "#3f5232"), 1.2 * unit(floor)
    where = 0.35 + 0.55 * smoothstep(-0.6, 0.6, noise(rng, shape, 44))
    for radius, spacing, kind in zip(
        (4.6, 7.5, 10.5), (9.5, 16, 25), rng.permutation(len(CAPS)), strict=False
    ):
        caps = [toadstool(rng, vary(rng, radius)) for _ in range(5)]
        grown = strew(rng, shape, caps, spacing, share=where, shadow=0.5)
        spots = ramp(grown.random, "#f2ead6", "#fffaf0")
        skin = mix(spots, ramp(grown.tone, *CAPS[kind]), smoothstep(0.02, 0.12, grown.tone))
        albedo, height = grown.over(albedo, skin), mix(height, 2 + grown.height, grown.cover)
    return Surface(tinted(rng, albedo, 0.03), height.astype(np.float32), gloss=0.15)


def coin(rng: np.random.Generator, radius: float) -> Stamp:
    """A coin that lies a little aslant: a bright rim, a duller field, a mark on it."""
    y, x = disc(radius)
    flat = rng.uniform(0.75, 1.0)
    angle = rng.uniform(0, np.pi)
    along, across = x * np.cos(angle) + y * np.sin(angle), (y * np.cos(angle) - x * np.sin(angle)) / flat
    away = np.hypot(along, across)
    rim = smoothstep(0.68, 0.8, away / radius)
    mark = smoothstep(0.36, 0.26, away / radius)
    tone = 0.5 + 0.16 * rim + 0.12 * mark - 0.3 * (x + y) / radius
    return Stamp(
        smoothstep(0.4, -0.5, away - radius), np.clip(tone, 0, 1), 1.4 + 0.7 * rim - 0.2 * (x + y) / radius
    )


def treasure(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """A hoard: gold coins heaped on each other, and cut gems between them."""
    heap = noise(rng, shape, 46, 2.6, finest=10)
    albedo, height = ramp(unit(heap), "#4a3008", "#6c480c", "#8a6014"), 2 * heap
    gold = ("#6a4208", "#b8801a", "#ecbc3c", "#fff2a4")
    coins = [coin(rng, vary(rng, 5.6, 0.15)) for _ in range(8)]
    for _ in range(2):
        laid = strew(rng, shape, coins, 8.2, share=0.9, shadow=0.4, shuffled=True)
        tone = np.clip(laid.tone + 0.16 * (laid.random - 0.5) + 0.05 * heap, 0, 1)
        albedo = laid.over(albedo, ramp(tone, *gold))
        height = mix(height, 2 * heap + laid.height, laid.cover)
    gems = strew(
        rng, shape, [boulder(rng, r, 0.9) for r in rng.uniform(4.2, 5.8, 6)], 24, share=0.5, shadow=0.5
    )
    albedo = gems.over(albedo, _jewels(gems.tone, gems.random))
    height = mix(height, 3 + 2 * heap + gems.height, gems.cover)
    return Surface(tinted(rng, albedo, 0.02), height.astype(np.float32), gloss=0.4 + 0.5 * gems.cover)


def _jewels(tone: Field, random: Field) -> Field:
    """Ruby, emerald or sapphire, by a number."""
    red, green, blue = (
        ramp(tone, *kind)
        for kind in (
            ("#5c0418", "#d01c3c", "#ff94a0"),
            ("#04482c", "#10a45c", "#90f4b4"),
            ("#081c6c", "#2450d4", "#98c0ff"),
        )
    )
    return mix(mix(red, green, 1.0 * (random > 0.34)), blue, 1.0 * (another(random) > 0.67))
