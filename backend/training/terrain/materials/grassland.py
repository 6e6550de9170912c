"""What grows low: grass, flowers, reeds, swamp, moss."""

import numpy as np

from training.terrain.fields import Field, Picture, Shape, cells, mix, noise, ramp, smoothstep, unit, warped
from training.terrain.look import Look
from training.terrain.stamps import Stamp, disc, empty, joined, strew
from training.terrain.surface import Surface
from training.terrain.variety import pick, tinted, vary

GREENS = (
    ("#2f6a26", "#468a30", "#68a93c", "#9bc957"),
    ("#2a6a35", "#3f8b3c", "#63ab48", "#98cc66"),
    ("#3f6a24", "#5b8c2e", "#80aa3c", "#b3cd5c"),
)
STRAW = ("#86703a", "#a8924c", "#c8b266", "#e4d392")
AUTUMN = ("#6e5a1e", "#a0762a", "#c58f34", "#e0b95c")


def seasonal(tone: Field, look: Look, summer: tuple[str, ...]) -> Picture:
    """Grass colours by tone, straw when it is dry and ochre in autumn."""
    albedo = mix(ramp(tone, *summer), ramp(tone, *STRAW), 0.85 * look.dry)
    return mix(albedo, ramp(tone, *AUTUMN), 0.6 * look.autumn)


def tuft(rng: np.random.Generator, length: float, blades: int, spread: float = 0.75) -> Stamp:
    """A fan of blades from one root, the middle ones in front."""
    y, x = disc(length, 0.9)
    foot = float(y.max()) - 2
    whole = empty(y)
    for lean in sorted(rng.uniform(-spread, spread, blades), key=abs, reverse=True):
        tall = length * rng.uniform(1.1, 1.6) * (1 - 0.35 * abs(lean))
        t = (foot - y) / tall
        middle = lean * length * (0.25 + 0.75 * np.clip(t, 0, 1) ** 1.5)
        half = length / 6.5 * rng.uniform(1.0, 1.5) * (1.05 - t)
        cover = smoothstep(-0.5, 0.5, half - np.abs(x - middle)) * smoothstep(0, 0.28, t) * (t < 1)
        tone = 0.2 + 0.62 * t + 0.12 * np.sign(middle - x) + rng.uniform(-0.1, 0.1)
        whole = joined(whole, Stamp(cover, np.clip(tone, 0, 1), 1 + 2.4 * np.clip(t, 0, 1)))
    return whole


def tufts(
    rng: np.random.Generator, length: float, blades: tuple[int, int] = (4, 7), spread: float = 0.75
) -> list[Stamp]:
    """Six different tufts."""
    return [tuft(rng, vary(rng, length), int(rng.integers(*blades)), spread) for _ in range(6)]


