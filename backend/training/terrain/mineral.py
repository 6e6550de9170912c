"""Terrains of rock, sand, clay, ice and fire."""

import numpy as np

from training.terrain.fields import (
    Cells,
    Field,
    Shape,
    blur,
    cells,
    colour,
    mix,
    noise,
    ramp,
    smoothstep,
    unit,
)
from training.terrain.look import Look
from training.terrain.surface import Surface
from training.terrain.variety import tinted, vary


def stone(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Grey rock: tilted slabs, broken again into facets, with deep dark joints and hairline cracks."""
    size = vary(rng, 38)
    slab = cells(rng, shape, size, jitter=0.85, warp=_warp(rng, shape, 24, 2.0))
    facet = _turned(slab)
    edge = slab.edge * size
    body = smoothstep(0.4, 5.0, edge)
    grain = noise(rng, shape, 24, 1.8, finest=4)
    height = 5.5 * body + body * (_tilt(slab, size * 0.16) + _tilt(facet, size * 0.10) + 0.45 * grain)
    # where a fold of the facets meets a slab that is weak, it has come apart
    crack = smoothstep(1.1, 0.4, facet.edge * size) * smoothstep(0.45, 0.55, _patchy(slab) + 0.2 * look.dry)
    tone = 0.5 * slab.random + 0.22 * facet.random + 0.25 * unit(grain)
    palettes = (
        ("#5d6068", "#7f838a", "#a0a39f", "#bcbcb4"),
        ("#66625e", "#878178", "#a59e92", "#c2bbad"),
        ("#525c68", "#748091", "#96a2ad", "#b4bec4"),
    )
    albedo = ramp(tone, *palettes[rng.integers(3)])
    albedo = mix(albedo, albedo * 0.35, 0.8 * crack)
    albedo = mix(albedo * np.float32(0.36), albedo, smoothstep(0.4, 2.2, edge))
    return Surface(tinted(rng, albedo, 0.05), blur(height - 1.2 * crack, 0.5))


def gravel(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Small round pebbles of many colours, packed over dark grit."""
    size = vary(rng, 7.6, 0.12)
    pebble = cells(rng, shape, size, jitter=0.75)
    # the nearer of the cell's border and a circle round its centre: round pebbles, no polygons
    rim = np.minimum(pebble.edge * 2.1, 1.12 - 1.9 * pebble.centre + 0.3 * pebble.random)
    dome = np.sqrt(np.clip(rim, 0, 1))
    drift = noise(rng, shape, 60, 2.4, finest=8)
    tone = np.clip(0.85 * (pebble.random * 11.7 % 1) + 0.05 * drift + 0.07, 0, 1)
    palettes = (
        ("#7b6f66", "#b3a48f", "#8d939b", "#d8cfbf", "#a5836a", "#c9c3bb"),
        ("#8a8580", "#b9b2a4", "#6f7680", "#ddd8cc", "#98a0a8", "#bfa88c"),
        ("#8c7460", "#c7ab86", "#94867c", "#e3d2b2", "#b0785c", "#cbbfae"),
    )
    stones = ramp(tone, *palettes[rng.integers(3)]) * (0.8 + 0.25 * dome)[..., None]
    grit = ramp(unit(drift), "#3d352e", "#564a3f")
    albedo = mix(grit, stones, smoothstep(0.08, 0.4, rim))
    height = 2.6 * dome + 1.2 * pebble.random * smoothstep(0, 0.5, rim) + 0.8 * drift
    return Surface(tinted(rng, albedo), height, gloss=0.15 * (1 - look.dry) * dome)


def cracked_clay(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Dried ochre mud: polygons with curling rims between dark cracks."""
    size = vary(rng, 22, 0.18)
    plate = cells(rng, shape, size, jitter=0.85, warp=_warp(rng, shape, 18, 1.1))
    edge = plate.edge * size
    mottle = unit(noise(rng, shape, 20, 1.8, finest=4))
    width = 0.5 + 0.6 * mottle + 0.6 * look.dry
    open_ = smoothstep(0.9, -0.3, edge - width)
    # a second, finer net opens only on some of the plates
    split = smoothstep(0.13, 0.03, np.abs(noise(rng, shape, 44, 2.2, finest=6)))
    split *= smoothstep(0.6 - 0.3 * look.dry, 0.65, _patchy(plate)) * (1 - open_)
    rim = np.exp(-(((edge - width - 2.2) / 1.8) ** 2))
    palettes = (
        ("#96602c", "#b57c3e", "#cc9852"),
        ("#925432", "#b07040", "#c68a56"),
        ("#967036", "#b38c4a", "#cba866"),
    )
    albedo = ramp(0.6 * plate.random + 0.4 * mottle, *palettes[rng.integers(3)])
    albedo = mix(albedo, albedo * 1.12, rim)
    albedo = mix(albedo, ramp(mottle, "#3a2211", "#4c2e18"), np.maximum(open_, 0.6 * split))
    height = 3.6 * (1 - open_) + 1.1 * rim + _tilt(plate, 1.6) - split
    return Surface(tinted(rng, albedo, 0.05), height.astype(np.float32))


def lava(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Dark crust plates adrift on molten rock, which glows in the cracks and wells up in rivers."""
    size = vary(rng, 30)
    plate = cells(rng, shape, size, jitter=0.9, warp=_warp(rng, shape, 34, 3.2))
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
    height = crust * (2.5 + 2.5 * smoothstep(0, 7, shore) + 0.6 * rough + _tilt(plate, size * 0.1))
    albedo = tinted(rng, rock * crust[..., None], 0.05)
    return Surface(albedo, height.astype(np.float32), glow=glow * np.float32(rng.uniform(0.92, 1.0)))


def ice(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """A frozen sheet: pale blue facets, white cracks across them and darker depths below."""
    size = vary(rng, 44)
    sheet = cells(rng, shape, size, jitter=0.9)
    shard = _turned(sheet)
    depth = unit(noise(rng, shape, 60, 1.8, finest=6))
    tone = np.clip(0.45 * depth + 0.3 * sheet.random + 0.25 * shard.random, 0, 1)
    palettes = (
        ("#5aa6d6", "#82c0e4", "#a6d6ee", "#c8e8f6"),
        ("#62b2d0", "#88c8da", "#acdce6", "#cceef2"),
        ("#6a98d6", "#8fb5e4", "#b0cdee", "#d0e2f8"),
    )
    albedo = ramp(tone, *palettes[rng.integers(3)])
    main = smoothstep(1.5, 0.7, sheet.edge * size)
    hair = smoothstep(1.0, 0.4, shard.edge * size) * smoothstep(0.3, 0.6, depth)
    frost = smoothstep(7, 0, sheet.edge * size) * unit(noise(rng, shape, 20, 1.8, finest=4))
    albedo = mix(
        albedo, np.ones_like(albedo), np.clip(main + (0.55 + 0.3 * look.dry) * hair + 0.35 * frost, 0, 0.96)
    )
    inner = smoothstep(0.3, 3.0, sheet.edge * size)
    rise = smoothstep(0, 2.5, shard.edge * size) * _tilt(shard, size * 0.07)
    height = inner * (_tilt(sheet, size * 0.12) + 0.6) + rise
    return Surface(tinted(rng, albedo, 0.04), blur(height, 0.8), gloss=np.clip(0.95 - main, 0, 1))


def sand(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Golden sand in wind ripples, which fork and fade over broad dunes."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
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
    palettes = (
        ("#c9a052", "#dfbc6a", "#f0d890"),
        ("#d2a561", "#e8c583", "#f7e0aa"),
        ("#c69a48", "#dcb45c", "#edd07e"),
    )
    tone = 0.5 + 0.42 * (ripple - 0.5) * strength + 0.13 * dune
    albedo = ramp(np.clip(tone, 0, 1), *palettes[rng.integers(3)])
    height = ripple * strength * length * (0.19 + 0.05 * look.dry) + 3 * dune
    return Surface(tinted(rng, albedo, 0.04), blur(height.astype(np.float32), 0.6))


def _warp(rng: np.random.Generator, shape: Shape, scale: float, reach: float) -> tuple[Field, Field]:
    """A displacement of deviation `reach` pixels, which takes the ruler out of straight borders."""
    first = noise(rng, shape, scale, 2.2, finest=scale / 3) * np.float32(reach)
    return first, np.roll(first, (shape[0] // 3, shape[1] // 2), (0, 1))


def _turned(cell: Cells) -> Cells:
    """The same partition upside down: laid over the first it gives smaller pieces, at no cost."""
    return Cells(*(field[::-1, ::-1] for field in cell))


def _tilt(cell: Cells, rise: float) -> Field:
    """A plane over every cell, each leaning its own way by up to `rise` pixels over a grid step."""
    lean = cell.random * 37
    return (cell.dx * np.cos(lean) + cell.dy * np.sin(lean)) * np.float32(rise)


def _patchy(cell: Cells) -> Field:
    """A second random number per cell."""
    return cell.random * 13.7 % 1
