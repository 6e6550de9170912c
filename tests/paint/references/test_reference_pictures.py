"""Paintings like pictures, against diffusers' own pipeline with an IP-Adapter and its masks."""

import copy
import hashlib
import io
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers.image_processor import IPAdapterMaskProcessor
from PIL import Image
from safetensors.torch import load_file, save_file
from transformers import CLIPVisionModelWithProjection
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

from tests.helpers.tiny_ip_adapter import SIDE, write_ip_adapter
from tests.paint.test_pipeline import BASE, ask, ignore, level
from tilebake.errors import MapError, ModelError
from tilebake.facade import bake_map
from tilebake.level.art.own_picture import OwnPicture
from tilebake.level.art.references import ReferencePicture, References
from tilebake.level.edit.edit import Edit, Refine, Rewrite
from tilebake.level.masks.blend_schedule import Blend
from tilebake.level.masks.regions import Regions, pool
from tilebake.models.added.added_files import AddedFiles
from tilebake.models.lookup import Models
from tilebake.models.reference import resolve
from tilebake.paint.denoise import denoise
from tilebake.paint.model.load import Components, load
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.references.image_prompts import AdapterPrompts
from tilebake.paint.references.read_references import clip_pixels, cut_middle
from tilebake.paint.regional.attention import attention_target
from tilebake.paint.regional.blending import Blending
from tilebake.paint.regional.layers import cross_attention_levels
from tilebake.paint.scene import BakeRun, Scene, run
from tilebake.paint.windows.store import MemoryStore
from tilebake.request import BakeRequest

ROWS = ("gggww", "gggww", "gwwww", "gwwww")
STEPS = 3
Stock = Callable[[Components, str], Any]


def picture(seed: int, width: int = SIDE, height: int = SIDE) -> OwnPicture:
    colours = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), np.uint8)
    image = Image.fromarray(colours).resize((width, height), Image.Resampling.NEAREST)
    return own_picture(np.asarray(image.convert("RGBA")))


def own_picture(pixels: np.ndarray) -> OwnPicture:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="PNG")
    height, width = pixels.shape[:2]
    return OwnPicture(width, height, hashlib.sha256(pixels.tobytes()).hexdigest(), False, file.getvalue())


def opened(own: OwnPicture) -> Image.Image:
    return Image.open(io.BytesIO(own.content)).convert("RGB")


@pytest.fixture(scope="session", params=["summary", "plus"])
def adapter_file(
    request: pytest.FixtureRequest, tiny_components: Components, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp(request.param)
    return write_ip_adapter(folder, tiny_components.unet, plus=request.param == "plus")


@pytest.fixture(scope="session")
def components(adapter_file: Path, tiny_sdxl_folder: Path) -> Components:
    source = replace(resolve(str(tiny_sdxl_folder)), added=AddedFiles(ip_adapter=adapter_file))
    return load(source, device="cpu", dtype="float32")


def latents_of(components: Components, scene: Scene) -> torch.Tensor:
    def task(bake_run: BakeRun) -> torch.Tensor:
        conditioning = bake_run.encode(scene.condition)
        return bake_run.denoise(lambda make: denoise(make(conditioning), ignore))

    return run(components, scene, task)


def stock_latents(
    pipeline: Any, adapter: Path, noise: torch.Tensor, scales: Any, pictures: Any, masks: Any = None
) -> torch.Tensor:
    """What diffusers makes of the base prompt and pictures."""
    pipeline.register_modules(
        unet=copy.deepcopy(pipeline.unet),
        image_encoder=CLIPVisionModelWithProjection.from_pretrained(adapter.parent / "image_encoder"),
        feature_extractor=CLIPImageProcessorPil(size=SIDE, crop_size=SIDE),
    )
    pipeline.load_ip_adapter(
        str(adapter.parent), subfolder="", weight_name=adapter.name, image_encoder_folder=None
    )
    pipeline.set_ip_adapter_scale(scales)
    height, width = (8 * side for side in noise.shape[-2:])
    kwargs = {} if masks is None else {"cross_attention_kwargs": {"ip_adapter_masks": masks}}
    return pipeline(
        BASE,
        width=width,
        height=height,
        latents=noise,
        num_inference_steps=STEPS,
        guidance_scale=4.0,
        ip_adapter_image=pictures,
        output_type="latent",
        **kwargs,
    ).images


def scene_of(components: Components, request: BakeRequest) -> tuple[Scene, torch.Tensor]:
    scene = Pipeline(components).scene(request)
    channels = components.unet.config["in_channels"]
    return scene, torch.from_numpy(scene.torus.noise(scene.canvas, 5, channels))[None]


def alone(scene: Scene, masks: np.ndarray) -> Scene:
    """The same scene by its base prompt alone, where terrains have these masks [R, h, w]."""
    regions = Regions(scene.terrains, masks, 1 - masks.sum(axis=0))
    return replace(scene, blend=Blending((Blend(1.0, 0.0, 1.0),) * STEPS, {1.0: regions}))


def test_a_picture_for_the_whole_map_is_painted_as_diffusers_does(
    components: Components, adapter_file: Path, stock: Stock
) -> None:
    reference = picture(1, 48, 40)
    tilemap = level(*ROWS, references=References(ReferencePicture(reference, 0.7)))
    scene, noise = scene_of(components, ask(tilemap, steps=STEPS))
    plain = alone(scene, np.zeros((2, *noise.shape[-2:]), np.float32))
    ours = latents_of(components, plain)
    theirs = stock_latents(stock(components, "euler"), adapter_file, noise, 0.7, opened(reference))
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-4)
    words = scene_of(components, ask(level(*ROWS)))[0]
    without = latents_of(components, replace(plain, condition=words.condition))
    assert (ours - without).abs().max() > 0.1, "a picture that says nothing would prove nothing"


