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
from tests.helpers.tiny_ip_adapter import write_ip_adapter
from tests.paint.references.test_reference_pictures import latents_of, own_picture
from tests.paint.test_pipeline import BASE, Pixels, ask, ignore, level
from tilebake.errors import ModelError
from tilebake.level.art.own_picture import OwnPicture
from tilebake.level.art.references import ReferencePicture, References
from tilebake.level.canvas import canvas_of
from tilebake.level.edit.edit import Edit, Refine, Rewrite
from tilebake.level.tilemap import Bounds, TileMap, Tiles
from tilebake.level.windows.lattice import extent_of
from tilebake.models.added.added_files import AddedFiles
from tilebake.models.reference import resolve
from tilebake.paint.control.kept_source.store import SourceStore
from tilebake.paint.denoise import Denoiser, UnetInput, denoise, micro_conditioning
from tilebake.paint.model.load import Components, load
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.prompts.embeds import Conditioning
from tilebake.paint.regional.attention import COND
from tilebake.paint.structure.edges import find_edges
from tilebake.paint.structure.find_structure import find_structure

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


def test_a_map_of_several_terrains_is_the_plain_one_where_all_words_are_the_base_prompts(
    components: Components,
) -> None:
    one = painted(components, plain(*ROWS, structure=picture()))
    two = painted(components, plain("gggww", "ggwww", "ggwww", "ggggw", structure=picture()))
    torch.testing.assert_close(one, two, rtol=0, atol=1e-4)


def test_the_controlnet_attends_to_each_terrains_words_on_its_tiles(components: Components) -> None:
    """Its attention is the UNet's own formula, which has tests of its own; here: that it is there."""
    tilemap = level("gggww", "gggww", "gggww", "gggww", structure=picture())
    scene = Pipeline(components).scene(ask(tilemap, **HELD))
    conditioning, controlnet = scene.condition(components), components.controlnet
    assert controlnet is not None
    height, width = scene.blend.latent_size
    latents = torch.randn(1, 4, height, width, generator=torch.Generator().manual_seed(0))

    def middle(words: Conditioning) -> torch.Tensor:
        assert scene.make_guide is not None
        guide = scene.make_guide(components, words, None)
        more = micro_conditioning(words, latents, (COND,))
        given = UnetInput(latents, torch.tensor(500), words.base.prompt_embeds, more)
        with torch.no_grad():
            return guide.residuals(given, 0, (COND,))["mid_block_additional_residual"]

    base_alone = replace(conditioning, regions=(conditioning.base,) * 2)
    change = (middle(conditioning) - middle(base_alone)).abs().amax(dim=1)[0]
    swapped = replace(conditioning, regions=conditioning.regions[::-1])
    assert change.min() > 1e-4
    assert (middle(swapped) - middle(conditioning)).abs().amax() > 1e-2
    before = dict(controlnet.attn_processors)
    middle(conditioning)
    assert all(controlnet.attn_processors[name] is each for name, each in before.items())


def test_without_guidance_and_in_two_passes_it_works_alike(components: Components) -> None:
    tilemap = plain(*ROWS, structure=picture())

    def latents(passes: bool, **settings: Any) -> torch.Tensor:
        scene = Pipeline(components).scene(ask(tilemap, **{**HELD, **settings}))
        assert scene.make_guide is not None
        words = scene.condition(components)
        noise = torch.from_numpy(scene.torus.noise(scene.canvas, 5, 4))[None]
        guide = scene.make_guide(components, words, None)
        denoiser = Denoiser(
            components, noise, words, scene.blend, scene.sampling, in_two_passes=passes, guide=guide
        )
        return denoise(denoiser, ignore)

    torch.testing.assert_close(latents(True), latents(False), rtol=0, atol=1e-4)
    alone = latents(False, guidance_scale=1.0)
    assert (alone - latents(False, guidance_scale=1.0, controlnet_strength=0.1)).abs().max() > 0.05


