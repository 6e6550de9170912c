"""What keeps two pictures of a terrain from being twins."""

import numpy as np

from training.terrain.fields import Picture


def tinted(rng: np.random.Generator, albedo: Picture, spread: float = 0.07) -> Picture:
    """Shift the colour of a whole picture a little, so that no two samples share a palette."""
    cast = rng.uniform(1 - spread, 1 + spread, 3) * rng.uniform(1 - spread, 1 + spread)
    return np.clip(albedo * cast, 0, 1).astype(np.float32)


def vary(rng: np.random.Generator, size: float, spread: float = 0.2) -> float:
    """A length near `size`."""
    return float(size * rng.uniform(1 - spread, 1 + spread))


def pick(rng: np.random.Generator, *palettes: tuple[str, ...]) -> tuple[str, ...]:
    """One of several palettes."""
    return palettes[int(rng.integers(len(palettes)))]
