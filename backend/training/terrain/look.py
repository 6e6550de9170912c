"""The adjectives: what a word in front of a terrain changes in the picture."""

from dataclasses import dataclass, replace

import numpy as np

from training.terrain.fields import Field, Shape, cells, colour, mix, noise, ramp, smoothstep, unit
from training.terrain.surface import Surface


@dataclass(frozen=True)
class Look:
    """How strongly each adjective holds, 0 to 1. At most two are usually on."""

    lush: float = 0.0
    dry: float = 0.0
    dark: float = 0.0
    bright: float = 0.0
    mossy: float = 0.0
    snowy: float = 0.0
    autumn: float = 0.0
    muddy: float = 0.0


def dressed(surface: Surface, look: Look, rng: np.random.Generator) -> Surface:
    """Lay the adjectives over a finished surface; each shows on every terrain."""
    surface = _coloured(surface, look)
    if look.muddy:
        surface = _muddy(surface, look.muddy, rng)
    if look.mossy:
        surface = _mossy(surface, look.mossy, rng)
    if look.autumn:
        surface = _fallen_leaves(surface, look.autumn, rng)
    if look.snowy:
        surface = _snowy(surface, look.snowy, rng)
    exposure = 1 + 0.38 * look.bright - 0.34 * look.dark
    lifted = surface.albedo * exposure + 0.06 * look.bright
    cold = colour("#a9b8e0")
    albedo = mix(lifted, lifted * cold, 0.12 * look.dark)
    return replace(surface, albedo=np.clip(albedo, 0, 1), glow=surface.glow * (1 - 0.4 * look.dark))


def _coloured(surface: Surface, look: Look) -> Surface:
    albedo = surface.albedo
    grey = albedo.mean(axis=-1, keepdims=True)
    if look.lush:  # fuller colour, pulled to green
        full = np.clip(grey + (albedo - grey) * 1.35, 0, 1)
        albedo = mix(full, full * colour("#8ee070") * 1.15, 0.55 * look.lush)
    if look.dry:  # faded, pulled to straw
        albedo = mix(albedo, (grey * 0.85 + 0.14) * colour("#f2d58e"), 0.45 * look.dry)
    return replace(surface, albedo=np.clip(albedo, 0, 1).astype(np.float32))


def _shape(surface: Surface) -> Shape:
    return surface.height.shape[0], surface.height.shape[1]


def _lowness(surface: Surface, rng: np.random.Generator, scale: float) -> Field:
    """A noise that prefers hollows, deviation about 1."""
    height = surface.height - surface.height.mean()
    return noise(rng, _shape(surface), scale) - 0.6 * height / (height.std() + 0.5)


def _muddy(surface: Surface, strength: float, rng: np.random.Generator) -> Surface:
    share = smoothstep(0.0, 0.5, _lowness(surface, rng, 50) - 0.1) * strength
    mud = ramp(unit(noise(rng, _shape(surface), 14)), "#3f2d1e", "#5b4028", "#6d5033")
    height = mix(surface.height, surface.height * 0.3 - 1, share)
    return replace(
        surface,
        albedo=mix(surface.albedo, mud, 0.9 * share),
        height=height,
        gloss=np.maximum(surface.gloss, 0.8 * share),
    )


def _mossy(surface: Surface, strength: float, rng: np.random.Generator) -> Surface:
    share = smoothstep(-0.1, 0.35, _lowness(surface, rng, 40)) * strength
    tufts = cells(rng, _shape(surface), 7, jitter=0.9)
    dome = np.clip(1 - tufts.centre * 1.4, 0, 1)
    moss = ramp(0.55 * dome + 0.45 * tufts.random, "#2f4a16", "#4f7a22", "#7fa838")
    return replace(
        surface,
        albedo=mix(surface.albedo, moss, 0.92 * share),
        height=surface.height + share * (1 + 2 * dome),
    )


def _fallen_leaves(surface: Surface, strength: float, rng: np.random.Generator) -> Surface:
    albedo, height = surface.albedo, surface.height
    warm = albedo.mean(axis=-1, keepdims=True) * colour("#ffc27a") * 1.15
    albedo = mix(albedo, warm.astype(np.float32), 0.3 * strength)
    for size in (11.0, 8.0):
        leaf = cells(rng, _shape(surface), size, jitter=0.9)
        turn = leaf.random * 37
        long = leaf.dx * np.cos(turn) + leaf.dy * np.sin(turn)
        wide = leaf.dy * np.cos(turn) - leaf.dx * np.sin(turn)
        share = smoothstep(1.05, 0.8, (long / 0.42) ** 2 + (wide / 0.24) ** 2)
        share *= (leaf.random * 7.3 % 1 < 0.5 * strength).astype(np.float32)
        leaves = ramp(leaf.random * 13.7 % 1, "#8f2d14", "#c9541a", "#e0861f", "#efb93a")
        albedo, height = mix(albedo, leaves, share), height + 1.2 * share
    return replace(surface, albedo=albedo, height=height)


def _snowy(surface: Surface, strength: float, rng: np.random.Generator) -> Surface:
    drift = noise(rng, _shape(surface), 34, roughness=2.2)
    share = smoothstep(-0.15, 0.15, drift) * strength
    snow = ramp(unit(noise(rng, _shape(surface), 30)), "#cfdcf0", "#eef4fc", "#ffffff")
    return replace(
        surface,
        albedo=mix(surface.albedo, snow, 0.93 * share),
        height=mix(surface.height, surface.height * 0.5 + 2 + 0.6 * drift, share),
        gloss=surface.gloss * (1 - share),
        glow=surface.glow * (1 - 0.8 * share)[..., None],
    )
