"""Every knob that can change a pixel, apart from the map's content and the model."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self, get_args

from pydantic import Field, ValidationError, model_validator

from tilebake.errors import MapError
from tilebake.level.source.schema_base import Wire

BlendSchedule = Literal["none", "constant", "linear", "cosine"]
Resample = Literal["lanczos", "area", "nearest"]
Scheduler = Literal["euler", "euler_a", "dpmpp_2m", "dpmpp_2m_karras", "ddim", "lcm", "unipc"]

SCHEDULERS: Final[tuple[Scheduler, ...]] = get_args(Scheduler)


Weight = Annotated[float, Field(ge=0, le=100)]
Sigma = Annotated[float, Field(gt=0, le=512)]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


class Knobs(Wire):
    """The settings of a bake and their starting values; a map, a project and the command line may set any."""

    pixels_per_tile: Annotated[int, Field(ge=4, le=256)] = 64
    """Canvas pixels along a tile's width: how large a tile is painted, whatever its size in the game."""

    mask_sigma: Sigma | None = None
    """Standard deviation of the Gaussian that each tile puts down, in latent pixels (8 canvas pixels each);
    null is half of a tile's shorter side, or 0.6 of it where the grid is not square. Larger blends
    neighbouring terrains more softly."""

    mask_contrast: Annotated[float, Field(ge=1, le=10)] = 2.0
    """How narrow the borders between terrains are: 1 is as wide as the Gaussians make them, higher is
    crisper. Borders stay where they are, and as round."""

    least_share: Annotated[float, Field(ge=0, le=0.95)] = 0.9
    """Share of the mask that a terrain has at least in the middle of its own tiles: rivers one tile wide and
    single tiles are made heavier until they have it. 0 leaves all tiles as they are."""

    base_prompt_weight: Weight = 0.3
    """Share of the base prompt in every cross-attention layer. Higher holds the picture together."""

    regional_prompt_weight: Weight = 0.7
    """Share of the terrains' prompts in every cross-attention layer. Higher holds terrains to their tiles."""

    blend_schedule: BlendSchedule = "none"
    """How the weights and mask_sigma move over the steps: "linear" and "cosine" go from the start values to
    those named ..._end; "none" and "constant" keep the start values."""

    base_prompt_weight_end: Weight | None = None
    """base_prompt_weight at the last step; null stays at the start value."""

    regional_prompt_weight_end: Weight | None = None
    """regional_prompt_weight at the last step; null stays at the start value."""

    mask_sigma_end: Sigma | None = None
    """mask_sigma at the last step, in latent pixels; null stays at the start value."""

    steps: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Denoising steps; null is the model's own recommendation."""

    guidance_scale: Annotated[float, Field(ge=0, le=100)] | None = None
    """Strength of classifier-free guidance; null is the model's own recommendation."""

    guidance_scale_low: Annotated[float, Field(ge=0, le=100)] | None = None
    """The same for broad colours and light, with guidance_scale left to textures; null is the model's own
    recommendation where guidance_scale is null too, and guidance_scale where it is not."""

    guidance_start: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Share of the steps after which guidance begins; before, the positive prompts work alone, in half the
    time."""

    guidance_end: Annotated[float, Field(ge=0, le=1)] = 1.0
    """Share of the steps after which guidance ends, likewise."""

    scheduler: Scheduler | None = None
    """How noise is removed; null is the model's own recommendation."""

    resample: Resample = "lanczos"
    """Filter that brings the canvas to the map's pixel size; "nearest" keeps hard pixels."""

    palette: Annotated[tuple[Colour, ...], Field(strict=False, min_length=1, max_length=256)] | None = None
    """Colours for pixel art, each "#rrggbb": every pixel takes the nearest; null keeps all colours."""

    transparent: bool = False
    """Leave the picture transparent where there is no tile, feathered by the mask."""


class SettingsOverride(Knobs):
    """What a map's or a project's "settings" may hold. Only the fields that were written count."""

    @property
    def given(self) -> Mapping[str, object]:
        """The fields that were written, by name."""
        return {
            name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set
        }


class BakeSettings(Knobs):
    """The complete settings of one bake."""

    @model_validator(mode="after")
    def _something_is_painted(self) -> Self:
        base, regional = self.base_prompt_weight, self.regional_prompt_weight
        moves = self.blend_schedule in ("linear", "cosine")
        base_end = base if self.base_prompt_weight_end is None else self.base_prompt_weight_end
        regional_end = (
            regional if self.regional_prompt_weight_end is None else self.regional_prompt_weight_end
        )
        if base + regional == 0 or (moves and base_end + regional_end == 0):
            raise ValueError("base_prompt_weight and regional_prompt_weight are both 0")
        return self


def apply(base: BakeSettings, *overrides: SettingsOverride) -> BakeSettings:
    """`base` with what each override gives, the later over the earlier.

    Raises MapError when settings that are each right do not go together.
    """
    values = base.model_dump()
    for override in overrides:
        values.update(override.given)
    try:
        return BakeSettings.model_validate(values)
    except ValidationError as error:
        message = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise MapError(message, hint="give at least one of them a weight above 0") from None
