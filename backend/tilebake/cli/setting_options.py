"""Make a command-line option of every bake setting.

The options come from settings.json, the JSON Schema of `SettingsOverride`, so that --help imports no
pydantic. tests/cli/test_setting_options.py writes that file anew when the settings have changed.
"""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from tilebake.cli.help_sections import SectionOption

SCHEMA: Final = Path(__file__).with_name("settings.json")
TYPES: Final[Mapping[str, "click.ParamType[Any]"]] = {
    "integer": click.INT,
    "number": click.FLOAT,
    "boolean": click.BOOL,
    "string": click.STRING,
}
ALIASES: Final = {"guidance_scale": ("--guidance",)}
OFF: Final = {  # the flags that say no
    "keep_resolution": "--no-keep-resolution",
    "transparent": "--no-transparent",
    "controlnet_edges": "--no-controlnet-edges",
}
_OF_THE_MODEL: Final = (
    *("steps", "scheduler", "guidance_scale", "guidance_scale_low", "timestep_spacing", "guidance_rescale"),
    *("window", "rounds"),
)
NULL_DEFAULTS: Final = {  # what null means, in a word
    **dict.fromkeys(_OF_THE_MODEL, "the model's"),
    "pixels_per_tile": "by the tile's size",
    "init_strength": "noise alone",
    "ip_adapter": "none",
    "controlnet": "none",
    "vae": "the model's own",
    "mask_sigma": "half a tile",
    "mask_sigma_end": "mask_sigma",
    "base_prompt_weight_end": "base_prompt_weight",
    "regional_prompt_weight_end": "regional_prompt_weight",
    "palette": "all colours",
    "preset": "none",
    "art_pixels_per_tile": "every map pixel",
}


class ColourList(click.ParamType[tuple[str, ...]]):
    """Colours as RRGGBB, with or without "#", divided by commas or spaces."""

    name = "colours"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Return each colour as "#rrggbb". Raises click.BadParameter for what is no colour."""
        colours = re.split(r"[,\s]+", str(value).strip())
        for colour in colours:
            if not re.fullmatch(r"#?[0-9a-fA-F]{6}", colour):
                self.fail(f"{colour!r} is not a colour such as 4a7a3c", param, ctx)
        return tuple(f"#{colour.removeprefix('#')}" for colour in colours)


class Setting(NamedTuple):
    """A bake setting as an option of the command line."""

    name: str  # of the field of BakeSettings, and of the command's argument
    type: "click.ParamType[Any]"
    help: str
    section: str
    metavar: str | None = None
    callback: Callable[[click.Context, click.Parameter, Any], Any] | None = None
    is_list: bool = False  # takes several values, divided by commas
    alone: str | None = None  # what the flag means without a value; None wants one

    @property
    def flag(self) -> str:
        """Its option: the setting's name with dashes."""
        return f"--{self.name.replace('_', '-')}"

    def option(self) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Return the decorator that gives a command this option."""
        flags = f"{self.flag}/{OFF[self.name]}" if self.name in OFF and not self.is_list else self.flag
        return click.option(
            flags,
            *ALIASES.get(self.name, ()),
            self.name,
            cls=SectionOption,
            section=self.section,
            type=self.type,
            **({} if self.alone is None else {"is_flag": False, "flag_value": self.alone}),
            metavar=self.metavar,
            callback=self.callback,
            default=None,
            help=self.help,
        )

    def listed(self) -> "Setting":
        """Return the setting as an option that takes several values, divided by commas, each once."""

        def split(
            context: click.Context, parameter: click.Parameter, value: str | None
        ) -> tuple[object, ...] | None:
            if value is None:
                return None
            each = (self.type.convert(part.strip(), parameter, context) for part in value.split(","))
            return tuple(dict.fromkeys(each))

        help_text = f"{self.help} Colours are divided by spaces." if self.name == "palette" else self.help
        return self._replace(
            type=click.STRING,
            callback=split,
            metavar="VALUE,...",
            is_list=True,
            help=help_text,
            alone="true" if self.type is click.BOOL else None,
        )


def _setting(name: str, schema: Mapping[str, Any], section: str) -> Setting:
    """Make a setting of its JSON Schema. The help is the first sentence of the description."""
    (value,) = [form for form in schema.get("anyOf", [schema]) if form.get("type") != "null"]
    help_text = re.split(r"(?<=\.)\s", " ".join(schema["description"].split()), maxsplit=1)[0]
    default = NULL_DEFAULTS[name] if schema["default"] is None else schema["default"]
    if default is not False:
        help_text += f"  [default: {name if default is True else default}]"
    if "enum" in value:
        return Setting(name, click.Choice(value["enum"]), help_text, section)
    if value["type"] == "array":
        return Setting(name, ColourList(), help_text, section, metavar="RRGGBB,...")
    return Setting(name, TYPES[value["type"]], help_text, section)


def _section(title: str, *names: str) -> tuple[Setting, ...]:
    return tuple(_setting(name, _PROPERTIES[name], title) for name in names)


_PROPERTIES: Final[Mapping[str, Mapping[str, Any]]] = json.loads(SCHEMA.read_text(encoding="utf-8"))
SAMPLING: Final = _section(
    "Sampling settings",
    "steps",
    "scheduler",
    "guidance_scale",
    "guidance_scale_low",
    "guidance_start",
    "guidance_end",
    "timestep_spacing",
    "guidance_rescale",
)
BLENDING: Final = _section(
    "Mask and blending settings",
    "pixels_per_tile",
    "mask_sigma",
    "mask_contrast",
    "least_share",
    "base_prompt_weight",
    "regional_prompt_weight",
    "blend_schedule",
    "mask_sigma_end",
    "base_prompt_weight_end",
    "regional_prompt_weight_end",
)
PICTURE: Final = _section(
    "Picture settings",
    "preset",
    "resample",
    "keep_resolution",
    "art_pixels_per_tile",
    "palette",
    "transparent",
    "init_strength",
    "vae",
    "ip_adapter",
    "controlnet",
    "controlnet_strength",
    "controlnet_start",
    "controlnet_end",
    "controlnet_edges",
)
WINDOWS: Final = _section("Window settings", "windows", "window", "rounds", "page_size")
SETTINGS: Final = (*SAMPLING, *BLENDING, *PICTURE, *WINDOWS)