def test_pictures_for_terrains_are_painted_as_diffusers_does_by_masks(
    components: Components, adapter_file: Path, stock: Stock
) -> None:
    first, second, whole = picture(1), picture(2), picture(3)
    references = References(
        ReferencePicture(whole, 0.3),
        {"g": ReferencePicture(first, 0.7), "w": ReferencePicture(second, 1.2)},
    )
    scene, noise = scene_of(components, ask(level(*ROWS, references=references), steps=STEPS))
    height, width = noise.shape[-2:]
    masks = np.zeros((2, height, width), np.float32)  # whole pixels of each level: both pool alike
    masks[0, :, :4], masks[1, :4, 4:] = 1, 1
    ours = latents_of(components, alone(scene, masks))
    drawn = [
        Image.fromarray(np.uint8(255 * each.repeat(8, 0).repeat(8, 1))) for each in (*masks, 1 - masks.sum(0))
    ]
    found = IPAdapterMaskProcessor().preprocess(drawn, height=8 * height, width=8 * width)
    theirs = stock_latents(
        stock(components, "euler"),
        adapter_file,
        noise,
        [[0.7, 1.2, 0.3]],
        [[opened(each) for each in (first, second, whole)]],
        [found.transpose(0, 1)],
    )
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-4)


def test_soft_masks_blend_pictures_as_the_formula_says(components: Components) -> None:
    references = References(None, {"g": ReferencePicture(picture(1), 0.5)})
    scene, _ = scene_of(components, ask(level(*ROWS, references=references), steps=STEPS))
    conditioning, adapter = scene.condition(components), components.adapter
    assert conditioning.images is not None
    assert adapter is not None
    target = attention_target(components.unet, conditioning)
    prepared = conditioning.images.prepare(scene.blend, target)
    shares = pool(scene.blend.regions[scene.blend.steps[0].mask_sigma].shares, target.levels)
    tokens = adapter.read(clip_pixels(picture(1), SIDE))
    generator = torch.Generator().manual_seed(0)
    for layer in cross_attention_levels(components.unet):
        mask = torch.from_numpy(shares[layer.level][0]).flatten()[:, None]
        key, value = adapter.keys_and_values(layer.attn, tokens.uncond)
        query = torch.randn(1, key.shape[0], len(mask), key.shape[2], generator=generator)
        uncond, _ = prepared.add(layer, [lambda query, _: 2 * query, lambda query, _: query])
        attended = (query @ key.transpose(1, 2) / key.shape[2] ** 0.5).softmax(-1) @ value
        expected = 2 * query + 0.5 * mask * attended
        torch.testing.assert_close(uncond(query, 0), expected.float(), rtol=0, atol=1e-5)
    assert 0 < shares[1][0].min() < 0.5 < shares[1][0].max() <= 1, "masks are soft"


@pytest.mark.parametrize("size", [(48, 40), (40, 48), (20, 61), (SIDE, SIDE)])
def test_pictures_are_cut_and_scaled_as_clip_does(size: tuple[int, int]) -> None:
    own = picture(1, *size)
    theirs = CLIPImageProcessorPil(size=SIDE, crop_size=SIDE)(opened(own), return_tensors="pt").pixel_values
    torch.testing.assert_close(clip_pixels(own, SIDE), theirs, rtol=0, atol=1e-5)


