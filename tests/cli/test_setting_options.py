"""Every bake setting has an option, made from the settings' own declarations."""

import json
from pathlib import Path
from typing import Any

import click
import pytest

from tilebake.cli import run_command_line, tilebake
from tilebake.cli.planning import settings_override
from tilebake.cli.setting_options import OFF, SCHEMA, SETTINGS, ColourList, Setting
from tilebake.level.settings import PRESETS, BakeSettings, SettingsOverride

BY_NAME = {setting.name: setting for setting in SETTINGS}
PRESET = "preset"  # sets several settings, and is none itself
NOT_DEFAULT: dict[str, tuple[str, object]] = {
    "pixels_per_tile": ("16", 16),
    "mask_sigma": ("1.5", 1.5),
    "mask_contrast": ("1", 1.0),
    "least_share": ("0.5", 0.5),
    "base_prompt_weight": ("0.4", 0.4),
    "regional_prompt_weight": ("0.6", 0.6),
    "blend_schedule": ("cosine", "cosine"),
    "base_prompt_weight_end": ("0.1", 0.1),
    "regional_prompt_weight_end": ("0.9", 0.9),
    "mask_sigma_end": ("1", 1.0),
    "steps": ("2", 2),
    "guidance_scale": ("3", 3.0),
    "guidance_scale_low": ("2", 2.0),
    "guidance_start": ("0.25", 0.25),
    "guidance_end": ("0.75", 0.75),
    "scheduler": ("ddim", "ddim"),
    "timestep_spacing": ("trailing", "trailing"),
    "guidance_rescale": ("0.7", 0.7),
    "init_strength": ("0.6", 0.6),
    "vae": ("b/vae.safetensors", "b/vae.safetensors"),
    "ip_adapter": ("a/ip.safetensors", "a/ip.safetensors"),
    "controlnet": ("c/canny", "c/canny"),
    "controlnet_strength": ("0.8", 0.8),
    "controlnet_start": ("0.1", 0.1),
    "controlnet_end": ("0.7", 0.7),
    "controlnet_edges": ("", True),
    "resample": ("nearest", "nearest"),
    "keep_resolution": ("", True),
    "art_pixels_per_tile": ("16", 16),
    "palette": ("102030,#a0b0c0", ("#102030", "#a0b0c0")),
    "transparent": ("false", False),
    "windows": ("never", "never"),
    "window": ("512", 512),
    "rounds": ("2", 2),
    "page_size": ("512", 512),
}


def options_of(*path: str) -> set[str]:
    """The names of a command's options, as `bake` or `show attention`."""
    command: click.Command = tilebake
    for name in path:
        assert isinstance(command, click.Group)
        below = command.get_command(click.Context(command), name)
        assert below is not None
        command = below
    return {parameter.name or "" for parameter in command.params}


def test_the_schema_file_is_that_of_the_settings() -> None:
    expected = SettingsOverride.model_json_schema()["properties"]
    if json.loads(SCHEMA.read_text(encoding="utf-8")) != expected:
        SCHEMA.write_text(json.dumps(expected, indent=2) + "\n", encoding="utf-8")
        pytest.fail(f"the settings have changed: {SCHEMA.name} was written anew; look at it and commit it")


def test_every_setting_has_an_option() -> None:
    assert set(BY_NAME) == set(SettingsOverride.model_fields) == {*BakeSettings.model_fields, PRESET}
    assert len(SETTINGS) == len(BY_NAME)


@pytest.mark.parametrize("path", [("bake",), ("watch",), ("edit",), ("show", "attention"), ("tune",)])
def test_a_command_that_paints_a_map_takes_every_setting(path: tuple[str, ...]) -> None:
    assert set(SettingsOverride.model_fields) <= options_of(*path)


def test_generate_takes_every_setting_of_sampling() -> None:
    fields = (
        *("steps", "scheduler", "guidance_scale", "guidance_scale_low", "guidance_start", "guidance_end"),
        *("timestep_spacing", "guidance_rescale"),
    )
    assert set(fields) <= options_of("generate")


