"""Water, shallow, deep and falling; coral; and slime."""

import numpy as np

from training.terrain.fields import (
    Field,
    Shape,
    another,
    bent,
    blur,
    cells,
    colour,
    mix,
    noise,
    plane,
    ramp,
    smoothstep,
    unit,
)
from training.terrain.look import Look
from training.terrain.stamps import Stamp, boulder, disc, dome, empty, joined, strew, stroke
from training.terrain.surface import Surface
from training.terrain.variety import pick, tinted, vary


def swell(rng: np.random.Generator, shape: Shape, scale: float) -> tuple[Field, Field]:
    """Two smooth displacement fields, in pixels."""
    first, second = (0.16 * scale * noise(rng, shape, 1.4 * scale, roughness=3.5) for _ in range(2))
    return first, second


def caustics(rng: np.random.Generator, shape: Shape, size: float) -> Field:
    """The net of light that ripples draw, from 0 to 1: bright and broad at its knots, thin between."""
    net = cells(rng, shape, size, jitter=0.9, aspect=1.25, warp=swell(rng, shape, size))
    breadth = 0.085 + 0.035 * noise(rng, shape, 40, roughness=3.0)
    line = smoothstep(breadth, breadth * 0.2, net.edge)
    halo = smoothstep(0.3, 0.0, net.edge)
    return np.clip(0.8 * line + 0.25 * halo, 0, 1)