@pytest.mark.parametrize("size", [(1, 16_384), (16_384, 1)])
def test_a_line_of_pixels_is_read_in_memory_that_its_middle_takes(size: tuple[int, int]) -> None:
    pixels = np.full((*size, 4), (200, 40, 10, 255), np.uint8)
    assert cut_middle(pixels).shape[:2] in {(1, 4), (4, 1)}
    assert clip_pixels(own_picture(pixels), SIDE).shape == (1, 3, SIDE, SIDE)


def test_what_is_transparent_in_a_picture_takes_the_colours_beside_it() -> None:
    pixels = np.full((SIDE, SIDE, 4), (200, 40, 10, 255), np.uint8)
    full, holed = own_picture(pixels), pixels.copy()
    holed[4:12, 4:12] = 0
    filled = clip_pixels(own_picture(holed), SIDE)
    torch.testing.assert_close(filled, clip_pixels(full, SIDE), rtol=0, atol=0.02)


def bake(components: Components, references: References) -> np.ndarray:
    request = ask(level(*ROWS, references=references), steps=STEPS)
    return Pipeline(components).bake(request, ignore).image.astype(int)


def test_a_terrains_picture_takes_the_place_of_the_maps_on_its_tiles(components: Components) -> None:
    whole, own = ReferencePicture(picture(2), 1.0), ReferencePicture(picture(1), 0.5)
    references = References(whole, {"w": own})
    scene, _ = scene_of(components, ask(level(*ROWS, ".....", references=references), steps=STEPS))
    conditioning = scene.condition(components)
    assert isinstance(conditioning.images, AdapterPrompts)
    target = attention_target(components.unet, conditioning)
    found = conditioning.images.prepare(scene.blend, target).weights
    shares = pool(scene.blend.regions[scene.blend.steps[0].mask_sigma].shares, target.levels)
    grass, water, empty = shares[1].reshape(3, -1)
    assert empty.max() > 0.5
    np.testing.assert_allclose(found[0][1], [grass + empty, 0.5 * water], rtol=0, atol=1e-6)


def test_a_picture_of_no_weight_changes_nothing(components: Components) -> None:
    nothing = References(ReferencePicture(picture(1), 0.0))
    np.testing.assert_array_equal(bake(components, nothing), bake(components, References()))


@pytest.mark.parametrize("guidance_scale", [1.0, 4.0])
def test_a_map_in_windows_is_painted_like_its_pictures_too(
    components: Components, guidance_scale: float
) -> None:
    references = References(None, {"w": ReferencePicture(picture(1), 1.0)})
    store = MemoryStore()
    rows = ROWS * 4
    pipeline = Pipeline(components, store)

    def paint(found: References) -> np.ndarray:
        tilemap = level(*rows, references=found)
        request = ask(tilemap, steps=2, windows="always", window=256, rounds=1, guidance_scale=guidance_scale)
        return pipeline.bake(request, ignore).image.astype(int)

    plain, like, other = paint(References()), paint(references), paint(changed(references, 0.3))
    assert np.abs(plain - like).max() > 3, "windows of another look are not taken for its own"
    assert np.abs(like - other).max() > 3
    np.testing.assert_array_equal(paint(references), like)


def changed(references: References, weight: float) -> References:
    terrains = {name: replace(each, weight=weight) for name, each in references.terrains.items()}
    return References(references.whole, terrains)


def test_an_edit_is_painted_like_the_same_pictures(components: Components) -> None:
    references = References(ReferencePicture(picture(1), 1.0))
    request = ask(level(*ROWS, references=references), steps=STEPS)
    edited = Pipeline(components).edit(request, Edit({"g": Rewrite("snow", Refine(0.5))}), ignore)
    np.testing.assert_array_equal(edited.extra.source.astype(int), bake(components, references))
    plain = replace(request, tilemap=level(*ROWS))
    without = Pipeline(components).edit(plain, Edit({"g": Rewrite("snow", Refine(0.5))}), ignore)
    assert np.abs(edited.image.astype(int) - without.image.astype(int)).max() > 3


def test_a_model_without_an_adapter_says_what_it_lacks(tiny_components: Components) -> None:
    with pytest.raises(ModelError, match="without an IP-Adapter"):
        bake(tiny_components, References(ReferencePicture(picture(1), 1.0)))


def spoil(file: Path, change: Callable[[dict[str, torch.Tensor]], object]) -> None:
    tensors = load_file(file)
    change(tensors)
    save_file(tensors, file)


