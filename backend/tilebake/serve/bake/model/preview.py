"""Make settings those of a preview, which is painted in seconds: what `--fast` asks for."""

from collections.abc import Collection
from typing import Final

from tilebake.level.decide import in_fewer_steps, with_less_detail
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap
from tilebake.level.torus.sizes import can_wrap

_LEAST_WIDTH: Final = 24  # canvas pixels: tiles are half as wide as the map's, but not smaller
_LEAST_STEPS: Final = 4  # with even sigmas, half of them make no picture
_SHARE_OF_STEPS: Final = 0.4


def preview_of_map(tilemap: TileMap, settings: BakeSettings, given: Collection[str]) -> BakeSettings:
    """Return the settings of a map's preview: smaller tiles and fewer steps, where they are not `given`."""
    width = settings.pixels_per_tile or _LEAST_WIDTH
    if "pixels_per_tile" not in given:
        narrow = min(width, max(_LEAST_WIDTH, width // 2))
        width = narrow if can_wrap(tilemap, narrow) else width
    return with_less_detail(settings, width, _steps(settings, given))


def preview_of_prompt(settings: BakeSettings, given: Collection[str]) -> BakeSettings:
    """Return the settings of a plain prompt's preview: fewer steps, where they are not `given`."""
    return in_fewer_steps(settings, _steps(settings, given))


def _steps(settings: BakeSettings, given: Collection[str]) -> int:
    steps = settings.steps or _LEAST_STEPS
    return steps if "steps" in given else min(steps, max(_LEAST_STEPS, round(steps * _SHARE_OF_STEPS)))
