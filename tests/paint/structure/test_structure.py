"""Paintings held to a picture, against diffusers' own pipeline with a ControlNet."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import ControlNetModel, StableDiffusionXLControlNetPipeline
from PIL import Image

from tests.helpers.tiny_controlnet import write_controlnet
from tests.paint.references.test_reference_pictures import latents_of, own_picture
from tests.paint.test_pipeline import BASE, Pixels, ask, level
from tilebake.level.art.own_picture import OwnPicture
from tilebake.level.tilemap import TileMap
from tilebake.models.added.added_files import AddedFiles
from tilebake.models.reference import resolve
from tilebake.paint.model.load import Components, load
from tilebake.paint.pipeline import Pipeline

ROWS = ("ggggg", "ggggg", "ggggg", "ggggg")
STEPS = 4
HELD: dict[str, Any] = {"controlnet": "c", "controlnet_strength": 0.8, "steps": STEPS}
Stock = Callable[[Components, str], Any]


def colours(width: int = 80, height: int = 64, seed: int = 0) -> Pixels:
    blocks = np.random.default_rng(seed).integers(0, 256, (height // 16, width // 16, 3), np.uint8)
    pixels = blocks.repeat(16, axis=0).repeat(16, axis=1)
    return np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])


def picture(width: int = 80, height: int = 64, seed: int = 0) -> OwnPicture:
    return own_picture(colours(width, height, seed))


@pytest.fixture(scope="session")
def controlnet_folder(tiny_components: Components, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_controlnet(tmp_path_factory.mktemp("controlnet"), tiny_components.unet)


@pytest.fixture(scope="session")
def components(controlnet_folder: Path, tiny_sdxl_folder: Path) -> Components:
    source = replace(resolve(str(tiny_sdxl_folder)), added=AddedFiles(controlnet=controlnet_folder))
    return load(source, device="cpu", dtype="float32")


def plain(*rows: str, **changes: Any) -> TileMap:
    """A map all of whose prompts are the base prompt: what a plain pipeline paints."""
    return level(*rows, prompts=dict.fromkeys("gw", BASE), **changes)


def painted(components: Components, tilemap: TileMap, **settings: Any) -> torch.Tensor:
    return latents_of(components, Pipeline(components).scene(ask(tilemap, **{**HELD, **settings})))


def stock_latents(
    pipeline: Any, folder: Path, noise: torch.Tensor, shown: Pixels, **options: Any
) -> torch.Tensor:
    """What diffusers makes of the base prompt and a picture [H, W, 3]."""
    parts = {name: each for name, each in pipeline.components.items() if name in PARTS}
    theirs: Any = StableDiffusionXLControlNetPipeline(
        **parts,
        controlnet=ControlNetModel.from_pretrained(folder),
        force_zeros_for_empty_prompt=pipeline.config.force_zeros_for_empty_prompt,
        add_watermarker=False,
    )
    theirs.set_progress_bar_config(disable=True)
    height, width = shown.shape[:2]
    return theirs(
        BASE,
        image=Image.fromarray(shown),
        width=width,
        height=height,
        latents=noise,
        num_inference_steps=STEPS,
        guidance_scale=4.0,
        output_type="latent",
        **options,
    ).images


PARTS = ("vae", "text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2", "unet", "scheduler")


@pytest.mark.parametrize(
    ("key", "settings", "options"),
    [
        ("art", {}, {"controlnet_conditioning_scale": 0.8}),
        (
            "structure",
            {"controlnet_strength": 1.3, "controlnet_start": 0.25, "controlnet_end": 0.8},
            {
                "controlnet_conditioning_scale": 1.3,
                "control_guidance_start": 0.25,
                "control_guidance_end": 0.8,
            },
        ),
    ],
)
def test_a_plain_map_is_painted_as_diffusers_does(
    components: Components,
    controlnet_folder: Path,
    stock: Stock,
    key: str,
    settings: dict[str, Any],
    options: dict[str, Any],
) -> None:
    tilemap = plain(*ROWS, **{key: picture()})
    ours = painted(components, tilemap, **settings)
    scene = Pipeline(components).scene(ask(tilemap))
    noise = torch.from_numpy(scene.torus.noise(scene.canvas, 5, 4))[None]
    theirs = stock_latents(
        stock(components, "euler"), controlnet_folder, noise, colours()[..., :3], **options
    )
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-4)
    without = painted(components, tilemap, controlnet_strength=0.0)
    assert (ours - without).abs().max() > 0.1, "a picture that changes nothing would prove nothing"
