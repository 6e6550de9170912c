"""What grows tall, seen from above: forest, pines, jungle, palms, bare trees."""

import numpy as np

from training.terrain.fields import Field, Picture, Shape, another, mix, noise, ramp, smoothstep, unit
from training.terrain.look import Look
from training.terrain.materials.grassland import tufts
from training.terrain.stamps import Stamp, Strewn, disc, dome, empty, joined, leaf, strew, stroke
from training.terrain.surface import Surface
from training.terrain.variety import pick, tinted, vary

LEAVES = (
    ("#12361a", "#22582a", "#3d812f", "#74ad44"),
    ("#173a14", "#2d6120", "#4f8c2c", "#8bb944"),
    ("#103832", "#1d5c44", "#378655", "#72b26c"),
)
GOLDEN = ("#6b3a10", "#b06a18", "#e09c28", "#f6cf62")
RUSSET = ("#5c1e10", "#96391a", "#cf6a24", "#f0a04a")


def foliage(tone: Field, random: Field, look: Look, summer: tuple[str, ...]) -> Picture:
    """Leaf colours by tone; every tree turns golden or russet by its own number in autumn, pale when dry."""
    turned = mix(ramp(tone, *GOLDEN), ramp(tone, *RUSSET), smoothstep(0.4, 0.6, another(random, 2)))
    albedo = mix(ramp(tone, *summer), ramp(tone, "#4c4a1e", "#77702e", "#a39a48", "#cfc67c"), 0.7 * look.dry)
    return mix(albedo, turned, 0.9 * look.autumn)


def crown(rng: np.random.Generator, radius: float, clump: float = 0.36) -> Stamp:
    """A broad tree from above: clumps of leaves, the outer ones low, the inner ones high and light."""
    y, x = disc(radius * 1.12)
    whole = empty(y)
    for ring, count in ((0.72, 9), (0.40, 6), (0.0, 1)):
        start = rng.uniform(0, 7)
        for number in range(count):
            angle = start + 2 * np.pi * (number + rng.uniform(-0.25, 0.25)) / count
            cy, cx = (ring * radius * each for each in (np.sin(angle), np.cos(angle)))
            part = dome(y - cy, x - cx, radius * clump * rng.uniform(0.85, 1.15), rise=0.8)
            lit = 0.34 + 0.36 * (1 - ring) - 0.20 * (cy + cx) / radius
            tone = np.clip(part.tone * 0.75 + lit - 0.32 + rng.uniform(-0.06, 0.06), 0, 1)
            whole = joined(whole, Stamp(part.cover, tone, part.height + radius * (0.75 - 0.65 * ring)))
    return whole


def leafy(rng: np.random.Generator, grown: Strewn, look: Look, summer: tuple[str, ...]) -> Picture:
    """The colours of strewn trees, each a little lighter or darker than the next, with leaves hinted at."""
    nap = noise(rng, (grown.tone.shape[0], grown.tone.shape[1]), 5, 1.0, finest=2.4)
    tone = np.clip(grown.tone + 0.16 * (grown.random - 0.5) + 0.045 * nap, 0, 1)
    return foliage(tone, grown.random, look, summer)


def woodland(floor: Field, look: Look) -> Picture:
    """The ground under trees."""
    return mix(
        ramp(floor, "#1a2a14", "#26391a", "#344a22"),
        ramp(floor, "#2f1d0e", "#452c15", "#5c3c1d"),
        look.autumn,
    )


