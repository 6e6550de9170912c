"""Colour: what is lush, dry, or of one colour."""

from dataclasses import replace

import numpy as np

from training.terrain.fields import Picture, colour, mix, ramp
from training.terrain.look import COLOURS, Look
from training.terrain.surface import Surface


def painted(picture: Picture, name: str) -> Picture:
    """A picture in tones of one colour, as light as it was; white and black make it lighter or darker."""
    grey = picture.mean(axis=-1)
    if name in ("white", "black"):
        tone = 0.5 + 0.5 * grey if name == "white" else 0.5 * grey
        return ramp(np.clip(tone, 0, 1), "#08080a", "#5c5a60", "#a9a7aa", "#ffffff")
    middle = colour(COLOURS[name])
    stops = np.stack([middle * 0.0, middle * 0.62, middle, 0.45 * middle + 0.52, middle * 0 + 1])
    at = np.array([0, 0.22, 0.48, 0.8, 1.0], np.float32)
    return np.stack([np.interp(grey, at, stops[:, i]) for i in range(3)], axis=-1).astype(np.float32)


def coloured(surface: Surface, look: Look) -> Surface:
    albedo, glow = surface.albedo, surface.glow
    grey = albedo.mean(axis=-1, keepdims=True)
    if look.lush:  # fuller colour, pulled to green
        full = np.clip(grey + (albedo - grey) * 1.35, 0, 1)
        albedo = mix(full, full * colour("#8ee070") * 1.15, 0.55 * look.lush)
    if look.dry:  # faded, pulled to straw
        albedo = mix(albedo, (grey * 0.85 + 0.14) * colour("#f2d58e"), 0.45 * look.dry)
    for name in COLOURS:
        if strength := getattr(look, name):
            albedo = mix(albedo, painted(albedo, name), 0.82 * strength)
            glow = mix(glow, painted(glow, name), 0.82 * strength) if isinstance(glow, np.ndarray) else glow
    return replace(surface, albedo=np.clip(albedo, 0, 1).astype(np.float32), glow=glow)
