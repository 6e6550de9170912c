"""Bare and soft ground: dirt, mud, sand, gravel, clay, ash, lava."""

import numpy as np

from training.terrain.fields import (
    Shape,
    another,
    blur,
    cells,
    colour,
    mix,
    noise,
    plane,
    ramp,
    smoothstep,
    tilted,
    unit,
    warped,
)
from training.terrain.look import Look
from training.terrain.stamps import Stamp, boulder, disc, joined, strew, stroke
from training.terrain.surface import Surface
from training.terrain.variety import pick, tinted, vary


def dirt(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Trodden earth: broad soft patches, shallow dents, and stones and crumbs lying about."""
    patch = noise(rng, shape, rng.uniform(40, 65), 2.4)
    soft = noise(rng, shape, 16, 2.4, finest=5)
    browns = pick(
        rng,
        ("#5c3d22", "#7a5431", "#946b42", "#b18a5c"),
        ("#54392a", "#70503a", "#8c684c", "#a98868"),
        ("#664222", "#86592e", "#a2733f", "#bf955c"),
    )
    albedo = ramp(unit(0.85 * patch + 0.45 * soft), *browns)
    crumbs = strew(
        rng, shape, [boulder(rng, r, 0.6) for r in rng.uniform(2.2, 3.4, 5)], 9.5, share=0.45, shadow=0.3
    )
    albedo = crumbs.over(albedo, ramp(np.clip(crumbs.tone + 0.1, 0, 1), *browns))
    stones = strew(
        rng,
        shape,
        [boulder(rng, r, 0.7) for r in rng.uniform(3.4, 5.5, 5)],
        20,
        share=0.4 + 0.2 * look.dry,
        shadow=0.4,
    )
    grey = ramp(np.clip(stones.tone + 0.15 * (stones.random - 0.5), 0, 1), "#5c5046", "#8e7f6e", "#c0b29c")
    height = mix(1.0 * patch + 0.9 * soft, 1 + crumbs.height + soft, crumbs.cover)
    height = mix(height, 1.5 + stones.height, stones.cover)
    return Surface(tinted(rng, stones.over(albedo, grey), 0.04), height.astype(np.float32))


def footprint(rng: np.random.Generator) -> Stamp:
    """A hollow that a boot has left; its tone is the water in it."""
    y, x = disc(5, 1.3)
    angle = rng.uniform(-0.6, 0.6)
    y, x = y * np.cos(angle) - x * np.sin(angle), x * np.cos(angle) + y * np.sin(angle)
    sole = 1 - ((y + 1.5) / 4.6) ** 2 - (x / 2.6) ** 2
    heel = 1 - ((y - 3.8) / 2.0) ** 2 - (x / 2.1) ** 2
    inside = np.maximum(sole, heel)
    return Stamp(smoothstep(-0.15, 0.35, inside), np.clip(inside, 0, 1), -2.4 * np.clip(inside, 0, 0.6))


def mud(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """Wet brown mud, thick and glistening: puddles in its hollows, and the prints of boots."""
    lumps = noise(rng, shape, 48, 2.8, finest=7)
    fine = noise(rng, shape, 15, 2.4, finest=5)
    prints = strew(rng, shape, [footprint(rng) for _ in range(5)], 24, share=0.55, shadow=0)
    rise = lumps + 0.16 * fine + 0.35 * prints.height * prints.cover
    pool = smoothstep(-0.85, -1.0, rise)
    albedo = ramp(unit(0.8 * lumps + 0.4 * fine), "#3a2718", "#523822", "#6b4b2e", "#85623e")
    albedo = mix(albedo, albedo * 0.78, prints.cover)
    sky = ramp(unit(noise(rng, shape, 40, 2.8)), "#5c564e", "#7e7c78", "#a8aca8")
    albedo = mix(albedo, sky, 0.72 * pool)
    height = mix(2.4 * lumps + 0.8 * fine + 1.2 * prints.height * prints.cover, -2.4 + 0 * lumps, pool)
    return Surface(
        tinted(rng, albedo, 0.04), height.astype(np.float32), gloss=np.clip(0.55 + 0.3 * pool, 0, 1)
    )


def sand(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Golden sand in wind ripples, which fork and fade over broad dunes."""
    y, x = plane(shape)
    length = vary(rng, 11)
    angle = rng.uniform(0.35, 1.25)  # across the light, so that the crests catch it
    bend = noise(rng, shape, 80, 2.6, finest=16)
    phase = (x * np.cos(angle) + y * np.sin(angle)) / length + 0.42 * bend
    turn = phase % 1
    # a long windward slope and a short lee one
    ripple = np.where(turn < 0.72, turn / 0.72, (1 - turn) / 0.28).astype(np.float32)
    ripple = smoothstep(-0.1, 1.1, ripple)
    dune = noise(rng, shape, 110, 3.0, finest=16)
    strength = 0.45 + 0.55 * smoothstep(-1.2, 0.6, noise(rng, shape, 60, 2.6, finest=10))
    golds = pick(
        rng,
        ("#c9a052", "#dfbc6a", "#f0d890"),
        ("#d2a561", "#e8c583", "#f7e0aa"),
        ("#c69a48", "#dcb45c", "#edd07e"),
    )
    tone = 0.5 + 0.42 * (ripple - 0.5) * strength + 0.13 * dune
    height = ripple * strength * length * (0.19 + 0.05 * look.dry) + 3 * dune
    return Surface(tinted(rng, ramp(np.clip(tone, 0, 1), *golds), 0.04), blur(height.astype(np.float32), 0.6))


def gravel(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Small round pebbles of many colours, packed over dark grit."""
    size = vary(rng, 9.0, 0.1)
    pebble = cells(rng, shape, size, jitter=0.75)
    # the nearer of the cell's border and a circle round its centre: round pebbles, no polygons
    rim = np.minimum(pebble.edge * 2.1, 1.12 - 1.9 * pebble.centre + 0.3 * pebble.random)
    raised = np.sqrt(np.clip(rim, 0, 1))
    drift = noise(rng, shape, 60, 2.4, finest=8)
    tone = np.clip(0.85 * another(pebble.random) + 0.05 * drift + 0.07, 0, 1)
    stones = pick(
        rng,
        ("#7b6f66", "#b3a48f", "#8d939b", "#d8cfbf", "#a5836a", "#c9c3bb"),
        ("#8a8580", "#b9b2a4", "#6f7680", "#ddd8cc", "#98a0a8", "#bfa88c"),
        ("#8c7460", "#c7ab86", "#94867c", "#e3d2b2", "#b0785c", "#cbbfae"),
    )
    albedo = ramp(tone, *stones) * (0.8 + 0.25 * raised)[..., None]
    albedo = mix(ramp(unit(drift), "#3d352e", "#564a3f"), albedo, smoothstep(0.08, 0.4, rim))
    height = 2.8 * raised + 1.2 * pebble.random * smoothstep(0, 0.5, rim) + 0.8 * drift
    return Surface(tinted(rng, albedo), height.astype(np.float32), gloss=0.15 * (1 - look.dry) * raised)


def cracked_clay(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Dried ochre mud: polygons with curling rims between dark cracks."""
    size = vary(rng, 22, 0.18)
    plate = cells(rng, shape, size, jitter=0.85, warp=warped(rng, shape, 18, 1.1))
    edge = plate.edge * size
    mottle = unit(noise(rng, shape, 20, 1.8, finest=4))
    width = 0.5 + 0.6 * mottle + 0.6 * look.dry
    open_ = smoothstep(0.9, -0.3, edge - width)
    # a second, finer net opens only on some of the plates
    split = smoothstep(0.13, 0.03, np.abs(noise(rng, shape, 44, 2.2, finest=6)))
    split *= smoothstep(0.6 - 0.3 * look.dry, 0.65, another(plate.random)) * (1 - open_)
    rim = np.exp(-(((edge - width - 2.2) / 1.8) ** 2))
    ochres = pick(
        rng,
        ("#96602c", "#b57c3e", "#cc9852"),
        ("#925432", "#b07040", "#c68a56"),
        ("#967036", "#b38c4a", "#cba866"),
    )
    albedo = ramp(0.6 * plate.random + 0.4 * mottle, *ochres)
    albedo = mix(albedo, albedo * 1.12, rim)
    albedo = mix(albedo, ramp(mottle, "#3a2211", "#4c2e18"), np.maximum(open_, 0.6 * split))
    height = 3.6 * (1 - open_) + 1.1 * rim + tilted(plate, 1.6) - split
    return Surface(tinted(rng, albedo, 0.05), height.astype(np.float32))


def lava(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Dark crust plates adrift on molten rock, which glows in the cracks and wells up in rivers."""
    size = vary(rng, 30)
    plate = cells(rng, shape, size, jitter=0.9, warp=warped(rng, shape, 34, 3.2))
    edge = plate.edge * size
    flow = noise(rng, shape, 90, 2.6, finest=12) - 0.5 * look.dry
    shore = edge - 1.2 - 4.2 * smoothstep(0.2, 1.9, flow)  # signed distance to the melt, in pixels
    crust = smoothstep(-0.6, 1.2, shore)
    rough = noise(rng, shape, 14, 1.8, finest=4)
    rock = ramp(np.clip(0.5 * plate.random + 0.5 * unit(rough), 0, 1), "#352c2e", "#4c4041", "#665654")
    heat = np.clip(0.5 - shore / 8 + 0.12 * rough, 0.12, 1)
    melt = ramp(heat, "#a31208", "#dc3208", "#f96d0c", "#ffa81c", "#ffe062")
    # the glow falls on the crust next to it
    spill = np.exp(-np.clip(shore, 0, None) / 2.6) * crust
    glow = melt * (1 - crust)[..., None] + (spill * spill)[..., None] * colour("#c03a0a")
    height = crust * (2.5 + 2.5 * smoothstep(0, 7, shore) + 0.6 * rough + tilted(plate, size * 0.1))
    albedo = tinted(rng, rock * crust[..., None], 0.05)
    return Surface(albedo, height.astype(np.float32), glow=glow * np.float32(rng.uniform(0.92, 1.0)))


def charred(rng: np.random.Generator, radius: float) -> Stamp:
    """A charred branch."""
    y, x = disc(radius)
    angle = rng.uniform(0, np.pi)
    end = radius * 0.9 * np.sin(angle), radius * 0.9 * np.cos(angle)
    trunk = stroke(y, x, (-end[0], -end[1]), end, (2.2, 1.2))
    knee = 0.1 * end[0], 0.1 * end[1]
    fork = stroke(
        y,
        x,
        knee,
        (knee[0] + 0.6 * radius * np.sin(angle + 0.9), knee[1] + 0.6 * radius * np.cos(angle + 0.9)),
        (1.4, 0.8),
    )
    return joined(trunk, fork)


def ash(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """Soft grey ash in drifts, charred branches in it, and embers that still glow."""
    drift = noise(rng, shape, 44, 2.8, finest=8)
    fine = noise(rng, shape, 12, 1.8, finest=4)
    albedo = ramp(unit(drift + 0.35 * fine), "#3c3a3c", "#5c595a", "#7c7876", "#a29c96")
    boughs = strew(
        rng, shape, [charred(rng, vary(rng, 9)) for _ in range(6)], 23, share=0.75, shadow=0.4, shuffled=True
    )
    albedo = boughs.over(albedo, ramp(boughs.tone, "#161416", "#2e2a2a", "#5a5250"))
    bed = smoothstep(0.75, 1.5, noise(rng, shape, 30, 2.0)) * (1 - boughs.cover)
    coal = cells(rng, shape, 8, jitter=0.9)
    ember = bed * smoothstep(0.5, 0.2, coal.centre) * (another(coal.random) > 0.35)
    albedo = mix(albedo, ramp(coal.random, "#2a2022", "#3c2c2a"), 0.8 * bed)
    glow = (
        ramp(np.clip(1 - 2 * coal.centre, 0, 1), "#b8280a", "#f46a14", "#ffc050") * (0.95 * ember)[..., None]
    )
    height = mix(2.4 * drift + 0.6 * fine, 1.5 * drift + 2 + boughs.height, boughs.cover) + 1.2 * ember
    return Surface(tinted(rng, albedo, 0.04), height.astype(np.float32), glow=glow)
