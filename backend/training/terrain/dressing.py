"""The adjectives laid over a finished surface. Each shows on every terrain."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from training.terrain.adjectives import growth, wear, weather
from training.terrain.adjectives.tints import coloured
from training.terrain.fields import colour, mix
from training.terrain.look import Look
from training.terrain.surface import Surface

Layer = Callable[[Surface, float, np.random.Generator], Surface]
LAYERS: dict[str, Layer] = {  # in the order in which they are laid
    "burnt": wear.burnt,
    "cracked": wear.cracked,
    "rocky": wear.rocky,
    "muddy": weather.muddy,
    "sandy": weather.sandy,
    "mossy": growth.mossy,
    "grassy": growth.grassy,
    "flowery": growth.flowery,
    "autumn": growth.fallen_leaves,
    "bloody": wear.bloody,
    "wet": weather.wet,
    "snowy": weather.snowy,
    "frozen": weather.frozen,
    "magical": wear.magical,
    "misty": weather.misty,
}


def dressed(surface: Surface, look: Look, rng: np.random.Generator) -> Surface:
    """Lay the adjectives over a finished surface."""
    surface = coloured(surface, look)
    for name, layer in LAYERS.items():
        strength = getattr(look, name)
        if strength:
            surface = layer(surface, strength, rng)
    exposure = 1 + 0.38 * look.bright - 0.34 * look.dark
    lifted = surface.albedo * exposure + 0.06 * look.bright
    albedo = mix(lifted, lifted * colour("#a9b8e0"), 0.12 * look.dark)
    return replace(surface, albedo=np.clip(albedo, 0, 1), glow=surface.glow * (1 - 0.4 * look.dark))
