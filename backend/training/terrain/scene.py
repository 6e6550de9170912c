"""Pictures for training: one terrain alone, or several that meet as they would in a level."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from training.terrain.catalog import NAMES, TERRAINS
from training.terrain.fields import Field, Labels, Picture, Shape, blur, colour, mix, noise, smoothstep
from training.terrain.look import Look, dressed
from training.terrain.surface import Surface, lit

# how much nearer than they are painted terrains are seen: stones of two or three latents are learnt, and look
# well at 64 pixels a tile; of one latent or two they come out as noise
NEARER = 1.8

Layout = Callable[[np.random.Generator, Shape, int], Labels]  # where so many terrains stand
ADJECTIVES = tuple(Look.__dataclass_fields__)


@dataclass(frozen=True)
class Patch:
    """One terrain of a scene with the adjectives that hold for it."""

    terrain: str
    adjectives: tuple[str, ...] = ()

    def surface(self, rng: np.random.Generator, shape: Shape) -> Surface:
        """Its ground from edge to edge, before the light falls on it."""
        strengths = dict.fromkeys(self.adjectives, rng.uniform(0.8, 1.0))
        look = Look(**strengths)
        small = (int(shape[0] / NEARER) + 2, int(shape[1] / NEARER) + 2)
        ground = dressed(TERRAINS[self.terrain].paint(rng, small, look), look, rng)
        return ground.magnified(NEARER, shape)


def random_patch(rng: np.random.Generator, terrain: str | None = None) -> Patch:
    """A terrain with no adjective (half the time), one, or two."""
    count = rng.choice(3, p=(0.5, 0.38, 0.12))
    adjectives = tuple(sorted(str(a) for a in rng.permutation(ADJECTIVES)[:count]))
    if {"dark", "bright"} <= set(adjectives) or {"lush", "dry"} <= set(adjectives):
        adjectives = adjectives[:1]
    return Patch(terrain or str(rng.choice(NAMES)), adjectives)


def single(rng: np.random.Generator, shape: Shape, patch: Patch) -> Picture:
    """One terrain from edge to edge."""
    return lit(patch.surface(rng, shape))


def scene(
    rng: np.random.Generator, shape: Shape, patches: tuple[Patch, ...], layout: Layout
) -> tuple[Picture, Labels]:
    """Several terrains, each in places of its own, with ragged borders and shores: (picture, labels)."""
    surfaces = [patch.surface(rng, shape) for patch in patches]
    shares = _shares(rng, layout(rng, shape, len(patches)), surfaces)
    albedo = sum(s.albedo * share[..., None] for s, share in zip(surfaces, shares, strict=True))
    height = sum(s.height * share for s, share in zip(surfaces, shares, strict=True))
    gloss = sum(s.gloss * share for s, share in zip(surfaces, shares, strict=True))
    glow = sum(s.glow * share[..., None] for s, share in zip(surfaces, shares, strict=True))
    ground = Surface(np.asarray(albedo), np.asarray(height), np.asarray(gloss), np.asarray(glow))
    for patch, share in zip(patches, shares, strict=True):
        if TERRAINS[patch.terrain].liquid:
            others = [p for p in patches if not TERRAINS[p.terrain].liquid]
            ground = _shore(rng, ground, share, patch.terrain) if others else ground
    return lit(ground), np.argmax(shares, axis=0)


def anyhow(rng: np.random.Generator, shape: Shape, count: int) -> Labels:
    """Which terrain stands where: broad patches, tiles of a level, or a band across the picture."""
    kind = rng.choice(3, p=(0.35, 0.45, 0.2))
    if kind == 0:
        fields = [noise(rng, shape, rng.uniform(90, 200), roughness=2.5) for _ in range(count)]
        return np.argmax(fields, axis=0)
    if kind == 1:
        return _tiles(rng, shape, count)
    labels = _tiles(rng, shape, count - 1) if count > 2 else np.zeros(shape, np.int64)
    angle, width = rng.uniform(0, np.pi), rng.uniform(44, 80)
    y, x = np.mgrid[: shape[0], : shape[1]] - np.array(shape).reshape(2, 1, 1) * rng.uniform(0.3, 0.7)
    bend = rng.uniform(0, 40) * noise(rng, shape, 200, roughness=3.0)
    across = y * np.cos(angle) + x * np.sin(angle) + bend
    return np.where(np.abs(across) < width / 2, count - 1, labels)


def _tiles(rng: np.random.Generator, shape: Shape, count: int) -> Labels:
    """A small level on a grid: smooth noise over cells, so that like tiles tend to lie together."""
    tile = rng.uniform(52, 72)
    rows, columns = int(shape[0] / tile) + 3, int(shape[1] / tile) + 3
    together = rng.uniform(0.0, 1.1)
    fields = rng.standard_normal((count, rows, columns))
    fields = ndimage.gaussian_filter(fields, (0, together, together), mode="wrap")
    level = np.argmax(fields / fields.std(axis=(1, 2), keepdims=True), axis=0)
    oy, ox = rng.random(2)
    y = (np.arange(shape[0]) / tile + oy).astype(int)
    x = (np.arange(shape[1]) / tile + ox).astype(int)
    return level[y[:, None], x[None, :]]


def _shares(rng: np.random.Generator, labels: Labels, surfaces: list[Surface]) -> Field:
    """Soft shares of 1 in all, the borders warped and torn by what stands high. [terrains, height, width]"""
    shape = labels.shape
    reach = rng.uniform(5, 11)
    y, x = np.mgrid[: shape[0], : shape[1]]
    wy, wx = (reach * noise(rng, (shape[0], shape[1]), 30, roughness=2.0) * 0.6 for _ in range(2))
    y = np.clip(y + wy, 0, shape[0] - 1).astype(int)
    x = np.clip(x + wx, 0, shape[1] - 1).astype(int)
    labels = labels[y, x]
    weights = []
    for index, surface in enumerate(surfaces):
        soft = blur((labels == index).astype(np.float32), reach)
        relief = surface.height - blur(surface.height, 8)
        weights.append(soft + 0.05 * np.clip(relief, -2, 2) * (soft > 0.02))
    sharp = np.exp(np.clip(np.stack(weights) * 22, -60, 60))
    return (sharp / sharp.sum(axis=0)).astype(np.float32)


def _shore(rng: np.random.Generator, ground: Surface, share: Field, terrain: str) -> Surface:
    """Where a liquid ends: wet ground and a line of foam, or charred ground along lava."""
    shape = (share.shape[0], share.shape[1])
    wet = blur(share, 7) * (1 - share)
    inside = np.asarray(ndimage.distance_transform_edt(share > 0.5)) + 1.2 * noise(rng, shape, 22)
    foam = smoothstep(0.5, 2.0, inside) * smoothstep(7.0, 4.0, inside) * share
    if terrain == "lava":
        albedo = mix(ground.albedo, ground.albedo * 0.25, np.clip(2.2 * wet, 0, 1))
        return Surface(albedo, ground.height, ground.gloss, ground.glow)
    albedo = mix(ground.albedo, ground.albedo * 0.62, np.clip(1.8 * wet, 0, 1))
    albedo = mix(albedo, np.broadcast_to(colour("#e8f7fb"), albedo.shape), 0.75 * foam)
    return Surface(albedo, ground.height + 0.8 * foam, ground.gloss, ground.glow)
