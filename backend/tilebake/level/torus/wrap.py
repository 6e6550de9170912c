"""Say along which axes a map's picture wraps around, and how long what wraps may be."""

from collections.abc import Callable
from math import isclose
from typing import Final, Literal, NamedTuple

from tilebake.errors import BakeError

Wrap = Literal["x", "y", "both"]

WRAPS: Final[tuple[Wrap, ...]] = ("x", "y", "both")
PERIOD: Final = 32  # canvas pixels: models of SDXL's architecture halve latents of 8 pixels twice
NEARLY: Final = 1e-6


class WrapAxes(NamedTuple):
    """Tell along which axes a picture wraps around."""

    x: bool = False
    y: bool = False


NO_WRAP: Final = WrapAxes()
"""What does not wrap."""


class Periods(NamedTuple):
    """Hold after how many latent pixels a picture repeats along each axis; 0 is never."""

    across: int = 0
    down: int = 0


NO_PERIODS: Final = Periods()
"""Of what does not wrap."""


def axes_of(wrap: Wrap | None) -> WrapAxes:
    """Return the axes along which a map wraps."""
    return WrapAxes(x=wrap in ("x", "both"), y=wrap in ("y", "both"))


def periods_of(axes: WrapAxes, latent_size: tuple[int, int]) -> Periods:
    """Return the periods of what is so many latent pixels high and wide, and wraps along some axes."""
    height, width = latent_size
    return Periods(width * axes.x, height * axes.y)


def is_period(length: float) -> bool:
    """Tell whether so many canvas pixels can wrap."""
    return length > NEARLY and isclose(length, round(length / PERIOD) * PERIOD, abs_tol=NEARLY)


def name_nearest(start: int, fits: Callable[[int], bool], least: int, most: int) -> str:
    """Name the nearest numbers below and above a number that fit, within limits; nothing if none does."""
    below = next((number for number in range(start - 1, least - 1, -1) if fits(number)), None)
    above = next((number for number in range(start + 1, most + 1) if fits(number)), None)
    return " or ".join(str(number) for number in (below, above) if number is not None)


def refuse_unwrappable_size(size: tuple[int, int], wrap: Wrap | None) -> None:
    """Raise BakeError where a picture of this width and height in pixels cannot wrap."""
    for length, name, wraps in zip(size, ("width", "height"), axes_of(wrap), strict=True):
        if wraps and not is_period(length):
            sizes = name_nearest(length, is_period, PERIOD, length + PERIOD)
            what = f"a {name} of {length} pixels cannot wrap, which takes a multiple of {PERIOD}"
            raise BakeError(what, hint=f"make it {sizes}")
