"""What has happened to a surface: cracks, fire, fallen rocks, blood, magic."""

from dataclasses import replace

import numpy as np

from training.terrain.fields import another, blur, cells, colour, mix, noise, ramp, smoothstep, unit, warped
from training.terrain.stamps import boulder, disc, dome, strew
from training.terrain.surface import Surface, with_things


def cracked(surface: Surface, strength: float, rng: np.random.Generator) -> Surface:
    """Broken through: a net of deep cracks with chipped rims."""
    plate = cells(rng, surface.shape, 27, jitter=0.95, warp=warped(rng, surface.shape, 16, 2.2))
    away = plate.edge * 27 - 1.1 * unit(noise(rng, surface.shape, 20))
    crack = smoothstep(1.5, 0.4, away) * strength
    chip = smoothstep(3.4, 1.6, away) * strength
    height = surface.height + 2.2 * (plate.random - 0.5) * strength - 3.2 * crack - 0.8 * chip
    albedo = mix(surface.albedo, surface.albedo * 0.62 + 0.05, 0.7 * chip)
    glow = surface.glow * (1 - 0.8 * crack)[..., None]
    return replace(surface, albedo=mix(albedo, albedo * 0.12, 0.92 * crack), height=height, glow=glow)


def burnt(surface: Surface, strength: float, rng: np.random.Generator) -> Surface:
    """Charred black where the fire was, grey with ash, and embers in it."""
    shape = surface.shape
    fire = noise(rng, shape, 50, 2.2, finest=4)
    share = smoothstep(-0.55, 0.15, fire) * strength
    grey = surface.albedo.mean(axis=-1, keepdims=True)
    char = grey * colour("#4a423e") * 0.75 + 0.02
    ash = smoothstep(0.6, 1.6, noise(rng, shape, 18, 1.8, finest=3))
    char = mix(char, grey * 0.4 + colour("#6c6664") * 0.55, 0.7 * ash)
    coal = cells(rng, shape, 9, jitter=0.9)
    ember = share * smoothstep(0.42, 0.12, coal.centre) * (another(coal.random) > 0.86)
    scorched = mix(surface.albedo, surface.albedo * colour("#b08a68"), strength * (1 - share))
    glow = surface.glow * (1 - 0.85 * share)[..., None] + colour("#ff7a1c") * ember[..., None]
    return replace(surface, albedo=mix(scorched, char, 0.93 * share).astype(np.float32), glow=glow)


def rocky(surface: Surface, strength: float, rng: np.random.Generator) -> Surface:
    stones = [boulder(rng, r, 0.8) for r in rng.uniform(4.5, 9.5, 7)]
    laid = strew(rng, surface.shape, stones, 18, share=0.62 * strength, shadow=0.5)
    tone = np.clip(laid.tone + 0.25 * (laid.random - 0.5), 0, 1)
    greys = ramp(tone, "#4c4a4a", "#827e7a", "#b4afa6", "#d6d0c4")
    return with_things(surface, laid.over(surface.albedo, greys), laid.cover, laid.height)


def magical(surface: Surface, strength: float, rng: np.random.Generator) -> Surface:
    """Enchanted: dusk over it, motes of light, and threads of glow along its edges."""
    shape = surface.shape
    motes = strew(
        rng, shape, [dome(*disc(r), r) for r in (1.8, 2.4, 3.2)], 15, share=0.55 * strength, shadow=0
    )
    flow = smoothstep(0.20, 0.02, np.abs(noise(rng, shape, 54, 2.8, finest=9)))
    light = colour(("#5ce8ff", "#c878ff", "#7cff9c")[int(rng.integers(3))])
    halo = np.clip(blur(motes.cover, 3.4) * 2.0, 0, 1)
    dusk = surface.albedo * (1 - strength + strength * (0.62 * colour("#8c94d8") + 0.1))
    shine = light * np.clip(0.95 * motes.cover + 0.5 * halo + 0.42 * flow, 0, 1)[..., None] * strength
    core = 0.45 * (motes.cover * motes.tone)[..., None] * strength
    return replace(surface, albedo=dusk.astype(np.float32), glow=surface.glow * 0.8 + shine + core)


def bloody(surface: Surface, strength: float, rng: np.random.Generator) -> Surface:
    """Splashes and pools of blood, wet and dark red."""
    shape = surface.shape
    pool = noise(rng, shape, 38, 2.0, finest=4)
    drops = cells(rng, shape, 12, jitter=0.95)
    spot = smoothstep(0.36, 0.28, drops.centre) * (another(drops.random) > 0.62) * (pool > -0.4)
    share = np.maximum(smoothstep(0.35, 0.55, pool), spot) * strength
    blood = ramp(unit(noise(rng, shape, 18)), "#4c0408", "#7c0a10", "#a8141a")
    return replace(
        surface,
        albedo=mix(surface.albedo, blood, 0.9 * share),
        height=mix(surface.height, 0.7 * surface.height + 0.6, share),
        gloss=np.maximum(surface.gloss, 0.9 * share),
        glow=surface.glow * (1 - 0.8 * share)[..., None],
    )