def forest(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Round crowns of broad-leaved trees, close together over a dark floor."""
    floor = unit(noise(rng, shape, 14))
    size = vary(rng, 15.5, 0.15)
    trees = strew(
        rng, shape, [crown(rng, vary(rng, size, 0.22)) for _ in range(6)], size * 1.42, share=0.96, shadow=0.6
    )
    colours = leafy(rng, trees, look, pick(rng, *LEAVES))
    height = mix(floor, 2 + 0.8 * trees.height, trees.cover)
    return Surface(tinted(rng, trees.over(woodland(floor, look), colours), 0.04), height.astype(np.float32))


def conifer(rng: np.random.Generator, radius: float) -> Stamp:
    """A pine from above and a little from the front: tiers of jagged branches, each higher one smaller."""
    y, x = disc(radius * 1.05, 1.45)
    whole, points = empty(y), int(rng.integers(9, 12))
    for tier in range(5):
        reach = radius * (1 - 0.19 * tier)
        cy = radius * (0.42 - 0.26 * tier)
        away, angle = np.hypot((y - cy) * 1.12, x), np.arctan2(y - cy, x) + rng.uniform(0, 7)
        saw = np.abs((angle * points / (2 * np.pi)) % 1 - 0.5) * 2
        inside = reach * (0.74 + 0.30 * saw) - away
        rib = smoothstep(0.55, 1.0, saw) * smoothstep(0, reach * 0.5, away)
        tone = 0.12 + 0.11 * tier + 0.22 * rib + 0.2 * away / radius - 0.17 * (x + y - cy) / radius
        cover = smoothstep(-0.4, 0.6, inside)
        high = 2.0 * tier + 2.6 * (1 - np.clip(away / reach, 0, 1)) + 0.8 * rib
        whole = joined(whole, Stamp(cover, np.clip(tone, 0, 1), high))
    return whole


def pine_forest(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Pines and firs, dark blue-green and pointed, over a floor of needles."""
    floor = unit(noise(rng, shape, 14))
    needles = ramp(floor, "#2a2418", "#3a3220", "#4a4228")
    size = vary(rng, 12.5, 0.12)
    trees = strew(
        rng, shape, [conifer(rng, vary(rng, size, 0.2)) for _ in range(6)], size * 1.4, share=0.93, shadow=0.6
    )
    summer = pick(
        rng,
        ("#0c2a26", "#174438", "#2c6650", "#6a9c7c"),
        ("#0f2c1c", "#1c4a2c", "#35703e", "#79a56a"),
        ("#10283a", "#1a4450", "#306a6c", "#74a69c"),
    )
    colours = mix(leafy(rng, trees, Look(dry=look.dry), summer), ramp(trees.tone, *GOLDEN), 0.6 * look.autumn)
    height = mix(floor, 2 + trees.height, trees.cover)
    return Surface(tinted(rng, trees.over(needles, colours), 0.04), height.astype(np.float32))


def frond_star(rng: np.random.Generator, radius: float, count: int, width: float) -> Stamp:
    """Long leaves from one heart: a palm, a fern or an agave from above."""
    y, x = disc(radius * 1.05)
    whole, start = empty(y), rng.uniform(0, 7)
    for number in rng.permutation(count):
        angle = float(start + 2 * np.pi * (number + rng.uniform(-0.3, 0.3)) / count)
        part = leaf(y, x, radius * rng.uniform(0.82, 1.0), radius * width, angle)
        along = x * np.cos(angle) + y * np.sin(angle)
        comb = 0.09 * np.cos(along * 2 * np.pi / 3.4)
        lit = -0.2 * (np.sin(angle) + np.cos(angle)) + rng.uniform(-0.08, 0.08)
        arch = 2.5 + 3.5 * np.sin(np.pi * np.clip(along / radius, 0, 1) ** 0.7)
        whole = joined(
            whole, Stamp(part.cover, np.clip(part.tone + lit * 0.6 + comb, 0, 1), arch + part.height)
        )
    return whole


def jungle(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Rank green: broad leaves below, palms and tree ferns above."""
    floor = unit(noise(rng, shape, 14))
    albedo, height = ramp(floor, "#0a1f14", "#12301c", "#1b4226"), floor
    layers = (
        (
            [crown(rng, vary(rng, 11), 0.42) for _ in range(4)],
            15.0,
            ("#0d3322", "#175236", "#2a774a", "#5aa668"),
            0.9,
        ),
        (
            [frond_star(rng, vary(rng, 15), int(rng.integers(8, 11)), 0.15) for _ in range(5)],
            21.0,
            ("#17491a", "#2c7a22", "#58a82e", "#aedb5c"),
            0.75,
        ),
        (
            [frond_star(rng, vary(rng, 10), 6, 0.25) for _ in range(4)],
            22.0,
            ("#1c5a2c", "#35903a", "#74bf48", "#c8e87c"),
            0.45,
        ),
    )
    for stamps, spacing, summer, share in layers:
        grown = strew(rng, shape, stamps, spacing, share=share, shadow=0.55, shuffled=True)
        albedo = grown.over(albedo, leafy(rng, grown, look, summer))
        height = mix(height, height * 0.3 + 2 + 0.7 * grown.height, grown.cover)
    return Surface(tinted(rng, albedo, 0.04), height.astype(np.float32))


def palms(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Palms far apart on warm sand, each with its shadow."""
    dune = unit(noise(rng, shape, 50, 2.6))
    sand = ramp(dune, "#d2ab64", "#e6c582", "#f4dca4")
    shrub = strew(rng, shape, [frond_star(rng, 5, 7, 0.2) for _ in range(4)], 17, share=0.35, shadow=0.35)
    albedo = shrub.over(sand, leafy(rng, shrub, look, ("#3d5a20", "#5f7f2e", "#8aa544", "#c2cf7a")))
    trees = strew(
        rng,
        shape,
        [frond_star(rng, vary(rng, 15), int(rng.integers(8, 11)), 0.15) for _ in range(5)],
        27,
        share=0.9,
        shadow=0.5,
    )
    albedo = trees.over(albedo, leafy(rng, trees, look, ("#1a4d1c", "#327a28", "#61a936", "#b8dc66")))
    height = mix(2 * dune, shrub.height * 0.6 + 1, shrub.cover)
    return Surface(
        tinted(rng, albedo, 0.03), mix(height, 1 + 0.8 * trees.height, trees.cover).astype(np.float32)
    )


def bare_tree(rng: np.random.Generator, tall: float) -> Stamp:
    """A dead tree from the front: a crooked trunk that forks and forks again, without a leaf."""
    y, x = disc(tall * 0.62, 1.0)
    foot = float(y.max()) - 2
    whole = joined(empty(y), stroke(y, x, (foot, 0.0), (foot - 1, rng.uniform(-1, 1)), (3.4, 3.0)))

    def grow(whole: Stamp, root: tuple[float, float], angle: float, length: float, width: float) -> Stamp:
        knee = root[0] - length * np.cos(angle), root[1] + length * np.sin(angle)
        thin = max(width * 0.66, 0.75)
        whole = joined(whole, stroke(y, x, root, knee, (width, thin)))
        if width < 1.15:
            return whole
        turn, bend = rng.uniform(0.45, 0.8), rng.uniform(-0.2, 0.2)
        for side in (-1, 1):
            whole = grow(whole, knee, angle + side * turn + bend, length * rng.uniform(0.62, 0.85), thin)
        return whole

    return grow(whole, (foot, 0.0), rng.uniform(-0.15, 0.15), tall * 0.36, 2.9)


def dead_forest(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """Bare, bleached trees with crooked boughs over grey-brown ground, dry tufts between."""
    floor = unit(noise(rng, shape, 26))
    ground = ramp(floor, "#3a332d", "#4c4239", "#605447", "#726351")
    tufted = strew(rng, shape, tufts(rng, 5.5), 12, share=0.5, shadow=0.3)
    ground = tufted.over(ground, ramp(tufted.tone, "#4a3f2c", "#7c6c4a", "#b09c70"))
    trees = strew(
        rng, shape, [bare_tree(rng, vary(rng, 29, 0.15)) for _ in range(7)], 17, share=0.95, shadow=0.5
    )
    tone = np.clip(trees.tone + 0.25 * (trees.random - 0.5), 0, 1)
    bark = ramp(
        tone,
        *pick(
            rng, ("#3c3430", "#766a60", "#aca092", "#dcd0be"), ("#38302c", "#64564c", "#94847a", "#c4b4a6")
        ),
    )
    height = mix(1.6 * floor + tufted.height * tufted.cover, 3 + 1.3 * trees.height, trees.cover)
    return Surface(tinted(rng, trees.over(ground, bark), 0.05), height.astype(np.float32))
