"""Rock in the open: stone, cliffs, mountains, rubble, basalt, crystal."""

import numpy as np

from training.terrain.fields import (
    Shape,
    another,
    blur,
    cells,
    colour,
    mix,
    noise,
    ramp,
    smoothstep,
    tilted,
    turned,
    unit,
    warped,
)
from training.terrain.look import Look
from training.terrain.materials.grassland import GREENS, seasonal, tufts
from training.terrain.stamps import Stamp, boulder, disc, empty, joined, strew
from training.terrain.surface import Surface
from training.terrain.variety import pick, tinted, vary

GREYS = (
    ("#5d6068", "#7f838a", "#a0a39f", "#c4c4ba"),
    ("#66625e", "#878178", "#a59e92", "#c8c1b2"),
    ("#525c68", "#748091", "#96a2ad", "#b8c6cc"),
)


def stone(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Grey rock: tilted slabs, broken again into facets, with deep dark joints and hairline cracks."""
    size = vary(rng, 38)
    slab = cells(rng, shape, size, jitter=0.85, warp=warped(rng, shape, 24, 2.0))
    facet = turned(slab)
    edge = slab.edge * size
    body = smoothstep(0.4, 5.0, edge)
    grain = noise(rng, shape, 24, 1.8, finest=4)
    height = 5.5 * body + body * (tilted(slab, size * 0.16) + tilted(facet, size * 0.10) + 0.45 * grain)
    # where a fold of the facets meets a slab that is weak, it has come apart
    weak = smoothstep(0.45, 0.55, another(slab.random) + 0.2 * look.dry)
    crack = smoothstep(1.1, 0.4, facet.edge * size) * weak
    tone = 0.5 * slab.random + 0.22 * facet.random + 0.25 * unit(grain)
    albedo = ramp(tone, *pick(rng, *GREYS))
    albedo = mix(albedo, albedo * 0.35, 0.8 * crack)
    albedo = mix(albedo * np.float32(0.36), albedo, smoothstep(0.4, 2.2, edge))
    return Surface(tinted(rng, albedo, 0.05), blur(height - 1.2 * crack, 0.5))


def cliff(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """A rock face from the front: tall hewn crags, one before the other, in bands of dark and light."""
    band = noise(rng, shape, 34, 2.0, stretch=4, finest=5)
    grain = noise(rng, shape, 13, 1.8, stretch=2, angle=np.pi / 2, finest=3.5)
    warm = pick(
        rng,
        ("#33261e", "#66492f", "#9c7650", "#dcb987"),
        ("#35302c", "#625a50", "#958b7a", "#d2c8b2"),
        ("#40231a", "#784128", "#b07044", "#eab57e"),
    )
    albedo, height = ramp(unit(grain), warm[0], warm[0]) * np.float32(0.6), np.zeros(shape, np.float32)
    for radius, spacing in ((15.0, 15.0), (9.0, 26.0)):
        crags = [boulder(rng, vary(rng, radius), 1.0, rng.uniform(1.5, 2.3)) for _ in range(8)]
        laid = strew(rng, shape, crags, spacing, share=0.95, shadow=0.5)
        tone = laid.tone + 0.14 * (laid.random - 0.5) + 0.06 * band + 0.05 * grain - 0.06
        albedo = laid.over(albedo, ramp(np.clip(tone, 0, 1), *warm))
        height = mix(height, 0.8 * laid.height + 0.4 * grain, laid.cover)
    ledge = smoothstep(0.9, 1.7, band)
    return Surface(tinted(rng, mix(albedo, albedo * 1.15, ledge), 0.04), height.astype(np.float32))


def peak(rng: np.random.Generator, radius: float) -> Stamp:
    """A mountain from the front: a ragged ridge from summit to foot, one face in the light, one in the shade.

    Rock has a tone of at most 0.6, snow above.
    """
    y, x = disc(radius * 1.15, 0.95)
    foot, tall = float(y.max()) - 1, radius * rng.uniform(1.5, 1.75)
    t = np.clip((foot - y) / tall, -1, 1)  # 0 at the foot, 1 at the summit
    jag = 1.3 * np.sin(y * 0.9 + rng.uniform(0, 7)) + 1.0 * np.sin(y * 1.7 + rng.uniform(0, 7))
    ridge = rng.uniform(-0.12, 0.12) * radius * (1 - t) + jag * (1 - t) * 1.2
    half = radius * (1 - t) ** 0.9
    inside = np.where((t > 0) & (t < 1), half - np.abs(x - ridge), -1.0)
    lee = smoothstep(-0.6, 0.6, x - ridge)
    spur = np.abs(((x - ridge) * (0.35 + 0.5 * t) + 0.25 * y + 0.4 * jag) % 5 - 2.5) / 2.5
    rock = 0.47 - 0.30 * lee + 0.13 * (spur - 0.5)
    line = 0.62 + 0.16 * (spur - 0.5) + 0.02 * jag
    snow = smoothstep(line - 0.04, line + 0.04, t)
    tone = mix(rock, 0.98 - 0.20 * lee + 0.06 * (spur - 0.5), snow)
    return Stamp(
        smoothstep(-0.4, 0.6, inside), np.clip(tone, 0, 1), 2 + 0.35 * spur + 0.06 * np.clip(half, 0, None)
    )


def mountains(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """Peaks with snow on them, rank before rank, as fantasy maps draw them."""
    foot = unit(noise(rng, shape, 24))
    ground = ramp(foot, "#4a4438", "#5e5846", "#747054")
    size = vary(rng, 16, 0.12)
    peaks = strew(
        rng, shape, [peak(rng, vary(rng, size, 0.22)) for _ in range(7)], size * 1.12, share=0.94, shadow=0.5
    )
    rock = pick(
        rng,
        ("#33303a", "#5c5a62", "#8f8c8a"),
        ("#3a2e28", "#66544a", "#9c8874"),
        ("#2c3442", "#50606e", "#8496a0"),
    )
    snow = ramp(np.clip((peaks.tone - 0.62) / 0.36, 0, 1), "#a9bcd8", "#dfe8f4", "#ffffff")
    colours = mix(ramp(np.clip(peaks.tone / 0.6, 0, 1), *rock), snow, smoothstep(0.6, 0.68, peaks.tone))
    height = mix(1.5 * foot, peaks.height, peaks.cover)
    return Surface(tinted(rng, peaks.over(ground, colours), 0.03), height.astype(np.float32))


def rubble(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """Broken rock and ruins: heaps of angular blocks, large over small, with dust between."""
    dust = unit(noise(rng, shape, 24))
    albedo, height = ramp(dust, "#5a4f44", "#716455", "#887a66"), 1.2 * dust
    greys = pick(
        rng, ("#4a443e", "#857c70", "#b8ad9c", "#dcd3c0"), ("#464a50", "#7c8288", "#adb2b2", "#d6d8d2")
    )
    for radius, spacing, share in ((3.6, 8.5, 0.7), (6.5, 14, 0.75), (10.5, 23, 0.75)):
        rocks = [boulder(rng, vary(rng, radius, 0.25), 0.9) for _ in range(6)]
        laid = strew(rng, shape, rocks, spacing, share=share, shadow=0.5)
        tone = np.clip(laid.tone + 0.28 * (laid.random - 0.5), 0, 1)
        albedo = laid.over(albedo, ramp(tone, *greys))
        height = mix(height, 1.5 + laid.height, laid.cover)
    return Surface(tinted(rng, albedo, 0.05), height.astype(np.float32))


def basalt(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """Six-sided columns of dark rock, their tops at many heights."""
    size = vary(rng, 19, 0.12)
    column = cells(rng, shape, size, jitter=0.22, aspect=1.15, stagger=0.5)
    edge = column.edge * size
    top = smoothstep(0.2, 1.6, edge)
    grain = unit(noise(rng, shape, 14, 1.8, finest=4))
    level = np.floor(another(column.random) * 4) / 3
    dark = pick(
        rng, ("#23262e", "#3c424c", "#626a74", "#98a0a4"), ("#2a2426", "#463e40", "#6e6464", "#a49a94")
    )
    albedo = ramp(np.clip(0.12 + 0.5 * level + 0.15 * grain + 0.12 * column.random, 0, 1), *dark)
    rim = np.exp(-(((edge - 1.6) / 1.0) ** 2))
    albedo = mix(albedo, albedo * 1.35, 0.5 * rim)
    albedo = mix(ramp(grain, "#101116", "#191b20"), albedo, top)
    height = top * (2 + 7 * level) + 0.5 * grain + tilted(column, 1.0)
    return Surface(tinted(rng, albedo, 0.04), blur(height.astype(np.float32), 0.5), gloss=0.1)


def shard(rng: np.random.Generator, radius: float) -> Stamp:
    """A cluster of crystals: pointed prisms that lean out from one root, with a light and a dark side."""
    y, x = disc(radius * 1.1, 1.1)
    whole = empty(y)
    for lean in sorted(rng.uniform(-1.0, 1.0, int(rng.integers(3, 6))), key=abs, reverse=True):
        long, half = (
            radius * rng.uniform(1.2, 1.75) * (1 - 0.25 * abs(lean)),
            radius * rng.uniform(0.24, 0.34),
        )
        fy, fx = radius * 0.75, 0.35 * lean * radius
        up, aside = np.cos(lean), np.sin(lean)
        along = -(y - fy) * up + (x - fx) * aside
        across = (x - fx) * up + (y - fy) * aside
        tip = np.clip((long - along) / (half * 1.7), 0, 1)
        inside = np.where(along > 0, half * tip - np.abs(across), -1.0)
        turn, turn_away = smoothstep(-0.35, 0.05, across / half), smoothstep(0.3, 0.6, across / half)
        face = 0.80 - 0.26 * turn - 0.28 * turn_away
        tone = face + 0.22 * smoothstep(1, 0.9, tip) * (1 - 0.7 * turn_away) + 0.15 * (along / long - 0.5)
        edge = smoothstep(0.9, 0.2, np.abs(across + 0.15 * half)) * 0.15
        whole = joined(
            whole,
            Stamp(
                smoothstep(-0.5, 0.7, inside), np.clip(tone + edge, 0, 1), 3 + 0.3 * (half - np.abs(across))
            ),
        )
    return whole


def crystal(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """Clusters of tall glassy crystals in one colour, glowing softly, over dark rock."""
    floor = unit(noise(rng, shape, 20))
    kind = pick(
        rng,
        ("#2c1464", "#6a34c0", "#a678f0", "#ead6ff"),
        ("#0c3a6c", "#1c7ec0", "#5cc4ee", "#d8f8ff"),
        ("#5c1254", "#b82e98", "#ee74ca", "#ffd8f2"),
        ("#0c4a44", "#169484", "#56d8b8", "#d8fff0"),
    )
    ground = ramp(floor, "#1c1a2a", "#2a2840", "#3c3a56")
    size = vary(rng, 16, 0.12)
    grown = strew(
        rng,
        shape,
        [shard(rng, vary(rng, size, 0.25)) for _ in range(7)],
        size * 1.35,
        share=0.85,
        shadow=0.45,
    )
    colours = ramp(np.clip(grown.tone + 0.12 * (grown.random - 0.5), 0, 1), *kind)
    albedo = grown.over(ground, colours)
    halo = np.clip(blur(grown.cover, 5), 0, 1) * (1 - grown.cover)
    glow = colour(kind[1]) * (0.28 * halo)[..., None] + colours * (0.16 * grown.cover)[..., None]
    height = mix(1.5 * floor, grown.height, grown.cover)
    return Surface(tinted(rng, albedo, 0.03), height.astype(np.float32), gloss=0.5 * grown.cover, glow=glow)


def mound(radius: float) -> Stamp:
    """A hill: a dome, with a foot that runs out into the ground below it."""
    y, x = disc(radius * 1.05, 0.85)
    away = np.hypot(y / 0.8, x) / radius
    high = np.clip(1 - away * away, 0, 1)
    tone = 0.42 + 0.34 * high - 0.34 * (x + y) / radius
    return Stamp(
        smoothstep(1.0, 0.8, away) * smoothstep(0.75, 0.45, y / radius), np.clip(tone, 0, 1), 5 * high
    )


def hills(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Round green hills, one before the other, each with a light flank and a dark one."""
    size = vary(rng, 21, 0.12)
    mounds = strew(
        rng, shape, [mound(vary(rng, size, 0.2)) for _ in range(5)], size * 1.2, share=0.95, shadow=0.35
    )
    grown = strew(rng, shape, tufts(rng, 5.5), 9, share=0.5, shadow=0.15)
    nap = noise(rng, shape, 9, 1.8, stretch=1.8, angle=np.pi / 2, finest=3)
    tone = mix(0.28 * np.ones(shape, np.float32), mounds.tone + 0.14 * (mounds.random - 0.5), mounds.cover)
    tone = np.clip(tone + 0.04 * nap + 0.22 * (grown.tone - 0.45) * grown.cover, 0, 1)
    albedo = seasonal(tone, look, pick(rng, *GREENS)) * mounds.shade[..., None]
    height = 0.4 * nap + mounds.height * mounds.cover + 0.7 * grown.height * grown.cover
    return Surface(tinted(rng, albedo, 0.03), height.astype(np.float32))
