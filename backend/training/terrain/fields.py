"""Random fields that the terrains are painted from: noise, cells and the arithmetic between them.

Every function is pure: a field follows from the generator it is given. Shapes are (height, width) in
canvas pixels, and lengths ("scale", "size") are in canvas pixels too.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import fft, ndimage

Field = NDArray[np.floating]  # [height, width]
Picture = NDArray[np.floating]  # [height, width, 3], linear-ish colour from 0 to 1
Labels = NDArray[np.int64]  # [height, width], which of several terrains stands at a pixel
Shape = tuple[int, int]


def smoothstep(low: Field | float, high: Field | float, field: Field) -> Field:
    """0 below `low`, 1 above `high`, a smooth S between; `low` may exceed `high`."""
    t = np.clip((field - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def mix(below: Picture | Field, above: Picture | Field | float, share: Field | float) -> Picture:
    """Blend two pictures (or fields) by a share from 0 to 1."""
    if isinstance(share, np.ndarray) and below.ndim == 3 and share.ndim == 2:
        share = share[..., None]
    return below + (above - below) * share


def ramp(field: Field, *colours: str) -> Picture:
    """Map a field from 0 to 1 onto evenly spaced "#rrggbb" colours."""
    stops = np.stack([colour(c) for c in colours])
    at = np.linspace(0, 1, len(colours), dtype=np.float32)
    return np.stack([np.interp(field, at, stops[:, i]) for i in range(3)], axis=-1).astype(np.float32)


def colour(text: str) -> NDArray[np.floating]:
    """The three channels of "#rrggbb", from 0 to 1."""
    return np.array([int(text[i : i + 2], 16) for i in (1, 3, 5)], dtype=np.float32) / 255


def noise(
    rng: np.random.Generator,
    shape: Shape,
    scale: float,
    roughness: float = 1.6,
    stretch: float = 1.0,
    angle: float = 0.0,
    finest: float = 3.0,
) -> Field:
    """Spectral noise of mean 0 and deviation 1, uniform to the eye in all places.

    Args:
        scale: the size of its largest features.
        roughness: how fast finer features fade (amplitude ~ frequency ** -roughness).
        stretch: features are this many times longer along `angle` (radians) than across it.
        finest: features below this size are left out, so that nothing turns to grain.
    """
    height, width = shape
    fy = np.fft.fftfreq(height)[:, None].astype(np.float32)
    fx = np.fft.rfftfreq(width)[None, :].astype(np.float32)
    along = (fx * np.cos(angle) + fy * np.sin(angle)) * stretch
    across = -fx * np.sin(angle) + fy * np.cos(angle)
    frequency = np.hypot(along, across) * scale
    amplitude = np.maximum(frequency, 1) ** -roughness * np.exp(-((np.hypot(fx, fy) * finest) ** 2))
    amplitude *= np.minimum(frequency, 1)
    amplitude[0, 0] = 0
    white = rng.standard_normal(shape, dtype=np.float32)
    field = np.asarray(fft.irfft2(np.asarray(fft.rfft2(white)) * amplitude, s=shape))
    return (field / (field.std() + 1e-6)).astype(np.float32)


def unit(field: Field, spread: float = 2.0) -> Field:
    """Bring a field of deviation 1 into 0 to 1, cutting at `spread` deviations."""
    return np.clip(field / (2 * spread) + 0.5, 0, 1)


class Cells(NamedTuple):
    """A Voronoi partition from a jittered grid."""

    random: Field  # a number from 0 to 1 that is the same all over a cell
    centre: Field  # distance to the cell's centre, 1 = a grid step
    edge: Field  # distance to the nearest border, 1 = a grid step
    dx: Field  # offset from the centre, 1 = a grid step
    dy: Field


def cells(
    rng: np.random.Generator,
    shape: Shape,
    size: float,
    jitter: float = 0.8,
    aspect: float = 1.0,
    stagger: float = 0.0,
    warp: tuple[Field, ...] | None = None,
) -> Cells:
    """Voronoi cells, about `size` wide and `size / aspect` high.

    `jitter` 0 is a grid, 1 wholly irregular; `stagger` shifts every second row (0.5 is a brick bond);
    `warp` displaces the cells by two fields in pixels.
    """
    rows, columns = int(shape[0] * aspect / size) + 8, int(shape[1] / size) + 8
    offset = rng.random(2)
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    if warp is not None:
        y, x = y + warp[0], x + warp[1]
    gy, gx = y * aspect / size + 3 + offset[0], x / size + 3 + offset[1]
    points = (rng.random((2, rows, columns), dtype=np.float32) - 0.5) * jitter
    tags = rng.random((rows, columns), dtype=np.float32)
    return _nearest(gy, gx, points, tags, stagger)


def _nearest(gy: Field, gx: Field, points: Field, tags: Field, stagger: float) -> Cells:
    """The cell each place [h, w] is in, by looking at the nine centres around it.

    `gy` and `gx` are in grid steps; `points` [2, rows, columns] displaces the centres, `tags` numbers them.
    """
    rows, columns = tags.shape
    near = np.full((2, *gy.shape), 9.0, np.float32)  # squared distances to the nearest two centres
    best: list[Field] = [np.zeros(gy.shape, np.float32) for _ in range(3)]
    row = np.floor(gy).astype(np.int32)
    for j in (-1, 0, 1):
        r = np.clip(row + j, 0, rows - 1)
        shift = stagger * (r % 2)
        column = np.floor(gx - shift).astype(np.int32)
        for i in (-1, 0, 1):
            c = np.clip(column + i, 0, columns - 1)
            dy = gy - (r + 0.5 + points[0, r, c])
            dx = gx - (c + 0.5 + shift + points[1, r, c])
            distance = dx * dx + dy * dy
            closer = distance < near[0]
            near[1] = np.where(closer, near[0], np.minimum(near[1], distance))
            near[0] = np.where(closer, distance, near[0])
            for kept, value in zip(best, (tags[r, c], dx, dy), strict=True):
                np.copyto(kept, value, where=closer)
    first, second = np.sqrt(near[0]), np.sqrt(near[1])
    return Cells(best[0], first, (second - first) / 2, best[1], best[2])


def turned(cell: Cells) -> Cells:
    """The same partition upside down: laid over the first it gives smaller pieces, at no cost."""
    return Cells(*(field[::-1, ::-1] for field in cell))


def tilted(cell: Cells, rise: float) -> Field:
    """A plane over every cell, each leaning its own way by up to `rise` pixels over a grid step."""
    lean = cell.random * 37
    return (cell.dx * np.cos(lean) + cell.dy * np.sin(lean)) * np.float32(rise)


def warped(rng: np.random.Generator, shape: Shape, scale: float, reach: float) -> tuple[Field, Field]:
    """A displacement of deviation `reach` pixels, which takes the ruler out of straight borders."""
    first = noise(rng, shape, scale, 2.2, finest=scale / 3) * np.float32(reach)
    return first, np.roll(first, (shape[0] // 3, shape[1] // 2), (0, 1))


def another(random: Field, number: int = 1) -> Field:
    """Another random number from 0 to 1 of every cell, block or thing."""
    return random * (13.7 + 5.3 * number) % 1


def plane(shape: Shape) -> tuple[Field, Field]:
    """Pixel coordinates (y, x)."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    return y, x


def bent(field: Field, dy: Field | float, dx: Field | float) -> Field:
    """A field displaced by pixels, and wrapped round at the borders."""
    y, x = plane((field.shape[0], field.shape[1]))
    return ndimage.map_coordinates(field, [y + dy, x + dx], order=1, mode="grid-wrap")


def blur(field: Field, sigma: float) -> Field:
    """Gaussian blur of a field, `sigma` in pixels."""
    return ndimage.gaussian_filter(field, sigma, mode="reflect")


def enlarged(field: Picture | Field, factor: float, shape: Shape) -> Picture | Field:
    """A field or picture enlarged by bicubic interpolation, and cut to a shape."""
    if field.ndim == 3:
        return np.stack([enlarged(channel, factor, shape) for channel in np.moveaxis(field, 2, 0)], axis=-1)
    size = round(field.shape[1] * factor), round(field.shape[0] * factor)
    large = Image.fromarray(np.ascontiguousarray(field, np.float32)).resize(size, Image.Resampling.BICUBIC)
    return np.asarray(large)[: shape[0], : shape[1]]
