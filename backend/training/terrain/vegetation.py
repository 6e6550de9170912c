"""What grows: grass, forest, flowers, swamp."""

import numpy as np

from training.terrain.fields import Cells, Field, Picture, Shape, cells, mix, noise, ramp, smoothstep, unit
from training.terrain.look import Look
from training.terrain.surface import Surface

LEAVES = ("#1d4a1a", "#2f6b22", "#4c8f2d", "#79b33c")
AUTUMN_LEAVES = ("#6b2412", "#a8441a", "#d9791f", "#f0b53a")


def _foliage(tone: Field, look: Look, summer: tuple[str, ...] = LEAVES) -> Picture:
    """Leaf colours by tone, turned by the season."""
    return mix(ramp(tone, *summer), ramp(tone, *AUTUMN_LEAVES), 0.85 * look.autumn)


def _blades(rng: np.random.Generator, shape: Shape, length: float) -> Field:
    """Short upright strokes, from 0 to 1: each cell a tuft of blades that leans its own way."""
    tuft = cells(rng, shape, length, jitter=0.9, aspect=0.75)
    lean = (tuft.random - 0.5) * 1.2
    strand = np.abs(((tuft.dx - lean * tuft.dy) * 5 + tuft.random * 9) % 2 - 1)
    tip = np.clip(0.5 - tuft.dy, 0, 1)  # light at the top of a tuft, dark at its foot
    return (0.6 * tip + 0.4 * strand * np.clip(1.2 - tuft.centre, 0, 1)).astype(np.float32)


def grass(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """A meadow: tufts of blades over broad patches of light and dark green."""
    size = rng.uniform(9, 13)
    patch = unit(noise(rng, shape, rng.uniform(50, 90)))
    blade = _blades(rng, shape, size)
    tone = np.clip(0.15 + 0.35 * patch + 0.5 * blade, 0, 1)
    summer = ramp(tone, "#2c6320", "#458a2b", "#67a836", "#9aca52")
    straw = ramp(tone, "#8a7434", "#b0984a", "#cdb662", "#e3d28c")
    albedo = mix(summer, straw, 0.85 * look.dry)
    albedo = mix(albedo, ramp(tone, "#6e5a1e", "#a0762a", "#c58f34", "#ddb352"), 0.6 * look.autumn)
    return Surface(albedo, 3.0 * blade + 2.0 * patch)


def _crown(tree: Cells, leaf: Cells, reach: float) -> tuple[Field, Field]:
    """The dome of a tree seen from above, scalloped by its leaf clumps: (cover, dome)."""
    radius = reach * (0.75 + 0.35 * tree.random)
    ragged = tree.centre + 0.10 * (leaf.centre - 0.4)
    cover = smoothstep(1.0, 0.88, ragged / radius)
    dome = np.sqrt(np.clip(1 - (tree.centre / radius) ** 2, 0, 1))
    return cover, dome.astype(np.float32)


def forest(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Tree crowns over a dark floor, the higher ones painted last."""
    floor = unit(noise(rng, shape, 14))
    albedo = mix(
        ramp(floor, "#0d2210", "#173018", "#213c1c"),
        ramp(floor, "#2a1a0c", "#3d2812", "#55381a"),
        look.autumn,
    )
    height = floor
    size = rng.uniform(26, 36)
    hue = rng.uniform(-0.1, 0.1)
    for layer in range(3):
        tree = cells(rng, shape, size * (1.15 - 0.1 * layer), jitter=0.75)
        leaf = cells(rng, shape, 6.5, jitter=0.9)
        cover, dome = _crown(tree, leaf, 0.62)
        clump = np.clip(1 - 1.5 * leaf.centre, 0, 1)
        tone = np.clip(
            0.06 + 0.12 * layer + 0.42 * dome * (0.5 - tree.dy - tree.dx) + 0.34 * clump + hue, 0, 1
        )
        crown = _foliage(tone, look, ("#0f3316", "#1f5423", "#347a2c", "#5ea03c"))
        shadow = smoothstep(1.25, 0.7, np.hypot(tree.dx - 0.12, tree.dy - 0.14) / 0.62)
        albedo = mix(mix(albedo, albedo * 0.45, 0.8 * shadow), crown, cover)
        height = mix(height, 3 * layer + 7 * dome + 2.2 * clump, cover)
    return Surface(albedo, height)


def flowers(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """A meadow strewn with blossoms of two or three colours."""
    ground = grass(rng, shape, look)
    albedo, height = ground.albedo * 0.85, ground.height
    petals = [("#e8435a", "#ff8fa0"), ("#f4f0ff", "#ffffff"), ("#f2c230", "#ffe680"), ("#9a5be0", "#cfa4ff")]
    chosen = rng.permutation(len(petals))[: rng.integers(2, 4)]
    for index, kind in enumerate(chosen):
        bloom = cells(rng, shape, rng.uniform(12, 16), jitter=0.85)
        angle = np.arctan2(bloom.dy, bloom.dx) * 5 + bloom.random * 40
        radius = bloom.centre / (0.30 + 0.07 * np.cos(angle)) / (0.8 + 0.4 * bloom.random)
        present = (bloom.random * 5.7 % 1 < 0.75 - 0.12 * index).astype(np.float32)
        petal = smoothstep(1.1, 0.85, radius) * present
        heart = smoothstep(0.42, 0.28, radius) * present
        dark, pale = petals[kind]
        albedo = mix(albedo, ramp(np.clip(1.1 - radius, 0, 1), dark, pale), petal)
        albedo = mix(albedo, ramp(heart, "#d98a1c", "#ffcf45"), heart)
        height = height + 2.0 * petal
    return Surface(albedo, height)


def swamp(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Murky pools between hummocks of olive reeds, with lily pads."""
    ground = noise(rng, shape, rng.uniform(38, 55), roughness=2.0)
    land = smoothstep(-0.05, 0.25, ground + 0.35 * look.dry)
    reed = _blades(rng, shape, 9)
    murk = ramp(unit(noise(rng, shape, 24)), "#16211a", "#22352a", "#33493a")
    hummock = ramp(0.25 + 0.6 * reed, "#3a3a18", "#566027", "#788237", "#a3a552")
    hummock = mix(hummock, ramp(reed, "#5a3a16", "#96682a", "#c09040"), 0.7 * look.autumn)
    lily = cells(rng, shape, 17, jitter=0.8)
    notch = np.abs(np.arctan2(lily.dy, lily.dx) - (lily.random - 0.5) * 5) > 0.35
    pad = smoothstep(0.34, 0.29, lily.centre) * notch * (lily.random * 3.3 % 1 < 0.6) * (1 - land)
    albedo = mix(mix(murk, ramp(lily.random, "#4f8a3c", "#7fb058"), pad), hummock, land)
    height = mix(0.4 * noise(rng, shape, 16) + 1.2 * pad, 4 + 3.5 * reed, land)
    return Surface(albedo.astype(np.float32), height.astype(np.float32), gloss=(0.9 * (1 - land) * (1 - pad)))
