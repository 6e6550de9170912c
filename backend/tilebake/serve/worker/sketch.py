"""Make a sketch's request: the same map in small tiles and few steps, for whoever waits for the picture."""

from dataclasses import replace
from typing import Final

from tilebake.level.decide import with_less_detail
from tilebake.level.torus.sizes import can_wrap
from tilebake.request import BakeRequest

SHARE_OF_A_TILE: Final = 1 / 3  # of its width in the full painting: with few steps, a twentieth of its time
NARROWEST: Final = 12  # canvas pixels a tile, below which a sketch is mud
WIDEST: Final = 24  # and above which it would take long
WIDTH_STEP: Final = 4  # half a latent pixel
SHARE_OF_STEPS: Final = 0.3
FEWEST_STEPS: Final = 3


def sketch_of(request: BakeRequest) -> BakeRequest | None:
    """Return the request of a sketch, or None where the full painting is about as soon done."""
    settings = request.settings
    if settings.pixels_per_tile is None or settings.steps is None:  # nobody has decided them
        return None
    widest = int(min(WIDEST, settings.pixels_per_tile * SHARE_OF_A_TILE)) // WIDTH_STEP * WIDTH_STEP
    widths = range(widest, NARROWEST - 1, -WIDTH_STEP)
    width = next((each for each in widths if can_wrap(request.tilemap, each)), None)
    steps = max(FEWEST_STEPS, round(settings.steps * SHARE_OF_STEPS))
    if width is None or steps >= settings.steps:
        return None
    quick = with_less_detail(settings, width, steps).model_copy(update={"keep_resolution": True})
    return replace(request, settings=quick)
