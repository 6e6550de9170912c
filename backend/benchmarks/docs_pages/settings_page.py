"""docs/settings.md: every bake setting, from the declarations that maps, projects and options are checked by.

    python -m benchmarks.docs_pages.settings_page

Run it in the root of the repository when a setting has changed.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import click

from benchmarks.serve.process import REPOSITORY
from tilebake.cli.setting_options import (
    ALIASES,
    BLENDING,
    NULL_DEFAULTS,
    OFF,
    PICTURE,
    SAMPLING,
    WINDOWS,
    Setting,
)
from tilebake.level.settings import PRESETS, SettingsOverride

PAGE: Final = REPOSITORY / "docs" / "settings.md"
TABLES: Final[Mapping[str, Sequence[Setting]]] = {
    "How the model samples": SAMPLING,
    "Masks and blending": BLENDING,
    "The picture": PICTURE,
    "Windows, for levels of any size": WINDOWS,
}


@click.command()
def main() -> None:
    """Write docs/settings.md."""
    PAGE.write_text(page(), encoding="utf-8", newline="\n")


def page() -> str:
    """Write the page in Markdown."""
    schema: Mapping[str, Any] = SettingsOverride.model_json_schema()["properties"]
    tables = "\n\n".join(_table(title, settings, schema) for title, settings in TABLES.items())
    return f"""\
# The settings

A setting can be set in three places. The later in this list wins.

| place | how |
| --- | --- |
| `tilebake.toml`, for a whole game | `steps = 8` below `[settings]` |
| a map | `"settings": {{ "steps": 8 }}` |
| the command line, for one command | `--steps 8`, the name with dashes for underscores |

`tilebake tune` takes several values of each, divided by commas, and paints every combination. A setting that
cannot be is an error with its place, before anything is painted. `tilebake schema` prints all this as JSON
Schema.

{tables}

## What a preset sets

What is written beside a preset, in the same place or in a later one, wins.

{_rows(("preset", "sets"), [(f"`{name}`", _preset(values)) for name, values in PRESETS.items()])}
"""


def _table(title: str, settings: Sequence[Setting], schema: Mapping[str, Any]) -> str:
    header = ("setting", "starts at", "may be", "what it does")
    rows = [_row(setting.name, schema[setting.name]) for setting in settings]
    return f"## {title}\n\n{_rows(header, rows)}"


def _row(name: str, schema: Mapping[str, Any]) -> tuple[str, ...]:
    value = next(form for form in schema.get("anyOf", [schema]) if form.get("type") != "null")
    default = NULL_DEFAULTS[name] if schema["default"] is None else _spell(schema["default"])
    options = (*ALIASES.get(name, ()), *((OFF[name],) if name in OFF else ()))
    also = "".join(f", `{option}`" for option in options)
    return f"`{name}`{also}", default, _range(value), " ".join(schema["description"].split())


def _range(value: Mapping[str, Any]) -> str:
    """Say which values a setting takes."""
    if "enum" in value:
        return ", ".join(f"`{each}`" for each in value["enum"])
    if value["type"] == "boolean":
        return "`true`, `false`"
    if value["type"] == "string":
        return "a file"
    if value["type"] == "array":
        return f"a list of {value['minItems']} to {value['maxItems']} colours"
    least = f"above {value['exclusiveMinimum']:g}" if "exclusiveMinimum" in value else f"{value['minimum']:g}"
    steps = f" in steps of {value['multipleOf']:g}" if "multipleOf" in value else ""
    return f"{least} to {value['maximum']:g}{steps}" if "maximum" in value else f"from {least}"


def _preset(values: Mapping[str, object]) -> str:
    return ", ".join(f"`{name}` {_set(name, value)}" for name, value in values.items())


def _set(name: str, value: object) -> str:
    if value is None:
        return NULL_DEFAULTS[name]
    return f"to {len(value)} colours" if isinstance(value, tuple) else f"to {_spell(value)}"


def _spell(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else json.dumps(value).strip('"')


def _rows(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---"] * len(header)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, rule, *rows))


if __name__ == "__main__":
    main()
