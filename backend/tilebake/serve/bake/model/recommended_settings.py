"""Fill settings that were left open with what a model recommends."""

from pydantic import ValidationError

from tilebake.errors import Location, ModelError
from tilebake.level.settings import BakeSettings, SettingsOverride, apply
from tilebake.models.reference import ModelSource


def with_defaults(settings: BakeSettings, source: ModelSource, *, in_windows: bool = False) -> BakeSettings:
    """Fill settings that were left open with what the model recommends. Raises ModelError if unfit.

    `in_windows` fills those of windows too, which change nothing where there are none.
    """
    scale, scale_low = source.defaults.guidance(settings.guidance_scale, settings.guidance_scale_low)
    recommended = {
        "steps": source.defaults.steps,
        "guidance_scale": scale,
        "guidance_scale_low": scale_low,
        "scheduler": source.defaults.scheduler,
        **({"window": source.defaults.window, "rounds": source.defaults.rounds} if in_windows else {}),
        "timestep_spacing": source.defaults.timestep_spacing,
        "guidance_rescale": source.defaults.guidance_rescale or None,  # None is 0 too, and no digest's part
    }
    open_ones = {name: value for name, value in recommended.items() if getattr(settings, name) is None}
    try:
        return apply(settings, SettingsOverride.model_validate(open_ones))
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        place = Location(file=source.path / "tilebake.json", json_path=f"$.{name}")
        what = f"the model recommends {name} {recommended[name]!r}: {first['msg']}"
        raise ModelError(
            what, where=place, hint=f"set {name} in the map, or correct the model's file"
        ) from None
