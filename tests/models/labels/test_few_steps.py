"""Models that call themselves distilled, and what they are then painted with."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from tilebake.cli import run_command_line
from tilebake.level.settings import BakeSettings
from tilebake.models.defaults import Defaults
from tilebake.models.labels.few_steps import few_steps_of
from tilebake.models.labels.label import Label
from tilebake.models.lookup import recommend_with
from tilebake.models.reference import resolve
from tilebake.serve.bake.model.recommended_settings import with_defaults


def told(
    name: str, *, is_lora: bool = False, metadata: Mapping[str, str] | None = None
) -> tuple[object, ...]:
    found = few_steps_of(Label(name, metadata or {}), is_lora=is_lora)
    return () if found is None else (found.steps, found.guidance_scale, found.scheduler)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sd_xl_turbo_1.0_fp16", (4, 1.0, "euler_a")),
        ("sdxl_lightning_8step", (8, 1.0, "euler")),
        ("juggernautXL_v9Rdphoto2Lightning", (4, 1.0, "euler")),
        ("Hyper-SDXL-12steps-CFG", (12, 5.0, "ddim")),
        ("lcm-sdxl", (4, 1.0, "lcm")),
        ("sd_xl_base_1.0", ()),
        ("hyperrealistic_xl", ()),
    ],
)
def test_a_checkpoint_is_known_by_its_name(name: str, expected: tuple[object, ...]) -> None:
    assert told(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sdxl_lightning_4step_lora", (4, 1.0, "euler")),
        ("Hyper-SDXL-8steps-lora", (8, 1.0, "ddim")),
        ("lcm-lora-sdxl", (4, 1.0, "lcm")),
        ("lightning_strike_style", ()),
        ("moss", ()),
    ],
)
def test_a_lora_of_lightning_bolts_is_no_lightning(name: str, expected: tuple[object, ...]) -> None:
    assert told(name, is_lora=True) == expected


def test_a_header_says_what_a_file_is_called() -> None:
    assert told("model", metadata={"modelspec.title": "SDXL Lightning 2-step"}) == (2, 1.0, "euler")


def test_a_lora_for_few_steps_decides_over_the_model() -> None:
    source = recommend_with(
        resolve("embedded"), [Path("moss.safetensors"), Path("sdxl_lightning_2step_lora.safetensors")]
    )
    settings = with_defaults(BakeSettings(), source)
    assert (settings.steps, settings.guidance_scale, settings.guidance_scale_low) == (2, 1.0, 1.0)
    assert (settings.scheduler, settings.timestep_spacing) == ("euler", "trailing")
    assert source.defaults.because == "Lightning: its name says 'lightning'"
    assert source.defaults.window == resolve("embedded").defaults.window


def test_what_a_file_recommends_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lora = tmp_path / "Hyper-SDXL-8steps-lora.safetensors"
    save_file({"lora_unet_x.lokr_w1": np.zeros((2, 2), np.float32)}, lora)
    assert run_command_line(["models", "info", str(lora)]) == 0
    rows = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert (rows["format"], rows["steps"], rows["timestep_spacing"]) == ("LoKr", "8", "trailing")
    assert rows["because"] == "Hyper-SD: its name says 'hyper-sd'"


def test_sdxls_own_settings_stay_for_all_others() -> None:
    assert few_steps_of(Label("embedded", {}), is_lora=False) is None
    assert Defaults().timestep_spacing is None
