"""Read what a model recommends, from the tilebake.json beside it."""

import sys
from dataclasses import dataclass
from pathlib import Path

from tilebake.errors import Location, ModelError
from tilebake.models.model_file import read_json


@dataclass(frozen=True)
class Defaults:
    """Hold what a model recommends for the settings that a map leaves open; SDXL's, where it says nothing."""

    steps: int = 30
    guidance_scale: float = 5.0
    scheduler: str = "euler"
    guidance_scale_low: float | None = None  # as guidance_scale
    window: int = 1024  # canvas pixels along a window's side
    rounds: int = 2
    timestep_spacing: str | None = None  # as the model's noise schedule has it
    guidance_rescale: float = 0.0
    because: str = ""  # why they are not SDXL's, where no tilebake.json says them

    def guidance(self, scale: float | None, scale_low: float | None) -> tuple[float, float]:
        """Return guidance_scale and guidance_scale_low, completed where they are None.

        The model's two scales belong together: with a scale of its own, a map gets neither.
        """
        if scale is None:
            scale = self.guidance_scale
            scale_low = self.guidance_scale_low if scale_low is None else scale_low
        return scale, scale if scale_low is None else scale_low


def read_defaults(path: Path, start: Defaults = Defaults()) -> Defaults:
    """Read recommended settings from a model's tilebake.json; those that it leaves out are `start`'s.

    Raises ModelError when one is out of range.
    """
    if not path.is_file():
        return start
    given = read_json(path)
    steps, scheduler = given.get("steps", start.steps), given.get("scheduler", start.scheduler)
    guidance_scale = given.get("guidance_scale", start.guidance_scale)
    scale_low = given.get("guidance_scale_low")
    window, rounds = given.get("window", start.window), given.get("rounds", start.rounds)
    spacing = given.get("timestep_spacing", start.timestep_spacing)
    rescale = given.get("guidance_rescale", start.guidance_rescale)
    sound = {
        "steps": type(steps) is int and 1 <= steps <= 1000,
        "guidance_scale": _is_finite(guidance_scale),
        "guidance_scale_low": scale_low is None or _is_finite(scale_low),
        "scheduler": isinstance(scheduler, str),
        "window": type(window) is int and 256 <= window <= 2048 and window % 32 == 0,
        "rounds": type(rounds) is int and 1 <= rounds <= 4,
        "timestep_spacing": spacing is None or isinstance(spacing, str),
        "guidance_rescale": _is_finite(rescale),
    }
    for key, is_sound in sound.items():
        if not is_sound:
            raise ModelError(
                "is out of range", where=Location(path, json_path=f"$.{key}"), hint="correct or remove it"
            )
    low = None if scale_low is None else float(scale_low)
    return Defaults(
        steps, float(guidance_scale), scheduler, low, window, rounds, spacing, float(rescale), start.because
    )


def _is_finite(value: object) -> bool:
    """Tell whether a value of JSON is a number that fits into a float: 10**400 does not."""
    return isinstance(value, int | float) and type(value) is not bool and abs(value) <= sys.float_info.max
