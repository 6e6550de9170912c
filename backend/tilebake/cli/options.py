"""Declare the options that several commands share. Each is written once and means the same everywhere."""

import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from tilebake.cli.help_sections import SectionOption
from tilebake.cli.setting_options import Setting
from tilebake.errors import PromptError
from tilebake.level.canvas import LATENT
from tilebake.level.constants import MAX_SEED
from tilebake.level.terrain import EmbeddingRef, LoraRef
from tilebake.models.devices import DEVICES, DTYPES, is_device
from tilebake.near_names import find_near_path

T = TypeVar("T")
Decorator = Callable[[Callable[..., T]], Callable[..., T]]

MODEL_SECTION: Final = "Model options"


def parse_lora(text: str) -> LoraRef:
    """Parse PATH or PATH=WEIGHT: what follows the last "=" is the weight, if it is a number."""
    path, _, weight = text.rpartition("=")
    try:
        number = float(weight)
    except ValueError:
        return LoraRef(text)
    return LoraRef(path, number) if path and math.isfinite(number) else LoraRef(text)


def _parse_loras(
    _context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[LoraRef, ...]:
    return tuple(parse_lora(value) for value in values)


def _parse_embeddings(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[EmbeddingRef, ...]:
    """Parse NAME=FILE, each once: what stands before the first "=" is the name."""
    if not values:
        return ()
    from tilebake.level.edit.embedding_names import name_embeddings  # pydantic: seldom needed

    for value in values:
        if not all(value.partition("=")):
            example = "mossy-style=embeddings/mossy.safetensors"
            raise click.BadParameter(f"{value!r} is not NAME=FILE, such as {example}", context, parameter)
    try:
        return name_embeddings((name, file) for name, _, file in (value.partition("=") for value in values))
    except PromptError as error:
        raise click.BadParameter(f"{error.what}; {error.hint}", context, parameter) from None


@dataclass(frozen=True)
class Machine:
    """Name the device and the number type that a model runs with."""

    device: str
    dtype: str


@dataclass(frozen=True)
class Choices:
    """Hold the shared options of one command line.

    None, and a setting that is absent, leave the choice to the map and the project.
    """

    machine: Machine
    model: str | None
    loras: tuple[LoraRef, ...]
    embeddings: tuple[EmbeddingRef, ...]
    seed: int | None
    out: Path | None
    settings: Mapping[str, object]


def check_seed(context: click.Context, parameter: click.Parameter, value: int | None) -> int | None:
    """Return a seed. Raises click.BadParameter for one out of range."""
    if value is not None and not 0 <= value <= MAX_SEED:
        raise click.BadParameter(f"{value} is not from 0 to {MAX_SEED}", context, parameter)
    return value


def _check_device(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """Return what can be the name of a device, here or not. Raises click.BadParameter."""
    if not is_device(value):
        hint = f"take auto, {', '.join(DEVICES)}, or one by its number, such as cuda:1"
        raise click.BadParameter(f"{value!r} is no device; {hint}", context, parameter)
    return value


def model_option(*flags: str, **options: Any) -> Decorator[Any]:
    return click.option(*flags, cls=SectionOption, section=MODEL_SECTION, **options)


MODEL: Final = (
    model_option(
        "--model",
        metavar="MODEL",
        help='Model to paint with: "embedded", a folder, a .safetensors file or a hub id.',
    ),
    model_option(
        "--device",
        metavar="DEVICE",
        default="auto",
        callback=_check_device,
        help="Device to run on: auto, cpu, cuda, cuda:1, mps or xpu.",
    ),
    model_option(
        "--dtype",
        type=click.Choice(("auto", *DTYPES)),
        default="auto",
        help="Number type to run in; what was painted in another is painted again. "
        "auto takes what is fast and safe on the device, and accepts each.",
    ),
)
LORA: Final = model_option(
    "--lora",
    "loras",
    metavar="PATH[=WEIGHT]",
    multiple=True,
    callback=_parse_loras,
    help="LoRA to add to the model. May be repeated.",
)
EMBEDDING: Final = model_option(
    "--embedding",
    "embeddings",
    metavar="NAME=FILE",
    multiple=True,
    callback=_parse_embeddings,
    help="Textual inversion to add to the model, by the word of prompts that it stands for. May be repeated.",
)
SEED: Final = model_option(
    "--seed",
    type=click.INT,
    callback=check_seed,
    help="Seed of the noise. Another seed gives another painting.",
)


def choices(
    *settings: Setting, out: str | None = None, model: bool = True, lora: bool = True, seed: bool = True
) -> Decorator[T]:
    """Give a command shared options as its argument `choices`; `out` is the help of --out."""
    options = [
        *((click.option("--out", type=click.Path(path_type=Path), help=out),) if out else ()),
        *(MODEL if model else ()),
        *((LORA,) if model and lora else ()),
        *((EMBEDDING,) if model else ()),
        *((SEED,) if seed else ()),
        *(setting.option() for setting in settings),
    ]

    def decorate(command: Callable[..., T]) -> Callable[..., T]:
        @functools.wraps(command)
        def with_choices(**given: Any) -> T:
            values = {setting.name: given.pop(setting.name) for setting in settings}
            chosen = Choices(
                machine=Machine(given.pop("device", "auto"), given.pop("dtype", "auto")),
                model=given.pop("model", None),
                loras=given.pop("loras", ()),
                embeddings=given.pop("embeddings", ()),
                seed=given.pop("seed", None),
                out=given.pop("out", None),
                settings={name: value for name, value in values.items() if value is not None},
            )
            return command(choices=chosen, **given)

        decorated: Callable[..., T] = with_choices
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate


class ExistingFolder(click.Path):
    """Take a folder that is there; of one that is not, tell which was meant."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the folder. Raises click.BadParameter."""
        path = Path(value)
        near = None if path.exists() else find_near_path(path)
        if near is not None:
            self.fail(f"Directory {str(path)!r} does not exist. Did you mean {str(near)!r}?", param, ctx)
        return super().convert(value, param, ctx)


class WholeNumber(click.IntRange):
    """Take a whole number in a range, and call it so."""

    name = "whole number"


def _check_size(context: click.Context, parameter: click.Parameter, value: int) -> int:
    if value % LATENT:
        raise click.BadParameter(f"{value} is not a multiple of {LATENT}", context, parameter)
    return value


def size_options(command: Callable[..., T]) -> Callable[..., T]:
    """Give a command --width and --height of a picture without a map, in pixels."""
    for name in ("height", "width"):
        command = click.option(
            f"--{name}",
            type=WholeNumber(64, 4096),
            metavar="PIXELS",
            callback=_check_size,
            default=512,
            show_default=True,
            help=f"{name.capitalize()} of the picture of a plain prompt, a multiple of {LATENT}.",
        )(command)
    return command


project_argument = click.argument(
    "project",
    required=False,
    metavar="[PROJECT]",
    type=ExistingFolder(exists=True, file_okay=False, path_type=Path),
)
fast_option = click.option(
    "--fast",
    is_flag=True,
    help="Paint previews in seconds, with smaller tiles and fewer steps. To `bake --check` they are stale.",
)
store_option = click.option(
    "--store",
    metavar="URL",
    envvar="TILEBAKE_STORE",
    show_envvar=True,
    help="Take from a store that machines share what was painted already, and put there what is painted now: "
    "a folder, or a URL such as s3://bucket/folder.",
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print results as JSON, one object a line."
)
