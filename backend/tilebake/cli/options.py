"""Options that several commands share: each is written once and means the same everywhere."""

import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

import click

from tilebake.level.terrain import LoraRef

if TYPE_CHECKING:
    from tilebake.level.settings import SettingsOverride
    from tilebake.serve.bake.plan import Order

T = TypeVar("T")
Decorator = Callable[[Callable[..., T]], Callable[..., T]]

SCHEDULERS: Final = ("euler", "euler_a", "dpmpp_2m", "dpmpp_2m_karras", "ddim", "lcm", "unipc")


class Knob(NamedTuple):
    """A setting that the command line can set, and its option."""

    flag: str
    field: str  # of BakeSettings
    type: "click.ParamType[Any]"
    help: str
    callback: Callable[[click.Context, click.Parameter, Any], Any] | None = None
    metavar: str | None = None


SAMPLING: Final = (
    Knob("--steps", "steps", click.INT, "Denoising steps."),
    Knob("--guidance", "guidance_scale", click.FLOAT, "Strength of classifier-free guidance."),
    Knob("--guidance-end", "guidance_end", click.FLOAT, "Share of the steps after which guidance ends."),
    Knob("--scheduler", "scheduler", click.Choice(SCHEDULERS), "How noise is removed."),
)
BLENDING: Final = (
    Knob("--pixels-per-tile", "pixels_per_tile", click.INT, "How large a tile is painted."),
    Knob("--mask-sigma", "mask_sigma", click.FLOAT, "Softness of the masks, in latent pixels."),
    Knob("--mask-contrast", "mask_contrast", click.FLOAT, "How narrow borders between terrains are, from 1."),
    Knob("--least-share", "least_share", click.FLOAT, "Share that thin things keep of their own tiles."),
    Knob("--base-prompt-weight", "base_prompt_weight", click.FLOAT, "Share of the base prompt."),
    Knob(
        "--regional-prompt-weight", "regional_prompt_weight", click.FLOAT, "Share of the terrains' prompts."
    ),
)
TRANSPARENT: Final = Knob(
    "--transparent/--opaque", "transparent", click.BOOL, "Leave the picture transparent where no tile is."
)
KNOBS: Final = (*SAMPLING, *BLENDING, TRANSPARENT)
DTYPES: Final = ("auto", "float32", "float16", "bfloat16")
MAX_SEED: Final = 2**53 - 1  # as in map files


def read_lora(text: str) -> LoraRef:
    """PATH or PATH=WEIGHT: what follows the last "=" is the weight, if it is a number."""
    path, _, weight = text.rpartition("=")
    try:
        number = float(weight)
    except ValueError:
        return LoraRef(text)
    return LoraRef(path, number) if path and math.isfinite(number) else LoraRef(text)


def _read_loras(
    _context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[LoraRef, ...]:
    return tuple(read_lora(value) for value in values)


@dataclass(frozen=True)
class Machine:
    """Where a model runs."""

    device: str
    dtype: str


@dataclass(frozen=True)
class Choices:
    """What the shared options were given as; None and absent settings leave the choice to map and project."""

    machine: Machine
    model: str | None
    loras: tuple[LoraRef, ...]
    seed: int | None
    out: Path | None
    settings: Mapping[str, object]

    def order(self) -> "Order":
        """The same as an order for the planner. Raises click.BadParameter for a setting out of its range."""
        from tilebake.serve.bake.plan import Order

        return Order(
            settings=settings_override(self.settings),
            model=self.model,
            loras=self.loras or None,
            seed=self.seed,
            out=self.out,
        )


def settings_override(values: Mapping[str, object]) -> "SettingsOverride":
    """Settings as the level's own types, which hold the ranges. Raises click.BadParameter with the option."""
    from pydantic import ValidationError

    from tilebake.level.settings import SettingsOverride

    try:
        return SettingsOverride.model_validate(dict(values))
    except ValidationError as error:
        first = error.errors()[0]
        flags = {knob.field: knob.flag for knob in KNOBS}
        raise click.BadParameter(first["msg"], param_hint=flags[str(first["loc"][0])]) from None


MODEL: Final = (
    click.option("--model", metavar="MODEL", help='"embedded", a folder, a .safetensors file or a hub id.'),
    click.option(
        "--lora",
        "loras",
        metavar="PATH[=WEIGHT]",
        multiple=True,
        callback=_read_loras,
        help="A LoRA on top; may be repeated.",
    ),
    click.option("--device", metavar="DEVICE", default="auto", help="auto, cpu, cuda, cuda:1, mps or xpu."),
    click.option("--dtype", type=click.Choice(DTYPES), default="auto", help="Number type of the model."),
)
SEED = click.option("--seed", type=click.IntRange(0, MAX_SEED), help="Another seed gives another painting.")


def choices(*knobs: Knob, out: str | None = None, model: bool = True, seed: bool = True) -> Decorator[T]:
    """Gives a command shared options as its argument `choices`; `out` is the help of --out."""
    options = [
        *(MODEL if model else ()),
        *(_option(knob) for knob in knobs),
        *((SEED,) if seed else ()),
        *((click.option("--out", type=click.Path(path_type=Path), help=out),) if out else ()),
    ]

    def decorate(command: Callable[..., T]) -> Callable[..., T]:
        @functools.wraps(command)
        def with_choices(**given: Any) -> T:
            settings = {knob.field: given.pop(knob.field) for knob in knobs}
            chosen = Choices(
                machine=Machine(given.pop("device", "auto"), given.pop("dtype", "auto")),
                model=given.pop("model", None),
                loras=given.pop("loras", ()),
                seed=given.pop("seed", None),
                out=given.pop("out", None),
                settings={field: value for field, value in settings.items() if value is not None},
            )
            return command(choices=chosen, **given)

        decorated: Callable[..., T] = with_choices
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate


def _option(knob: Knob) -> Decorator[Any]:
    return click.option(
        knob.flag,
        knob.field,
        type=knob.type,
        metavar=knob.metavar,
        callback=knob.callback,
        default=None,
        help=knob.help,
    )


project_argument = click.argument(
    "project",
    required=False,
    metavar="[PROJECT]",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line on stdout.")