def test_a_map_that_wraps_is_held_alike_wherever_it_is_cut_open(components: Components) -> None:
    half, width, height = 64, 128, 64
    rows, pixels = ("g" * 8,) * 4, colours(width, height)
    here = plain(*rows, wrap="both", structure=own_picture(pixels))
    moved = [each._replace(centre_x=each.centre_x + half) for each in here.tiles]
    there = replace(
        here,
        tiles=Tiles.of(moved),
        bounds=Bounds(half, 0, width, height),
        structure=own_picture(np.roll(pixels, -half, axis=1)),
    )
    for edges in (False, True):
        first, second = (painted(components, each, controlnet_edges=edges) for each in (here, there))
        rolled = torch.roll(first, -half // 8, dims=3)
        torch.testing.assert_close(rolled, second, rtol=0, atol=1e-4)


def shown(tilemap: TileMap, **settings: Any) -> np.ndarray:
    asked = ask(tilemap, **{**HELD, **settings})
    canvas = canvas_of(tilemap, asked.settings)
    found = find_structure(tilemap, asked.settings, canvas.scale)
    assert found is not None
    pixels = found.pixels(extent_of(canvas))
    assert pixels is not None
    return pixels


def test_what_a_controlnet_is_shown(components: Components) -> None:
    del components
    holed = colours()
    holed[:, 40:] = 0
    filled = shown(plain(*ROWS, art=own_picture(holed)))
    black = shown(plain(*ROWS, structure=own_picture(holed), art=picture(seed=9)))
    np.testing.assert_allclose(filled[:, :40], colours()[:, :40, :3] / 255, atol=1e-6)
    np.testing.assert_allclose(black[:, :40], filled[:, :40], atol=1e-6)
    assert filled[:, 41:].min(axis=(0, 1)).max() > 0
    assert black[:, 40:].max() == 0
    small = shown(plain(*ROWS, structure=picture(seed=1)))
    large = shown(plain(*ROWS, structure=own_picture(colours(seed=1).repeat(3, axis=0).repeat(3, axis=1))))
    np.testing.assert_allclose(small, large, atol=1 / 255)
    edges = shown(plain(*ROWS, structure=picture()), controlnet_edges=True)
    np.testing.assert_array_equal(
        edges[8:-8, 8:-8], find_edges(shown(plain(*ROWS, structure=picture())))[8:-8, 8:-8]
    )
    assert set(np.unique(edges)) == {0, 1}


def test_an_edit_is_held_to_the_same_picture(components: Components) -> None:
    tilemap = level(*ROWS, structure=picture())
    edit = Edit({"g": Rewrite("snow", Refine(0.5))})
    asked, free = (ask(tilemap, 5, **{**HELD, "controlnet_strength": each}) for each in (0.8, 0.0))
    edited = Pipeline(components).edit(asked, edit, ignore)
    plainly = Pipeline(components).bake(asked, ignore).image
    np.testing.assert_array_equal(edited.extra.source, plainly)
    without = Pipeline(components).edit(free, edit, ignore).image
    assert np.abs(edited.image.astype(int) - without).max() > 3
    store = SourceStore()
    kept = [Pipeline(components, sources=store).edit(asked, edit, ignore).image for _ in range(2)]
    np.testing.assert_array_equal(kept, [edited.image] * 2)


def test_a_reference_is_the_unets_alone(
    controlnet_folder: Path, tiny_sdxl_folder: Path, tiny_components: Components, tmp_path: Path
) -> None:
    added = AddedFiles(write_ip_adapter(tmp_path, tiny_components.unet), controlnet=controlnet_folder)
    both = load(replace(resolve(str(tiny_sdxl_folder)), added=added), device="cpu", dtype="float32")
    like = References(ReferencePicture(picture(seed=3), 0.7))
    ours = painted(both, plain(*ROWS, structure=picture(), references=like))
    assert (ours - painted(both, plain(*ROWS, structure=picture()))).abs().max() > 0.1


def test_a_model_without_a_controlnet_says_what_it_lacks(tiny_components: Components) -> None:
    with pytest.raises(ModelError, match="without a ControlNet"):
        painted(tiny_components, plain(*ROWS, art=picture()))