def water(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Clear blue water: a net of light over it, as the sun draws it through ripples."""
    net = caustics(rng, shape, vary(rng, 26, 0.15))
    depth = unit(noise(rng, shape, rng.uniform(60, 100)))
    blues = pick(
        rng,
        ("#1a66ac", "#2a84c6", "#42a2da", "#64c0e8"),
        ("#1b70a8", "#2a90c0", "#42aed2", "#6ccbe2"),
        ("#205cae", "#3078ca", "#4a98de", "#70b8ee"),
    )
    albedo = mix(ramp(depth, *blues), ramp(depth, "#d6f4ff", "#ffffff"), 0.66 * net)
    ripple = noise(rng, shape, 16, roughness=3.0, stretch=2.0)
    return Surface(albedo, (0.5 * ripple + 0.5 * net - look.muddy * 0.2).astype(np.float32), gloss=0.4)


def shallows(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """Turquoise water so shallow that the rippled sand and its stones show, with soft light on it."""
    y, x = plane(shape)
    bend = noise(rng, shape, 60, 2.6, finest=14)
    angle = rng.uniform(0.4, 1.2)
    ridge = 0.5 + 0.5 * np.sin((x * np.cos(angle) + y * np.sin(angle)) / 2.4 + 2.2 * bend)
    depth = unit(noise(rng, shape, 70, 2.4))
    seabed = ramp(
        np.clip(0.25 + 0.5 * depth + 0.22 * (ridge - 0.5), 0, 1), "#2f9fa8", "#5fc4bd", "#a5dfc8", "#dff0cf"
    )
    stones = strew(
        rng, shape, [dome(*disc(r), r, 0.5) for r in rng.uniform(3.5, 6.5, 5)], 21, share=0.3, shadow=0.3
    )
    colours = mix(ramp(stones.tone, "#3f7f86", "#6fa8a4", "#a8ccbe"), colour("#48b8ba"), 0.3)
    net = caustics(rng, shape, vary(rng, 22, 0.15))
    albedo = mix(stones.over(seabed, colours), np.ones((*shape, 3), np.float32), 0.42 * net)
    height = 0.8 * ridge + 0.4 * net + 0.4 * stones.height
    return Surface(tinted(rng, albedo, 0.03), height.astype(np.float32), gloss=0.3)


def deep_water(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Open sea: broad dark-blue swell, rank after rank, with short bright crests and no bottom to be seen."""
    y, x = plane(shape)
    bend = noise(rng, shape, 70, 2.8, finest=16)
    lean = rng.uniform(-0.35, 0.35)
    length = vary(rng, 19, 0.15)
    phase = (y * np.cos(lean) + x * np.sin(lean)) / length + 0.42 * bend
    turn = phase % 1
    strength = unit(noise(rng, shape, 55, 2.4))
    wave = np.where(turn < 0.68, turn / 0.68, (1 - turn) / 0.32)
    wave = smoothstep(-0.1, 1.1, wave) * (0.55 + 0.45 * strength)
    froth = 0.08 * noise(rng, shape, 13, 1.8, finest=4.5)
    crest = (
        smoothstep(0.5, 0.64, turn + froth)
        * smoothstep(0.8, 0.7, turn + froth)
        * smoothstep(0.52, 0.72, strength)
    )
    tone = np.clip(0.62 * wave + 0.2 * unit(noise(rng, shape, 90)), 0, 1)
    albedo = ramp(
        tone,
        *pick(
            rng, ("#06204c", "#0c3168", "#174a8c", "#2f6fb4"), ("#061f42", "#0a345c", "#145080", "#2c7aa8")
        ),
    )
    foam = ramp(np.clip(0.5 + 4 * froth, 0, 1), "#8fbbe2", "#c4def4", "#f2faff")
    albedo = mix(albedo, foam, (0.8 + 0.1 * look.bright) * crest)
    return Surface(
        tinted(rng, albedo, 0.03), blur(3.4 * wave + 0.7 * crest, 0.6).astype(np.float32), gloss=0.4
    )


def rapids(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """A mountain stream: green-blue water in long threads, white round dark boulders and behind them."""
    turned = rng.random() < 0.5
    shape = (shape[1], shape[0]) if turned else shape
    bend = noise(rng, shape, 70, 3.0, finest=16)
    thread = bent(noise(rng, shape, 14, 1.8, stretch=4, angle=np.pi / 2, finest=3), 0, 5 * bend)
    albedo = ramp(
        np.clip(0.45 + 0.2 * thread + 0.12 * bend, 0, 1), "#1a5f86", "#2e8aac", "#58b2c6", "#98d8dd"
    )
    boulders = strew(
        rng, shape, [boulder(rng, r, 0.8) for r in rng.uniform(5, 9.5, 6)], 26, share=0.62, shadow=0.4
    )
    wake = boulders.cover.copy()
    for row in range(1, len(wake)):  # foam trails downstream of each boulder, and frays
        wake[row] = np.maximum(wake[row], wake[row - 1] - 0.034)
    rim = np.clip(blur(boulders.cover, 2.2) * 2.2 - boulders.cover, 0, 1)
    foam = np.clip(
        smoothstep(0.25, 0.85, wake + 0.38 * thread - 0.1) + 0.9 * rim + smoothstep(1.3, 2.0, thread), 0, 1
    )
    albedo = mix(albedo, ramp(unit(thread), "#cdeaf2", "#ffffff"), 0.9 * foam)
    stone = ramp(
        np.clip(boulders.tone + 0.2 * (boulders.random - 0.5), 0, 1), "#39404a", "#6a727c", "#a4a9ac"
    )
    albedo = mix(albedo, stone, boulders.cover)
    height = mix(0.9 * thread + 1.2 * foam, 2 + boulders.height, boulders.cover)
    surface = Surface(tinted(rng, albedo, 0.03), height.astype(np.float32), gloss=0.35)
    return surface.transposed() if turned else surface


def waterfall(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """Falling water seen from the front: pale curtains and darker gaps, with clouds of spray."""
    bend = noise(rng, shape, 60, 3.0, finest=16)
    curtain = bent(noise(rng, shape, 18, 2.0, stretch=8, angle=np.pi / 2, finest=3.5), 0, 3 * bend)
    tone = np.clip(0.46 + 0.24 * curtain, 0, 1)
    albedo = ramp(tone, "#1c6a98", "#4aa0c8", "#98d2e8", "#e2f5fb", "#ffffff")
    billow = cells(rng, shape, 15, jitter=0.9, warp=swell(rng, shape, 22))
    spray = smoothstep(
        0.5, 1.2, noise(rng, shape, 46, 2.4) + 0.7 * np.sqrt(np.clip(1 - billow.centre, 0, 1)) - 0.35
    )
    albedo = mix(albedo, ramp(1 - billow.centre, "#d4ebf4", "#f4fbfd", "#ffffff"), 0.85 * spray)
    height = mix(2.2 * curtain, 0.8 * curtain + 2.2 * np.sqrt(np.clip(1 - billow.centre, 0, 1)), 0.8 * spray)
    return Surface(tinted(rng, albedo, 0.02), height.astype(np.float32), gloss=0.2)


def branching(rng: np.random.Generator, radius: float) -> Stamp:
    """A staghorn coral: knobbed arms that fork from one foot."""
    y, x = disc(radius * 1.15)
    whole, start = empty(y), rng.uniform(0, 7)
    for number in range(6):
        angle = start + 2 * np.pi * (number + rng.uniform(-0.25, 0.25)) / 6
        knee = 0.55 * radius * np.sin(angle), 0.55 * radius * np.cos(angle)
        whole = joined(whole, stroke(y, x, (0, 0), knee, (3.0, 2.7)))
        for turn in (-0.5, 0.5):
            tip = (
                knee[0] + 0.45 * radius * np.sin(angle + turn),
                knee[1] + 0.45 * radius * np.cos(angle + turn),
            )
            arm = stroke(y, x, knee, tip, (2.6, 2.2))
            end = dome(y - tip[0], x - tip[1], 2.9)
            whole = joined(
                joined(whole, arm), Stamp(end.cover, np.clip(end.tone + 0.3, 0, 1), end.height + 1)
            )
    return whole


def brain(rng: np.random.Generator, radius: float) -> Stamp:
    """A round coral with a maze of folds."""
    y, x = disc(radius)
    round_ = dome(y, x, radius, 0.7)
    angle = rng.uniform(0, 7)
    bend = 1.6 * np.sin((x * np.cos(angle) + y * np.sin(angle)) / 2.6)
    fold = np.cos((y * np.cos(angle) - x * np.sin(angle)) * 2 * np.pi / 5.6 + bend)
    return Stamp(round_.cover, np.clip(round_.tone + 0.16 * fold, 0, 1), round_.height + 0.7 * fold)


CORALS = (
    ("#8c2440", "#d84a62", "#ff9a9c"),
    ("#a8481c", "#ec7c3a", "#ffc080"),
    ("#5c2c86", "#9a58c8", "#d8a4f2"),
    ("#a87a1c", "#e4b83c", "#fff0a0"),
    ("#1f7a6c", "#3cb89a", "#a4ecc8"),
)


def coral(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """A reef under clear water: staghorns, brain corals and cushions in warm colours on turquoise sand."""
    bed = unit(noise(rng, shape, 40, 2.4))
    albedo, height = ramp(bed, "#1f8a9c", "#3fa9b0", "#7cc8bc"), 1.5 * bed
    growths = (
        [brain(rng, vary(rng, 10, 0.2)) for _ in range(4)],
        [branching(rng, vary(rng, 15, 0.15)) for _ in range(4)],
        [branching(rng, vary(rng, 13, 0.15)) for _ in range(4)],
    )
    for stamps, kind in zip(growths, rng.permutation(len(CORALS)), strict=False):
        grown = strew(rng, shape, stamps, 26, share=0.62, shadow=0.45, shuffled=True)
        albedo = grown.over(
            albedo, ramp(np.clip(grown.tone + 0.2 * (grown.random - 0.5), 0, 1), *CORALS[kind])
        )
        height = mix(height, 2 + grown.height, grown.cover)
    albedo = mix(albedo, albedo * colour("#9fe4f0"), 0.28)
    albedo = mix(albedo, np.ones_like(albedo), 0.16 * caustics(rng, shape, 30))
    return Surface(tinted(rng, albedo, 0.03), height.astype(np.float32), gloss=0.2)


def slime(rng: np.random.Generator, shape: Shape, _look: Look) -> Surface:
    """Poisonous green slime: thick swirls, and bubbles of every size with a gleam on each."""
    bend = noise(rng, shape, 46, 3.0, finest=12)
    fold = 0.5 + 0.5 * np.sin(2.2 * bend + 1.4 * noise(rng, shape, 70, 3.0, finest=14))
    greens = pick(
        rng, ("#1f5a10", "#3f9418", "#7cd024", "#c8f65a"), ("#2c5c08", "#5a9a10", "#9ed41c", "#e2f85c")
    )
    albedo = ramp(np.clip(0.22 + 0.42 * fold, 0, 1), *greens)
    bubbles = strew(
        rng, shape, [dome(*disc(r), r, 0.8) for r in (4.4, 5.2, 6.5, 8.5)], 15, share=0.45, shadow=0.35
    )
    skin = ramp(np.clip(bubbles.tone + 0.1 * another(bubbles.random), 0, 1), *greens)
    albedo = bubbles.over(albedo, skin)
    gleam = smoothstep(0.78, 0.9, bubbles.tone) * bubbles.cover
    albedo = mix(albedo, np.broadcast_to(colour("#f6ffd8"), albedo.shape), 0.85 * gleam)
    height = 2.2 * fold + 0.5 * bend + bubbles.height
    return Surface(
        tinted(rng, albedo, 0.03), height.astype(np.float32), gloss=0.8, glow=albedo * np.float32(0.12)
    )
