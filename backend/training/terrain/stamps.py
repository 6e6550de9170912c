"""Small things seen from above, strewn over the ground one over the other: tufts, leaves, crowns, bones."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.terrain.fields import Field, Picture, Shape, mix, smoothstep

CAST = (2, 2)  # pixels down and to the right that a thing's shadow falls


class Stamp(NamedTuple):
    """One small thing, [h, w]: how much of a pixel it covers, how light it is, how high it stands."""

    cover: Field
    tone: Field
    height: Field


class Strewn(NamedTuple):
    """Many things on a ground, [height, width]."""

    cover: Field
    tone: Field
    height: Field
    random: Field  # a number from 0 to 1 that is the same all over a thing
    shade: Field  # 1 in the light, less in the shadow of what stands at the upper left

    def over(self, ground: Picture, colours: Picture) -> Picture:
        """The ground, shaded, with the things in these colours on it."""
        return mix(ground * self.shade[..., None], colours * self.shade[..., None], self.cover)


def disc(radius: float, stretch: float = 1.0) -> tuple[Field, Field]:
    """Coordinates (y, x) of a stamp from its middle, in pixels; it is `stretch` times as high as wide."""
    high, wide = int(np.ceil(radius * stretch)) + 1, int(np.ceil(radius)) + 1
    y, x = np.mgrid[-high : high + 1, -wide : wide + 1].astype(np.float32)
    return y, x


def empty(like: Field) -> Stamp:
    """Nothing yet, of the size of another field."""
    return Stamp(np.zeros_like(like), np.zeros_like(like), np.zeros_like(like))


def joined(below: Stamp, above: Stamp) -> Stamp:
    """Two parts of one thing, one over the other."""
    share = above.cover
    return Stamp(
        np.maximum(below.cover, share),
        mix(below.tone, above.tone, share),
        mix(below.height, above.height, share),
    )


def scattered(rng: np.random.Generator, shape: Shape, spacing: float, jitter: float) -> NDArray[np.float32]:
    """Places (y, x) from a jittered grid that reaches beyond the borders, from top to bottom. [n, 2]"""
    rows, columns = (int(side / spacing) + 4 for side in shape)
    row, column = np.indices((rows, columns), dtype=np.float32)
    grid = np.stack([row, column], axis=-1)
    grid[..., 1] += 0.5 * (np.arange(rows) % 2)[:, None]
    grid += (rng.random(grid.shape, dtype=np.float32) - 0.5) * jitter + rng.random(2, dtype=np.float32)
    places = (grid.reshape(-1, 2) - 2) * spacing
    return places[np.argsort(places[:, 0], kind="stable")]


def strew(
    rng: np.random.Generator,
    shape: Shape,
    stamps: Sequence[Stamp],
    spacing: float,
    *,
    jitter: float = 0.9,
    share: Field | float = 1.0,
    shadow: float = 0.45,
    shuffled: bool = False,
) -> Strewn:
    """Lay stamps over a ground, the lower ones over the upper ones, or in any order.

    `share`: how many of the places are taken, everywhere or place by place; `shadow`: how dark they make it.
    """
    places = scattered(rng, shape, spacing, jitter)
    places = rng.permutation(places) if shuffled else places
    margin = max(max(each.cover.shape) for each in stamps) + CAST[0]
    canvas = np.zeros((5, shape[0] + 2 * margin, shape[1] + 2 * margin), np.float32)
    canvas[4] = 1
    places = places[rng.random(len(places)) < _share_at(share, places)]
    chosen, random = rng.integers(len(stamps), size=len(places)), rng.random(len(places))
    inks = [_ink(each) for each in stamps]
    for (y, x), index, tag in zip(places.tolist(), chosen.tolist(), random.tolist(), strict=True):
        cover, ink = stamps[index].cover, inks[index]
        top, left = round(y) + margin - cover.shape[0] // 2, round(x) + margin - cover.shape[1] // 2
        if not _fits(top, left, cover.shape, canvas.shape):
            continue
        ink[3] = tag
        bottom, right = top + cover.shape[0], left + cover.shape[1]
        canvas[4, top + CAST[0] : bottom + CAST[0], left + CAST[1] : right + CAST[1]] *= 1 - shadow * cover
        under = canvas[:, top:bottom, left:right]
        under += cover * (ink - under)
    inside = canvas[:, margin:-margin, margin:-margin]
    return Strewn(*inside)


def _ink(stamp: Stamp) -> NDArray[np.float32]:
    """What a stamp leaves where it covers: cover, tone, height, its number (to be filled in), full light."""
    one = np.ones_like(stamp.cover)
    return np.stack([one, stamp.tone, stamp.height, one, one]).astype(np.float32)


def _share_at(share: Field | float, places: NDArray[np.float32]) -> Field | float:
    if not isinstance(share, np.ndarray):
        return share
    y, x = (np.clip(places[:, i].astype(int), 0, share.shape[i] - 1) for i in (0, 1))
    return share[y, x]


def _fits(top: int, left: int, size: tuple[int, ...], canvas: tuple[int, ...]) -> bool:
    bottom, right = top + size[0] + CAST[0], left + size[1] + CAST[1]
    return top >= 0 and left >= 0 and bottom <= canvas[1] and right <= canvas[2]


def dome(y: Field, x: Field, radius: float, rise: float = 1.0) -> Stamp:
    """A round hump: lighter towards the light, at the upper left."""
    inside = 1 - (y * y + x * x) / radius**2
    high = np.sqrt(np.clip(inside, 0, 1))
    tone = np.clip(0.5 + 0.3 * (high - 0.5) - 0.22 * (y + x) / radius, 0, 1)
    return Stamp(smoothstep(-0.1, 0.2, inside), tone, rise * radius * high)


def leaf(y: Field, x: Field, length: float, width: float, angle: float) -> Stamp:
    """A pointed leaf from the middle of its stamp outwards, with a pale rib and one side in the shade."""
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    t = np.clip(along / length, 0, 1)
    half = width * np.sin(np.pi * np.clip(t * 0.96 + 0.04, 0, 1) ** 0.75)
    inside = np.where((along > 0) & (along < length), half - np.abs(across), -1)
    side = np.sign(across) * np.sign(np.cos(angle - 0.8))
    rib = smoothstep(0.9, 0.2, np.abs(across))
    tone = np.clip(0.35 + 0.3 * t + 0.13 * side + 0.15 * rib, 0, 1)
    return Stamp(smoothstep(-0.4, 0.5, inside), tone, (0.8 + 1.6 * np.sin(np.pi * t)) * (inside > 0))


def stroke(
    y: Field, x: Field, start: tuple[float, float], end: tuple[float, float], width: tuple[float, float]
) -> Stamp:
    """A round bar from `start` to `end` (y, x), from one half width to another."""
    dy, dx = end[0] - start[0], end[1] - start[1]
    length = float(np.hypot(dy, dx)) + 1e-6
    t = np.clip(((y - start[0]) * dy + (x - start[1]) * dx) / length**2, 0, 1)
    away = np.hypot(y - start[0] - t * dy, x - start[1] - t * dx)
    half = width[0] + (width[1] - width[0]) * t
    across = ((y - start[0]) * dx - (x - start[1]) * dy) / length / half * (1 if dx - dy > 0 else -1)
    round_ = np.sqrt(np.clip(1 - (away / half) ** 2, 0, 1))
    return Stamp(
        smoothstep(0.5, -0.5, away - half),
        np.clip(0.45 - 0.35 * across + 0.15 * round_, 0, 1),
        half * round_ * 1.3,
    )


def boulder(rng: np.random.Generator, radius: float, rise: float = 0.8, stretch: float = 1.0) -> Stamp:
    """A rock: what is left of a mound when planes have cut its sides off."""
    y, x = disc(radius * 1.1, stretch)
    y = y / stretch
    count, start = int(rng.integers(6, 9)), rng.uniform(0, 7)
    high, tone = np.full_like(y, rise * radius * rng.uniform(0.55, 0.7)), np.full_like(y, 0.62)
    rim = np.full_like(y, radius)
    for number in range(count):
        angle = start + 2 * np.pi * (number + rng.uniform(-0.3, 0.3)) / count
        gap = radius * rng.uniform(0.78, 1.0) - (y * np.sin(angle) + x * np.cos(angle))
        side = gap * rise * rng.uniform(1.0, 1.9)
        facet = 0.48 - 0.26 * (np.sin(angle) + np.cos(angle)) / 1.4 + rng.uniform(-0.06, 0.06)
        tone, high, rim = np.where(side < high, facet, tone), np.minimum(side, high), np.minimum(gap, rim)
    return Stamp(smoothstep(-0.5, 0.5, rim), tone.astype(np.float32), np.maximum(high, 0).astype(np.float32))