def grass(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """A meadow: soft patches of light and dark green, and tufts that stand out of them in clumps."""
    summer = pick(rng, *GREENS)
    broad = unit(noise(rng, shape, rng.uniform(45, 80), 2.4))
    soft = noise(rng, shape, 13, 2.0, stretch=1.6, angle=np.pi / 2, finest=4)
    tone = np.clip(0.16 + 0.38 * broad + 0.09 * soft, 0, 1)
    ground = seasonal(tone, look, summer)
    clumped = smoothstep(-0.9, 0.9, noise(rng, shape, 36)) * 0.75 + 0.2
    grown = strew(rng, shape, tufts(rng, vary(rng, 8.2)), vary(rng, 9.2, 0.1), share=clumped, shadow=0.22)
    blades = seasonal(
        np.clip(0.72 * grown.tone + 0.26 * broad + 0.14 * (grown.random - 0.3), 0, 1), look, summer
    )
    height = mix(1.5 * broad + 0.5 * soft, 1.5 * broad + 0.8 * grown.height, grown.cover)
    return Surface(tinted(rng, grown.over(ground, blades), 0.03), height.astype(np.float32))


def blossom(rng: np.random.Generator, radius: float) -> Stamp:
    """Five round petals round a heart; the heart's tone is 0, a petal's 0.4 to 1."""
    y, x = disc(radius)
    away, angle = np.hypot(y, x), np.arctan2(y, x) + rng.uniform(0, 7)
    petal = np.abs(np.cos(2.5 * angle))
    inside = radius * (0.55 + 0.45 * petal**0.7) - away
    tone = np.clip(0.55 + 0.35 * away / radius + 0.15 * (petal - 0.5) - 0.1 * (x + y) / radius, 0.4, 1)
    heart = smoothstep(radius * 0.36, radius * 0.22, away)
    return Stamp(smoothstep(-0.4, 0.6, inside), tone * (1 - heart), 2 + 1.5 * petal * (1 - heart) + heart)


PETALS = (
    ("#c82f4e", "#e8536a", "#ffa0ae"),
    ("#d8d4ee", "#f4f0ff", "#ffffff"),
    ("#e0a21c", "#f4c838", "#ffec96"),
    ("#7a3fc4", "#9d66e2", "#d0a8ff"),
    ("#2f5fd0", "#5a8cf0", "#a6c8ff"),
    ("#e2762a", "#f79a48", "#ffca8c"),
)


def flowers(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """A meadow strewn with blossoms of two or three colours, in drifts."""
    ground = grass(rng, shape, look)
    albedo, height = ground.albedo * np.float32(0.86), ground.height
    radius = vary(rng, 5.0, 0.12)
    for number, kind in enumerate(rng.permutation(len(PETALS))[: rng.integers(2, 4)]):
        drift = smoothstep(-0.8, 1.0, noise(rng, shape, 40)) * 0.6 + 0.12 - 0.04 * number
        blooms = [blossom(rng, vary(rng, radius)) for _ in range(5)]
        grown = strew(rng, shape, blooms, radius * 2.2, share=drift, shadow=0.4)
        petals = ramp(np.clip(grown.tone * 1.6 - 0.6, 0, 1), *PETALS[kind])
        heart = "#f7c73a" if kind != 2 else "#a8541c"
        coloured = mix(ramp(grown.random, heart, heart), petals, smoothstep(0.15, 0.4, grown.tone))
        albedo, height = grown.over(albedo, coloured), mix(height, 2 + 1.2 * grown.height, grown.cover)
    return Surface(albedo.astype(np.float32), height.astype(np.float32))


def pad(rng: np.random.Generator, radius: float) -> Stamp:
    """A water lily's leaf: a disc with a notch and pale ribs."""
    y, x = disc(radius)
    angle = np.arctan2(y, x) + rng.uniform(0, 7)
    away = np.hypot(y, x)
    notch = np.abs(np.arctan2(np.sin(angle), np.cos(angle))) - 0.32
    inside = np.minimum(radius - 0.5 - away, away * np.sin(np.clip(notch, -1.5, 1.5)))
    rib = smoothstep(0.5, 0.95, np.cos(4.5 * angle))
    tone = np.clip(0.4 + 0.3 * away / radius + 0.2 * rib - 0.12 * (x + y) / radius, 0, 1)
    return Stamp(smoothstep(-0.4, 0.5, inside), tone, np.full_like(y, 1.2) + 0.3 * (away / radius) ** 2)


def swamp(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Murky pools between hummocks of olive sedge, with lily pads."""
    rise = noise(rng, shape, rng.uniform(38, 55), roughness=2.4, finest=6)
    land = smoothstep(-0.05, 0.3, rise + 0.35 * look.dry)
    murk = ramp(unit(noise(rng, shape, 30, 2.2)), "#16231c", "#21362a", "#2f4a38")
    pads = strew(rng, shape, [pad(rng, vary(rng, 6)) for _ in range(5)], 11, share=0.6 * (1 - land))
    water = pads.over(murk, ramp(0.7 * pads.tone + 0.3 * pads.random, "#2f6a30", "#5b9a42", "#93c45c"))
    soil = ramp(unit(noise(rng, shape, 14)), "#3a3a1a", "#50542a", "#68702f")
    sedge = strew(rng, shape, tufts(rng, 7.5, (5, 8)), 7.5, share=land - 0.1, shadow=0.3)
    olive = ramp(sedge.tone, "#3c4216", "#646e2a", "#8e983e", "#c2c268")
    brown = ramp(sedge.tone, "#5a3a16", "#96682a", "#c09040", "#dcb468")
    albedo = sedge.over(mix(water, soil, land), mix(olive, brown, 0.7 * look.autumn))
    flat = mix(0.3 * noise(rng, shape, 20) + 1.2 * pads.cover, 3 + rise, land)
    height = mix(flat, 3.5 + sedge.height, sedge.cover)
    open_ = (1 - land) * (1 - pads.cover) * (1 - sedge.cover)
    return Surface(albedo.astype(np.float32), height.astype(np.float32), gloss=0.9 * open_)


def moss(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Deep velvet cushions, round and close together, with fine stars of leaf on them."""
    size = vary(rng, 26)
    cushion = cells(rng, shape, size, jitter=0.9, warp=warped(rng, shape, 20, 1.4))
    small = cells(rng, shape, size * 0.45, jitter=0.9)
    swell = np.sqrt(np.clip(cushion.edge * 2.2, 0, 1)) + 0.22 * np.sqrt(np.clip(small.edge * 2.2, 0, 1))
    nap = noise(rng, shape, 6, 1.2, finest=2.6)
    tone = np.clip(0.02 + 0.6 * swell + 0.07 * nap + 0.24 * (cushion.random - 0.5), 0, 1)
    summer = pick(
        rng,
        ("#1c3612", "#355d1a", "#5a8a28", "#93b945"),
        ("#16341c", "#2a5a2a", "#4a8638", "#86b455"),
        ("#2c3a10", "#4c641a", "#788f2a", "#b0bf50"),
    )
    albedo = mix(ramp(tone, *summer), ramp(tone, "#4a3a18", "#77602c", "#a08a48", "#c9b878"), 0.8 * look.dry)
    return Surface(tinted(rng, albedo, 0.04), (7.0 * swell + 0.25 * nap).astype(np.float32))


def cattail(rng: np.random.Generator, tall: float) -> Stamp:
    """Three or four upright leaves and perhaps a brown spike; the spike's tone is 0."""
    y, x = disc(tall * 0.45, 1.35)
    foot, whole = float(y.max()) - 1, empty(y)
    for lean in rng.uniform(-0.5, 0.5, int(rng.integers(3, 6))):
        reach = tall * rng.uniform(0.75, 1.1)
        t = (foot - y) / reach
        middle = lean * tall * 0.55 * np.clip(t, 0, 1) ** 2 + lean * 4
        half = 1.9 * np.clip(1.1 - t, 0, 1)
        cover = smoothstep(-0.5, 0.5, half - np.abs(x - middle)) * smoothstep(0, 0.12, t) * (t < 1)
        tone = np.clip(0.3 + 0.5 * t + 0.14 * np.sign(middle - x), 0.2, 1)
        whole = joined(whole, Stamp(cover, tone, 1 + 3 * np.clip(t, 0, 1)))
    if rng.random() < 0.55:
        middle, t = rng.uniform(-2, 2), (foot - y) / tall
        stalk = Stamp(
            smoothstep(1.1, 0.4, np.abs(x - middle)) * (t > 0) * (t < 0.9), np.full_like(y, 0.6), 2 + 0 * y
        )
        spike = smoothstep(0, 0.3, 1 - ((t - 0.78) / 0.2) ** 4 - ((x - middle) / 2.7) ** 2)
        whole = joined(joined(whole, stalk), Stamp(spike, np.zeros_like(y), 4 + 0 * y))
    return whole


def reeds(rng: np.random.Generator, shape: Shape, look: Look) -> Surface:
    """Tall reeds with brown cattails in dense clumps, still water glinting between."""
    clump = noise(rng, shape, 42, 2.2)
    water = ramp(unit(0.6 * clump + noise(rng, shape, 30, 2.6)), "#27505c", "#326672", "#467f86")
    plants = [cattail(rng, vary(rng, 26)) for _ in range(7)]
    grown = strew(rng, shape, plants, 10.5, share=0.55 + 0.35 * smoothstep(-0.7, 0.6, clump), shadow=0.4)
    green = ramp(grown.tone * 0.8 + 0.25 * grown.random, "#33491c", "#5c7a2c", "#8fa545", "#cfcf7c")
    faded = ramp(grown.tone * 0.8 + 0.25 * grown.random, "#5c4a22", "#95783a", "#c2a458", "#e8d492")
    leaves = mix(green, faded, 0.8 * max(look.autumn, look.dry))
    colours = mix(ramp(grown.random, "#5a3118", "#7c4722"), leaves, smoothstep(0.05, 0.16, grown.tone))
    albedo = grown.over(water, colours)
    height = mix(0.4 * noise(rng, shape, 18, 2.6), 2 + grown.height, grown.cover)
    return Surface(tinted(rng, albedo, 0.03), height.astype(np.float32), gloss=0.8 * (1 - grown.cover))
