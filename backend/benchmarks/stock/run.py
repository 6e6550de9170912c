"""Paint one prompt here and by stock diffusers, from one noise, and print how far the pictures are apart.

Over schedulers, what the model predicts, timestep spacings, and forms: few steps without guidance, as Turbo,
Lightning, Hyper-SD and LCM have them, and more with guidance. Stock is diffusers' StableDiffusionXLPipeline
with diffusers' schedulers, each from its own class and configuration.
"""

import argparse
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

import diffusers
import numpy as np
import torch

from benchmarks.figures import Figure, json_line, table
from tilebake.level.settings import SCHEDULERS, BakeSettings
from tilebake.models.folder_check import COMPONENTS
from tilebake.models.reference import EMBEDDED, resolve
from tilebake.paint.model.load import Components, load
from tilebake.paint.noise import coordinate_noise
from tilebake.paint.pipeline import Pipeline
from tilebake.request import Step

PROMPT: Final = "lush green grass"
SIDE: Final = 48  # pixels
SPACINGS: Final = ("leading", "linspace", "trailing")
STOCK: Final[Mapping[str, tuple[str, Mapping[str, object]]]] = {
    "euler": ("EulerDiscreteScheduler", {}),
    "euler_a": ("EulerAncestralDiscreteScheduler", {}),
    "dpmpp_2m": ("DPMSolverMultistepScheduler", {}),
    "dpmpp_2m_karras": ("DPMSolverMultistepScheduler", {"use_karras_sigmas": True}),
    "ddim": ("DDIMScheduler", {"clip_sample": False, "set_alpha_to_one": False}),
    "lcm": ("LCMScheduler", {}),
    "unipc": ("UniPCMultistepScheduler", {}),
}
PREDICTIONS: Final[Mapping[str, Mapping[str, object]]] = {
    "epsilon": {"prediction_type": "epsilon"},
    "v": {"prediction_type": "v_prediction"},
    "v, zero SNR": {"prediction_type": "v_prediction", "rescale_betas_zero_snr": True},
}


class Form(NamedTuple):
    """Describe how a picture is painted, whatever with."""

    name: str
    steps: int
    guidance: float
    rescale: float = 0.0


FORMS: Final = (
    Form("2 steps, no guidance", 2, 0.0),
    Form("4 steps, no guidance", 4, 0.0),
    Form("8 steps, guidance 5", 8, 5.0),
    Form("8 steps, guidance 5 rescaled", 8, 5.0, 0.7),
)


class Setup(NamedTuple):
    """Name one comparison."""

    scheduler: str
    prediction: str
    spacing: str
    form: Form


def grid() -> list[Setup]:
    """List all comparisons. With zero terminal SNR the first step has to be the last timestep."""
    every = (Setup(*each) for each in product(SCHEDULERS, PREDICTIONS, SPACINGS, FORMS))
    return [each for each in every if each.spacing == "trailing" or each.prediction != "v, zero SNR"]


def compare(components: Components, setup: Setup) -> float:
    """Return by how much the two pictures differ at most, of 255."""
    config = {**components.scheduler_config, **PREDICTIONS[setup.prediction]}
    ours = _paint(replace(components, scheduler_config=config), setup)
    theirs = _paint_by_stock(components, {**config, "timestep_spacing": setup.spacing}, setup)
    return float(np.abs(ours - 255 * theirs).max())


def _paint(components: Components, setup: Setup) -> np.ndarray[Any, Any]:
    form = setup.form
    chosen = {
        "steps": form.steps,
        "guidance_scale": form.guidance,
        "guidance_rescale": form.rescale or None,
        "scheduler": setup.scheduler,
        "timestep_spacing": setup.spacing,
    }
    settings = BakeSettings.model_validate(chosen)
    painted = Pipeline(components).generate(PROMPT, (SIDE, SIDE), _ignore, settings=settings)
    return painted.image.astype(float)


def _paint_by_stock(
    components: Components, config: Mapping[str, object], setup: Setup
) -> np.ndarray[Any, Any]:
    """Return stock diffusers' picture [H, W, 3] in 0..1, from our noise."""
    name, options = STOCK[setup.scheduler]
    parts: dict[str, Any] = {part: getattr(components, part) for part in COMPONENTS}
    pipeline = cast("Any", diffusers.StableDiffusionXLPipeline)(
        **parts,
        scheduler=getattr(diffusers, name).from_config(dict(config), **options),
        force_zeros_for_empty_prompt=components.force_zeros_for_empty_prompt,
        add_watermarker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    noise = coordinate_noise(0, 0, 0, SIDE // 8, SIDE // 8, components.unet.config["in_channels"])
    return pipeline(
        PROMPT,
        width=SIDE,
        height=SIDE,
        num_inference_steps=setup.form.steps,
        guidance_scale=setup.form.guidance,
        guidance_rescale=setup.form.rescale,
        latents=torch.from_numpy(noise)[None],
        generator=torch.Generator("cpu").manual_seed(0),
        output_type="np",
    ).images[0]


def _ignore(_: Step) -> None:
    """Do nothing after a step."""


def figures(apart: Mapping[Setup, float]) -> list[Figure]:
    """Return what the grid comes to: how many pictures are one, by scheduler, and the largest difference."""
    count = sum(each <= 1 + 1e-3 for each in apart.values())
    largest = [
        Figure(f"{name}, largest difference of 255", "ratio", _largest(apart, name), most=1.001)
        for name in SCHEDULERS
        if any(setup.scheduler == name for setup in apart)
    ]
    return [Figure("pictures", "count", len(apart)), Figure("within 1 of 255", "count", count), *largest]


def _largest(apart: Mapping[Setup, float], name: str) -> float:
    return max(each for setup, each in apart.items() if setup.scheduler == name)


def compare_all(components: Components, setups: Iterable[Setup]) -> dict[Setup, float]:
    """Compare the pictures of several setups."""
    return {setup: compare(components, setup) for setup in setups}


def line(setup: Setup, apart: float) -> str:
    """Write a comparison on one line."""
    return f"{apart:8.3f}  {setup.scheduler:16}{setup.prediction:13}{setup.spacing:10}{setup.form.name}"


def main() -> None:
    """Compare over the whole grid, and print a line for each setup."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stock", description=__doc__)
    parser.add_argument("--model", type=Path, default=EMBEDDED, help="a folder of diffusers")
    components = load(resolve(str(parser.parse_args().model)), device="cpu", dtype="float32")
    apart = compare_all(components, grid())
    print("\n".join(line(*each) for each in apart.items()))
    result = figures(apart)
    print(f"\n{table(result)}")
    rows = [[*setup[:3], setup.form.name, round(each, 4)] for setup, each in apart.items()]
    print(json_line("stock", result, pictures=rows))