@pytest.mark.parametrize(
    "setting", [each for each in SETTINGS if each.name != PRESET], ids=lambda setting: setting.name
)
def test_an_option_sets_its_setting(setting: Setting) -> None:
    text, expected = NOT_DEFAULT[setting.name]
    seen: list[Any] = []

    @setting.option()
    def command(**given: object) -> None:
        seen.append(given)

    flag = OFF[setting.name] if expected is False else setting.flag
    given = [flag] if isinstance(expected, bool) else [flag, text]
    click.command()(command).main(given, standalone_mode=False)
    override = settings_override(seen[0])
    assert override.given == {setting.name: expected}
    assert getattr(BakeSettings(), setting.name) != expected


@pytest.mark.parametrize(
    "setting", [each for each in SETTINGS if each.name != PRESET], ids=lambda setting: setting.name
)
def test_a_setting_of_tune_takes_a_list(setting: Setting) -> None:
    seen: list[Any] = []

    @setting.listed().option()
    def command(**given: object) -> None:
        seen.append(given)

    text, expected = NOT_DEFAULT[setting.name]
    text = text.replace(",", " ") or "true"
    click.command()(command).main([setting.flag, f"{text},{text}"], standalone_mode=False)
    assert seen[0][setting.name] == (expected,)


def test_a_flag_of_tune_needs_no_value() -> None:
    seen: list[Any] = []

    @BY_NAME["controlnet_edges"].listed().option()
    @BY_NAME["controlnet_strength"].listed().option()
    def command(**given: object) -> None:
        seen.append(given)

    made = click.command()(command)
    for edges in ([], ["true"]):
        typed = ["--controlnet-edges", *edges, "--controlnet-strength", "0.3,0.5"]
        made.main(typed, standalone_mode=False)
    assert seen == [{"controlnet_edges": (True,), "controlnet_strength": (0.3, 0.5)}] * 2


def test_the_option_of_a_preset_sets_its_settings() -> None:
    seen: list[Any] = []

    @BY_NAME[PRESET].option()
    def command(**given: object) -> None:
        seen.append(given)

    click.command()(command).main(["--preset", "pixel-art"], standalone_mode=False)
    assert settings_override(seen[0]).given == PRESETS["pixel-art"]


def test_a_colour_that_is_none_is_refused() -> None:
    with pytest.raises(click.BadParameter, match="'green' is not a colour such as 4a7a3c"):
        ColourList().convert("4a7a3c,green", None, None)


def test_the_option_wins_over_the_map(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_sdxl_folder: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tilebake.toml").write_text("[settings]\nleast_share = 0.2\n", encoding="utf-8")
    grass: dict[str, Any] = {"tilebake": 1, "terrains": {"grass": "grass"}, "legend": {"g": "grass"}}
    settings = {"pixels_per_tile": 16, "steps": 9, "mask_contrast": 3}
    (tmp_path / "maps").mkdir()
    file = tmp_path / "maps" / "one.json"
    file.write_text(
        json.dumps({**grass, "tile_size": 16, "rows": ["gg"], "settings": settings}), encoding="utf-8"
    )
    options = ["--steps", "1", "--palette", "000000,ffffff", "--model", str(tiny_sdxl_folder)]
    assert run_command_line(["bake", "maps/one.json", *options]) == 0
    record = json.loads((tmp_path / "maps" / "one.bake.json").read_text(encoding="utf-8"))["settings"]
    assert (record["steps"], record["mask_contrast"], record["least_share"]) == (1, 3, 0.2)
    assert record["palette"] == ["#000000", "#ffffff"]


def test_a_setting_out_of_its_range_names_its_option() -> None:
    with pytest.raises(click.BadParameter) as caught:
        settings_override({"guidance_start": 2.0})
    assert caught.value.param_hint == "--guidance-start"
    assert caught.value.message == "2.0 is too large; write a number of at most 1"


def test_settings_that_are_not_given_leave_no_trace() -> None:
    assert settings_override({}) == SettingsOverride()
