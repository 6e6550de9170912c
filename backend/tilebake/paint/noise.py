"""Draw noise that belongs to places, not to canvases: a standard normal for each (seed, x, y, channel).

Any crop of a larger field is the smaller field, so a map that grows or scrolls keeps its noise. Counter-based
(Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): each value is a hash of its coordinates
by the SplitMix64 finaliser (Steele et al. 2014), made normal by the Box-Muller transform in float64.
"""

import numpy as np
from numpy.typing import NDArray

from tilebake.level.torus.wrap import NO_PERIODS, Periods

GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def _mix(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Apply SplitMix64's finaliser: every bit of the input changes half of the output's bits."""
    z = z + GOLDEN
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def _uniform(bits: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Return the upper 53 bits as a float64 in (0, 1]: never 0, whose logarithm is infinite."""
    return ((bits >> np.uint64(11)).astype(np.float64) + 1.0) * 2.0**-53


def _range(start: int, count: int, period: int = 0) -> NDArray[np.uint64]:
    """Return coordinates start … start+count-1 as unsigned 64-bit integers, negative ones wrapped.

    With a period, coordinates are those of the first one.
    """
    if period:
        return ((start % period + np.arange(count)) % period).astype(np.uint64)
    return np.uint64(start % 2**64) + np.arange(count, dtype=np.uint64)


def coordinate_noise(
    seed: int, x: int, y: int, width: int, height: int, channels: int, periods: Periods = NO_PERIODS
) -> NDArray[np.float32]:
    """Draw standard normal noise, float32 [channels, height, width], for latent pixels from (x, y) on.

    x and y are absolute latent coordinates, negative ones too; seed may be any integer (taken modulo 2^64).
    The noise repeats after `periods`.
    """
    hashed = _mix(np.array([seed % 2**64], dtype=np.uint64))
    hashed = _mix(hashed[:, None, None] ^ _range(0, channels)[:, None, None])  # [C, 1, 1]
    hashed = _mix(hashed ^ _range(y, height, periods.down)[:, None])  # [C, h, 1]
    hashed = _mix(hashed ^ _range(x, width, periods.across))  # [C, h, w]
    radius = np.sqrt(-2.0 * np.log(_uniform(hashed)))
    angle = 2.0 * np.pi * _uniform(_mix(hashed))
    return (radius * np.cos(angle)).astype(np.float32)
