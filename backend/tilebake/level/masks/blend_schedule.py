"""Schedule how blending changes over the denoising steps."""

from collections.abc import Callable, Mapping
from math import cos, pi
from typing import Final, NamedTuple

from tilebake.level.canvas import LATENT, width_of_tile
from tilebake.level.map.grid import GridShape
from tilebake.level.settings import BakeSettings

SOFTNESS: Final = 0.5  # of a tile's shorter side: chosen by placement, seams and eye, with mask_contrast
SOFTNESS_STAGGERED: Final = 0.6  # where lines of tiles are shifted, and borders zigzag
ROUNDING: Final = 1e-9
CURVES: Mapping[str, Callable[[float], float]] = {
    "linear": lambda progress: progress,
    "cosine": lambda progress: (1 - cos(pi * progress)) / 2,
}


class Blend(NamedTuple):
    """Hold the blending parameters of one step."""

    base_prompt_weight: float
    regional_prompt_weight: float
    mask_sigma: float  # latent pixels


def default_sigma(grid: GridShape, tile_size: tuple[int, int], pixels_per_tile: int) -> float:
    """Return the starting mask_sigma in latent pixels, by a tile's shorter side: flat tiles lie closer."""
    width, height = tile_size
    softness = SOFTNESS if grid == "square" else SOFTNESS_STAGGERED
    return softness * pixels_per_tile * min(1.0, height / width) / LATENT


def blend_steps(
    settings: BakeSettings, grid: GridShape, tile_size: tuple[int, int], steps: int
) -> tuple[Blend, ...]:
    """Return the blending parameters of each of `steps` steps, for tiles of a size in map pixels.

    "linear" and "cosine" lead from the start values at the first step to the ..._end values at the last, or
    stay where that is None. "none" and "constant" keep the start values. The two weights of a step sum to 1:
    only their proportion counts, for attention that is louder than a model was trained on paints worse.
    """
    start, end = _ends(settings, grid, tile_size)
    if settings.blend_schedule not in CURVES:
        return (_as_shares(start),) * steps
    curve = CURVES[settings.blend_schedule]
    return tuple(_as_shares(_between(start, end, curve(step / max(steps - 1, 1)))) for step in range(steps))


def are_shares(settings: BakeSettings) -> bool:
    """Tell whether the weights of base and terrains sum to 1 as they are given, at every step."""
    return all(map(_is_share, _ends(settings, "square", (1, 1))))


def softest_mask(settings: BakeSettings, grid: GridShape, tile_size: tuple[int, int]) -> float:
    """Return the largest mask_sigma of any step, in latent pixels."""
    return max(blend.mask_sigma for blend in blend_steps(settings, grid, tile_size, 2))


def _ends(settings: BakeSettings, grid: GridShape, tile_size: tuple[int, int]) -> tuple[Blend, Blend]:
    """Return the parameters of the first and of the last step, as they are given."""
    sigma = settings.mask_sigma or default_sigma(grid, tile_size, width_of_tile(settings, tile_size))
    start = Blend(settings.base_prompt_weight, settings.regional_prompt_weight, sigma)
    if settings.blend_schedule not in CURVES:
        return start, start
    ends = settings.base_prompt_weight_end, settings.regional_prompt_weight_end, settings.mask_sigma_end
    return start, Blend(*(first if last is None else last for first, last in zip(start, ends, strict=True)))


def _is_share(blend: Blend) -> bool:
    return abs(blend.base_prompt_weight + blend.regional_prompt_weight - 1) <= ROUNDING


def _as_shares(blend: Blend) -> Blend:
    total = blend.base_prompt_weight + blend.regional_prompt_weight
    if _is_share(blend):  # left to the last bit
        return blend
    return Blend(blend.base_prompt_weight / total, blend.regional_prompt_weight / total, blend.mask_sigma)


def _between(start: Blend, end: Blend, share: float) -> Blend:
    return Blend(*(a + (b - a) * share for a, b in zip(start, end, strict=True)))