SPOILED: dict[str, tuple[Callable[[dict[str, torch.Tensor]], object], str]] = {
    "a layer is missing": (lambda each: each.pop("ip_adapter.3.to_v_ip.weight"), "layer 2 wants"),
    "a layer too many": (
        lambda each: each.update({"ip_adapter.99.to_k_ip.weight": torch.zeros(1)}),
        "for which the model has no layer",
    ),
    "another model's": (
        lambda each: each.update({"ip_adapter.1.to_k_ip.weight": torch.zeros(32, 64)}),
        "layer 1 wants",
    ),
    "another encoder's": (
        lambda each: each.update({"image_proj.proj.weight": torch.zeros(320, 99)}),
        "reads 99 numbers of a picture",
    ),
    "a norm is missing": (lambda each: each.pop("image_proj.norm.weight"), "lacks the tensor"),
    "for faces": (lambda each: each.update({"ip_adapter.0.to_k_lora.down.weight": torch.zeros(1)}), "FaceID"),
    "no adapter": (lambda each: each.update({"unet.x": torch.zeros(1)}), "is no IP-Adapter"),
}


@pytest.mark.parametrize(("change", "what"), SPOILED.values(), ids=SPOILED.keys())
def test_an_adapter_that_does_not_fit_is_refused_by_name(
    change: Callable[[dict[str, torch.Tensor]], object],
    what: str,
    tiny_sdxl_folder: Path,
    tiny_components: Components,
    tmp_path: Path,
) -> None:
    file = write_ip_adapter(tmp_path, tiny_components.unet)
    spoil(file, change)
    with pytest.raises(ModelError, match=what):
        load(replace(resolve(str(tiny_sdxl_folder)), added=AddedFiles(ip_adapter=file)), device="cpu")


def test_the_digest_of_a_model_counts_its_adapter(
    tiny_sdxl_folder: Path, tiny_components: Components, tmp_path: Path
) -> None:
    file, models = write_ip_adapter(tmp_path, tiny_components.unet), Models()
    model = str(tiny_sdxl_folder)
    alone, added = (models.model(model, Path(), each) for each in (AddedFiles(), AddedFiles(file)))
    assert alone[1] != added[1]
    assert not models.is_outdated()
    encoder = tmp_path / "image_encoder" / "config.json"
    encoder.write_text(json.dumps({**json.loads(encoder.read_text()), "layer_norm_eps": 1e-4}))
    assert models.is_outdated()
    assert Models().model(model, Path(), AddedFiles(file))[1] != added[1]
    with pytest.raises(ModelError, match="changed while it was read"):
        load(added[0], device="cpu")
    encoder.unlink()
    with pytest.raises(ModelError, match="no image encoder beside the IP-Adapter"):
        Models().model(model, Path(), AddedFiles(file))
    with pytest.raises(ModelError, match=r"pickle"):
        Models().model(model, Path(), AddedFiles(file.with_suffix(".bin")))


def test_a_game_names_an_adapter_and_a_picture_in_its_project(
    tiny_sdxl_folder: Path, tiny_components: Components, tmp_path: Path
) -> None:
    shutil.copytree(tiny_sdxl_folder, tmp_path / "model")
    write_ip_adapter(tmp_path / "adapters", tiny_components.unet)
    (tmp_path / "mood.png").write_bytes(picture(1).content)
    (tmp_path / "tilebake.toml").write_text('model = "model"\nreference = "mood.png"\n', encoding="utf-8")
    source = tmp_path / "map.json"
    content = {
        "tilebake": 1,
        "tile_size": 16,
        "terrains": {"g": "grass"},
        "legend": {"g": "g"},
        "rows": ["gg"],
    }
    source.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(MapError, match="takes an IP-Adapter"):
        bake_map(source)
    adapter = {"ip_adapter": str(tmp_path / "adapters" / "ip-adapter.safetensors")}
    typed = bake_map(source, settings=adapter)
    named = {**content, "settings": {"ip_adapter": "adapters/ip-adapter.safetensors"}}
    source.write_text(json.dumps(named), encoding="utf-8")
    written = bake_map(source)
    assert written.digest == typed.digest
    np.testing.assert_array_equal(written.image, typed.image)
    source.write_text(
        json.dumps({**content, "reference": {"path": "mood.png", "weight": 0}}), encoding="utf-8"
    )
    assert np.abs(bake_map(source, settings=adapter).image.astype(int) - typed.image).max() > 3
