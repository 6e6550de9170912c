"""Declare every setting of a bake: what can change a pixel, apart from the map's content and the model."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self, get_args

from pydantic import Field, ValidationError, model_validator

from tilebake.errors import MapError
from tilebake.level.source.schema_base import StrictModel

BlendSchedule = Literal["none", "constant", "linear", "cosine"]
Resample = Literal["lanczos", "area", "nearest"]
Scheduler = Literal["euler", "euler_a", "dpmpp_2m", "dpmpp_2m_karras", "ddim", "lcm", "unipc"]

TimestepSpacing = Literal["leading", "trailing", "linspace"]

Windows = Literal["auto", "always", "never"]

Preset = Literal["painting", "pixel-art"]

# Chosen by eye over paintings of every terrain: darks that keep forest, sea and stone apart, greens that are
# not shrill, a warm white for stones and snow, and one orange, which lava needs and bricks and shores do not
# take.
PIXEL_ART_PALETTE: Final = (
    *("#211f24", "#17401f", "#2d6a2a", "#479a2c", "#74b93a", "#183e78", "#3d86c2", "#80c4e8"),
    *("#4b392f", "#93603f", "#ea6320", "#c9a04f", "#f0cf70", "#74716d", "#b3b0a1", "#ebe9e1"),
)

SCHEDULERS: Final[tuple[Scheduler, ...]] = get_args(Scheduler)
PRESETS: Final[Mapping[Preset, Mapping[str, object]]] = {
    "painting": {
        "pixels_per_tile": None,
        "art_pixels_per_tile": None,
        "resample": "lanczos",
        "palette": None,
    },
    "pixel-art": {
        "pixels_per_tile": 64,  # small tiles are painted smaller otherwise, and their stones too large
        "art_pixels_per_tile": 16,
        "resample": "area",
        "palette": PIXEL_ART_PALETTE,
    },
}
"""What each preset sets."""

PromptWeight = Annotated[float, Field(ge=0, le=100)]
Sigma = Annotated[float, Field(gt=0, le=512)]
ModelFileName = Annotated[str, Field(min_length=1, max_length=1000)]
HexColour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


class AnySettings(StrictModel):
    """Declare the settings of a bake and their starting values.

    A map, a project and the command line may set any of them. The command line's options and their help are
    made from these declarations: the first sentence of a description is the help.
    """

    pixels_per_tile: Annotated[int, Field(ge=4, le=256)] | None = None
    """Canvas pixels along a tile's width. It sets how large a tile is painted; the picture is then scaled to
    the tile's size in the game. null is chosen by that size. Where windows are never used and the map's
    canvas would be too large for one piece, the largest that fits is taken, and a note says so."""

    mask_sigma: Sigma | None = None
    """Softness of the masks in latent pixels, which are 8 canvas pixels each. It is the standard
    deviation of the Gaussian that each tile puts down; larger blends neighbouring terrains more softly.
    null is half of a tile's shorter side, or 0.6 of it where the grid is not square."""

    mask_contrast: Annotated[float, Field(ge=1, le=10)] = 2.0
    """Crispness of the borders between terrains. 1 is as soft as the Gaussians make them, higher is
    crisper. Borders stay where they are, and as round."""

    least_share: Annotated[float, Field(ge=0, le=0.95)] = 0.9
    """Least share of the mask that a terrain has at the centre of its own tiles. Rivers one tile wide and
    single tiles get more weight until they have it; 0 leaves all tiles as they are."""

    base_prompt_weight: PromptWeight = 0.3
    """Share of the base prompt in every cross-attention layer. Higher holds the picture together. The two
    weights count by their proportion: 0.5 and 0.75 are painted as 0.4 and 0.6."""

    regional_prompt_weight: PromptWeight = 0.7
    """Share of the terrains' prompts in every cross-attention layer. Higher holds terrains to their
    tiles. It counts by its proportion to base_prompt_weight."""

    blend_schedule: BlendSchedule = "none"
    """How mask_sigma and both weights change over the steps. "linear" and "cosine" go from the start
    values to those named ..._end; "none" and "constant" keep the start values."""

    base_prompt_weight_end: PromptWeight | None = None
    """base_prompt_weight at the last step of a blend_schedule. null keeps the start value."""

    regional_prompt_weight_end: PromptWeight | None = None
    """regional_prompt_weight at the last step of a blend_schedule. null keeps the start value."""

    mask_sigma_end: Sigma | None = None
    """mask_sigma at the last step of a blend_schedule. null keeps the start value."""

    steps: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Number of denoising steps. null takes the model's own recommendation."""

    guidance_scale: Annotated[float, Field(ge=0, le=100)] | None = None
    """Strength of classifier-free guidance. null takes the model's own recommendation."""

    guidance_scale_low: Annotated[float, Field(ge=0, le=100)] | None = None
    """Strength of guidance for broad colours and light. guidance_scale is then left to textures. null
    takes the model's own recommendation where guidance_scale is null too, and guidance_scale where it is
    not."""

    guidance_start: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Share of the steps after which guidance begins. Before it, the positive prompts work alone, in half
    the time."""

    guidance_end: Annotated[float, Field(ge=0, le=1)] = 1.0
    """Share of the steps after which guidance ends. After it, the positive prompts work alone, in half
    the time."""

    scheduler: Scheduler | None = None
    """Solver that removes the noise. null takes the model's own recommendation."""

    timestep_spacing: TimestepSpacing | None = None
    """Where the steps lie among the timesteps that the model was trained with. "trailing" begins at the last
    one, as models for few steps (Turbo, Lightning, Hyper-SD) must; with "leading" 4 steps begin at three
    quarters of the noise. LCM has a spacing of its own. null takes the model's own."""

    guidance_rescale: Annotated[float, Field(ge=0, le=1)] | None = None
    """Share in which guidance is scaled back to the contrast that it began with. Models that predict v with
    zero terminal SNR want about 0.7, or colours burn out. null takes the model's own recommendation."""

    init_strength: Annotated[float, Field(ge=0, le=1)] | None = None
    """Share of the noise from which the painting begins, over the picture that the map names as "art". 0.4
    keeps its borders and paints textures, 0.6 rounds them, 1 begins as noise alone does; the painting takes
    its broad colours in the end. It is the share of the timesteps that the model was trained with; the last
    step is always painted. null begins from noise alone."""

    vae: ModelFileName | None = None
    """Another VAE for SDXL in the place of the model's own: a .safetensors file, or a folder of diffusers'.
    It decodes what is painted. A map or tilebake.toml names it relative to the project. null is the model's
    own."""

    ip_adapter: ModelFileName | None = None
    """File of an IP-Adapter for SDXL (.safetensors), with the folder image_encoder beside it. It paints like
    the pictures that a map or its terrains name as "reference", and is loaded where there are any. A map or
    tilebake.toml names it relative to the project. null paints like none."""

    controlnet: ModelFileName | None = None
    """ControlNet for SDXL: a folder of diffusers', or a .safetensors file of the model's own shape. It holds
    the painting to the picture that the map names as "structure", or else as "art", and is loaded where there
    is one. A map or tilebake.toml names it relative to the project. null holds it to none."""

    controlnet_strength: Annotated[float, Field(ge=0, le=2)] = 0.5
    """How firmly the ControlNet holds the painting to the picture's structure. 0 is not at all."""

    controlnet_start: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Share of the steps after which the ControlNet begins to work. The first ones decide what lies where."""

    controlnet_end: Annotated[float, Field(ge=0, le=1)] = 1.0
    """Share of the steps after which the ControlNet stops. 0.7 leaves the textures to the model."""

    controlnet_edges: bool = False
    """Show the ControlNet the edges of the picture, white on black, as those called canny want them. false
    shows it the picture as it is, as those for depth and tiles do."""

    windows: Windows = "auto"
    """Whether a map is painted in windows, pieces that blend into each other. A level of any size can be,
    and a save then paints only what it changed. "auto" does so where the canvas has more than 1024 by 1024
    pixels; "never" lowers pixels_per_tile where the map is too large to be painted in one piece."""

    window: Annotated[int, Field(ge=256, le=2048, multiple_of=32)] | None = None
    """Canvas pixels along a window's side. null takes the model's recommendation."""

    rounds: Annotated[int, Field(ge=1, le=4)] | None = None
    """How often neighbouring windows meet while they are painted. More fit better together, and let an edit
    reach further. null takes the model's recommendation."""

    page_size: Annotated[int, Field(ge=256, le=16384)] = 4096
    """Pixels along the longest side of a picture in one file, where a map is painted in windows. A wider or
    higher one comes in pages, and a bake writes those that changed. No pixel depends on it."""

    resample: Resample = "lanczos"
    """Filter that scales the painting to the map's pixel size. "nearest" keeps hard pixels."""

    keep_resolution: bool = False
    """Keep the painted resolution, pixels_per_tile along a tile, instead of scaling to the tile's size in the
    game. The picture covers the same bounds."""

    art_pixels_per_tile: Annotated[int, Field(ge=4, le=256)] | None = None
    """Art pixels along a tile's width, for pixel art. Each is drawn as a block of whole map pixels, so a
    tile of 64 map pixels that has 16 art pixels shows blocks of 4 by 4. null draws every map pixel."""

    palette: Annotated[tuple[HexColour, ...], Field(strict=False, min_length=1, max_length=256)] | None = None
    """Colours for pixel art, each as #rrggbb. Every pixel takes the nearest; null keeps all colours."""

    transparent: bool = True
    """Leave the picture transparent where there is no tile. The mask feathers the edge. false has the base
    prompt paint there, as it does in a map that has no tile at all."""


class SettingsOverride(AnySettings):
    """What a map's or a project's "settings" may hold. Only the fields that were written count."""

    preset: Preset | None = None
    """A name for several settings at once. "pixel-art" sets pixels_per_tile, art_pixels_per_tile, resample
    and a palette of 16 colours, "painting" sets them back. Settings written beside it win."""

    @property
    def given(self) -> Mapping[str, object]:
        """The settings that were written, by name, and those of the preset that they do not replace."""
        written = {
            name: getattr(self, name) for name in BakeSettings.model_fields if name in self.model_fields_set
        }
        return {**PRESETS.get(self.preset, {}), **written} if self.preset else written


class BakeSettings(AnySettings):
    """Hold the complete settings of one bake."""

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
    """Return `base` with what each override gives, the later over the earlier.

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
