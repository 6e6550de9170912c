"""A request in, a texture out."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tilebake.errors import BakeError
from tilebake.level.canvas import canvas_for
from tilebake.level.decide import decide
from tilebake.level.settings import BakeSettings, SettingsOverride
from tilebake.level.tilemap import Bounds, Centres, Terrain, Tile, TileMap, Tiles
from tilebake.paint import pipeline as pipeline_module
from tilebake.paint.model.load import Components, models
from tilebake.paint.noise import coordinate_noise
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.prompts.embeds import Conditioning
from tilebake.paint.prompts.encode import condition
from tilebake.request import BakeRequest, Step
from tilebake.texture import pixel_hash

Stock = Callable[[Components, str], Any]
Pixels = NDArray[np.uint8]
TERRAINS = {"g": "lush green grass", "w": "deep blue water", "s": "snow"}
BASE = "painted top down game map"
QUICK = BakeSettings(pixels_per_tile=16, steps=2, guidance_scale=4.0, scheduler="euler")


def ignore(_: Step) -> None:
    """For a caller who need not know how far it is."""


def level(
    *rows: str, tile_size: tuple[int, int] = (16, 16), prompts: dict[str, str] | None = None, **changes: Any
) -> TileMap:
    """A square map drawn in characters: a terrain's letter, or "." for no tile."""
    width, height = tile_size
    cells = {(x, y): name for y, row in enumerate(rows) for x, name in enumerate(row)}
    centre = {(x, y): ((x + 0.5) * width, (y + 0.5) * height) for x, y in cells}
    tilemap = TileMap(
        name="test",
        path=None,
        grid="square",
        tile_size=tile_size,
        terrains=tuple(
            Terrain(name, (prompts or TERRAINS)[name]) for name in sorted(set("".join(rows)) - {"."})
        ),
        tiles=Tiles.of(Tile(*at, name, *centre[at]) for at, name in cells.items() if name != "."),
        empty=Centres.of(centre[at] for at, name in cells.items() if name == "."),
        bounds=Bounds(0, 0, len(rows[0]) * width, len(rows) * height),
        base_prompt=BASE,
        negative_prompt="",
        seed=0,
        settings=SettingsOverride(),
        model=None,
        loras=None,
    )
    return replace(tilemap, **changes)


def ask(tilemap: TileMap, seed: int = 5, **settings: object) -> BakeRequest:
    given = BakeSettings.model_validate({**QUICK.model_dump(), **settings})
    chosen = decide(tilemap, given).settings
    return BakeRequest(tilemap, chosen, model="tiny", model_digest="0" * 64, seed=seed)


def bake(components: Components, tilemap: TileMap, seed: int = 5, **settings: object) -> Pixels:
    return Pipeline(components).bake(ask(tilemap, seed, **settings), ignore).image


@pytest.mark.parametrize("scheduler", ["euler", "euler_a", "dpmpp_2m", "ddim"])
def test_one_region_whose_prompt_is_the_base_prompt_gives_the_stock_picture(
    scheduler: str, components: Components, stock: Stock
) -> None:
    tilemap = level("gggggg", "gggggg", "gggggg", "gggggg", prompts={"g": BASE})
    canvas = canvas_for(tilemap, 16)
    height, width = canvas.latent_size
    channels = components.unet.config["in_channels"]
    noise = coordinate_noise(5, canvas.origin_x, canvas.origin_y, width, height, channels)
    theirs = stock(components, scheduler)(
        BASE,
        width=canvas.width,
        height=canvas.height,
        latents=torch.from_numpy(noise)[None],
        num_inference_steps=4,
        guidance_scale=4.0,
        generator=torch.Generator("cpu").manual_seed(5),
        output_type="np",
    ).images[0]
    ours = bake(components, tilemap, scheduler=scheduler, steps=4)
    np.testing.assert_allclose(ours / 255, theirs, rtol=0, atol=1 / 255 + 1e-6)
    assert ours.std() > 2, "an even picture would prove nothing"


def test_swapping_two_terrains_prompts_is_swapping_their_tiles(tiny_components: Components) -> None:
    swapped = {"g": TERRAINS["w"], "w": TERRAINS["g"]}
    prompts = bake(tiny_components, level("ggww", "gwww", "ggww", prompts=swapped))
    tiles = bake(tiny_components, level("wwgg", "wggg", "wwgg"))
    neither = bake(tiny_components, level("ggww", "gwww", "ggww"))
    np.testing.assert_allclose(prompts.astype(int), tiles.astype(int), rtol=0, atol=1)
    assert np.abs(prompts.astype(int) - neither.astype(int)).max() > 3


def test_the_unet_has_its_own_processors_again_after_a_bake(tiny_components: Components) -> None:
    before = dict(tiny_components.unet.attn_processors)
    bake(tiny_components, level("gw"))
    after = tiny_components.unet.attn_processors
    assert all(after[name] is processor for name, processor in before.items())


def test_the_unet_has_its_own_processors_again_after_a_bake_that_was_cancelled(
    tiny_components: Components,
) -> None:
    before = dict(tiny_components.unet.attn_processors)

    def cancel(step: Step) -> None:
        raise KeyboardInterrupt(step)

    with pytest.raises(KeyboardInterrupt) as caught:
        Pipeline(tiny_components).bake(ask(level("gw")), cancel)
    assert caught.value.args[0][:2] == (1, 2)
    after = tiny_components.unet.attn_processors
    assert all(after[name] is processor for name, processor in before.items())
    assert bake(tiny_components, level("gw")).any()


def test_the_same_request_gives_the_same_pixels(tiny_components: Components) -> None:
    pipeline, request = Pipeline(tiny_components), ask(level("gws", "swg"), scheduler="euler_a")
    first = pipeline.bake(request, ignore)
    pipeline.bake(ask(level("ww"), seed=9), ignore)
    torch.rand(3)
    second = pipeline.bake(request, ignore)
    np.testing.assert_array_equal(first.image, second.image)
    assert first.pixel_hash == second.pixel_hash == pixel_hash(first.image)
    assert first.digest == request.digest()


def test_the_seed_changes_the_picture(tiny_components: Components) -> None:
    one, other = (bake(tiny_components, level("gw"), seed=seed) for seed in (1, 2))
    assert not np.array_equal(one, other)


def test_a_texture_tells_how_it_was_made(tiny_components: Components) -> None:
    texture = Pipeline(tiny_components).bake(ask(level("g")), ignore)
    assert texture.timings.keys() == {"load", "encode", "denoise", "decode"}
    assert texture.environment["device"] == "cpu"
    assert texture.environment["dtype"] == "float32"
    assert texture.degraded == ()


@pytest.mark.parametrize(
    ("columns", "rows", "tile_size", "pixels_per_tile"),
    [
        (5, 3, (16, 16), 8),  # one latent pixel a tile, odd both ways
        (3, 7, (16, 16), 24),  # three latent pixels a tile
        (4, 3, (10, 7), 20),  # tiles that are not square, on no latent lattice
        (1, 1, (16, 16), 8),  # a single latent pixel
        (7, 5, (3, 3), 4),  # half a latent pixel a tile
    ],
)
@pytest.mark.parametrize("resample", ["lanczos", "area", "nearest"])
def test_a_texture_has_the_maps_own_size_whatever_the_canvas(
    columns: int,
    rows: int,
    tile_size: tuple[int, int],
    pixels_per_tile: int,
    resample: str,
    tiny_components: Components,
) -> None:
    pattern = ["gw" * columns, "wg" * columns] * rows
    tilemap = level(*(row[:columns] for row in pattern[:rows]), tile_size=tile_size)
    image = bake(tiny_components, tilemap, pixels_per_tile=pixels_per_tile, resample=resample, steps=1)
    assert image.shape == (rows * tile_size[1], columns * tile_size[0], 3)
    assert image.dtype == np.uint8


def test_a_map_without_a_tile_is_painted_by_its_base_prompt(tiny_components: Components) -> None:
    empty = bake(tiny_components, level("....", "...."))
    based = bake(tiny_components, level("gggg", "gggg", prompts={"g": BASE}))
    np.testing.assert_allclose(empty.astype(int), based.astype(int), rtol=0, atol=1)


def test_where_there_is_no_tile_it_is_transparent(tiny_components: Components) -> None:
    tilemap = level("gggg....", "gggg....", "gggg....", "gggg....")
    image = bake(tiny_components, tilemap, mask_sigma=0.5)
    assert image.shape == (64, 128, 4)
    alpha = image[..., 3].astype(int)
    assert (alpha[:, :48] == 255).all()
    assert (alpha[:, 80:] == 0).all()
    assert (np.diff(alpha, axis=1) <= 0).all()
    assert len(np.unique(alpha)) > 8, "the edge is feathered"
    inside = alpha == 255
    opaque = bake(tiny_components, tilemap, mask_sigma=0.5, transparent=False)
    assert opaque.shape == (64, 128, 3)
    np.testing.assert_array_equal(image[..., :3][inside], opaque[inside])


def test_hard_pixels_have_hard_edges(tiny_components: Components) -> None:
    image = bake(tiny_components, level("gg..", "gg.."), resample="nearest")
    assert set(np.unique(image[..., 3])) == {0, 255}


@pytest.mark.parametrize(("tile_size", "block"), [(16, 1), (64, 4), (48, 3), (8, 1), (24, 2)])
def test_pixel_art_has_blocks_of_whole_pixels(
    tiny_components: Components, tile_size: int, block: int
) -> None:
    tilemap = level("gw..", tile_size=(tile_size, tile_size))
    image = bake(tiny_components, tilemap, art_pixels_per_tile=16, resample="area", transparent=True)
    assert image.shape == (tile_size, 4 * tile_size, 4)
    blocks = image.reshape(tile_size // block, block, 4 * tile_size // block, block, 4)
    np.testing.assert_array_equal(blocks, np.broadcast_to(blocks[:, :1, :, :1], blocks.shape))
    assert set(np.unique(image[..., 3])) <= {0, 255}


def test_a_picture_may_keep_its_painted_resolution(tiny_components: Components) -> None:
    tilemap = level("gw.", "wgg", tile_size=(10, 10))
    image = bake(tiny_components, tilemap, pixels_per_tile=24, keep_resolution=True)
    assert image.shape == (2 * 24, 3 * 24, 4)
    art = bake(tiny_components, tilemap, pixels_per_tile=24, keep_resolution=True, art_pixels_per_tile=6)
    blocks = art[::4, ::4]
    np.testing.assert_array_equal(art, blocks.repeat(4, axis=0).repeat(4, axis=1))


def test_a_palette_leaves_its_own_colours_alone(tiny_components: Components) -> None:
    palette = ("#101020", "#808080", "#f0e0d0", "#30a040")
    image = bake(tiny_components, level("gw", "wg"), palette=palette, resample="nearest")
    colours = {tuple(colour) for colour in np.unique(image.reshape(-1, 3), axis=0).tolist()}
    assert colours <= {tuple(bytes.fromhex(colour[1:])) for colour in palette}


def test_without_guidance_the_negative_prompt_counts_for_nothing(tiny_components: Components) -> None:
    tilemap = level("gw")
    with_negative = replace(tilemap, negative_prompt="blurry photo")
    plain, negated = (bake(tiny_components, each, guidance_scale=1.0) for each in (tilemap, with_negative))
    np.testing.assert_array_equal(plain, negated)
    plain, negated = (bake(tiny_components, each, guidance_scale=4.0) for each in (tilemap, with_negative))
    assert not np.array_equal(plain, negated)


def test_a_decoder_out_of_memory_decodes_in_tiles_and_says_so(
    tiny_components: Components, monkeypatch: pytest.MonkeyPatch
) -> None:
    vae = tiny_components.vae
    decode = vae.decode
    tried: list[bool] = []

    def full_at_first(*latents: Any, **options: Any) -> Any:
        tried.append(vae.use_tiling)
        if not vae.use_tiling:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return decode(*latents, **options)

    whole = bake(tiny_components, level("gw"))
    monkeypatch.setattr(vae, "decode", full_at_first)
    texture = Pipeline(tiny_components).bake(ask(level("gw")), ignore)
    assert tried == [False, True]
    assert texture.degraded == ("decoded in tiles",)
    assert not vae.use_tiling
    np.testing.assert_array_equal(texture.image, whole)  # one tile holds all of it


def test_a_pair_that_does_not_fit_into_memory_is_passed_in_turn(tiny_components: Components) -> None:
    def full_for_a_pair(_: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        if len(inputs[0]) > 1:
            raise torch.OutOfMemoryError("CUDA out of memory")

    at_once = bake(tiny_components, level("gw"))
    hook = tiny_components.unet.register_forward_pre_hook(full_for_a_pair)
    texture = Pipeline(tiny_components).bake(ask(level("gw")), ignore)
    hook.remove()
    assert texture.degraded == ("guidance in two passes",)
    np.testing.assert_allclose(texture.image.astype(int), at_once.astype(int), atol=1)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (float("nan"), "not numbers"),
        (-5.0, "black all over"),
        (-0.999, "black all over"),
        (-0.98, "black all over"),
    ],
    ids=["NaN", "black", "black once it is rounded", "nearly black"],
)
def test_a_broken_picture_is_never_published(
    value: float, message: str, tiny_components: Components, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_latents: object, **_options: object) -> tuple[torch.Tensor]:
        return (torch.full((1, 3, 16, 32), value),)

    monkeypatch.setattr(tiny_components.vae, "decode", broken)
    with pytest.raises(BakeError, match=message):
        bake(tiny_components, level("gw"))


def test_nan_in_the_latents_is_refused_before_they_are_decoded(
    tiny_components: Components, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(sample: torch.Tensor, *_: object, **_options: object) -> tuple[torch.Tensor]:
        return (sample * float("nan"),)

    monkeypatch.setattr(tiny_components.unet, "forward", broken)
    with pytest.raises(BakeError, match="latents are not numbers"):
        bake(tiny_components, level("gw"))


def test_a_vae_that_overflows_in_half_precision_decodes_again_in_float32_and_says_so(
    tiny_components: Components, monkeypatch: pytest.MonkeyPatch
) -> None:
    vae_class: Any = type(tiny_components.vae)
    vae = vae_class.from_config({**tiny_components.vae.config, "force_upcast": False})
    vae.load_state_dict(tiny_components.vae.state_dict())
    decode = vae.decode

    def overflow(latents: torch.Tensor, **options: Any) -> Any:
        image = decode(latents, **options)[0]
        return (image if latents.dtype == torch.float32 else image * float("inf"),)

    monkeypatch.setattr(vae, "decode", overflow)
    components = replace(tiny_components, vae=torch.nn.Module.to(vae, torch.bfloat16))
    texture = Pipeline(components).bake(ask(level("gw")), ignore)
    assert texture.degraded == ("VAE decoded again in float32",)
    assert vae.dtype == torch.bfloat16


def test_a_device_with_no_memory_at_all_leaves_the_painting_to_the_cpu_and_says_so(
    tiny_components: Components, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_but_on_the_cpu(components: Components, tilemap: TileMap) -> Conditioning:
        if components.device.type != "cpu":
            raise torch.OutOfMemoryError("CUDA out of memory")
        return condition(components, tilemap)

    def moves(module: torch.nn.Module, device: object) -> torch.nn.Module:
        assert str(device) == "meta"
        return module  # there is no other device here to go back to

    expected = bake(tiny_components, level("gw"))
    elsewhere = replace(tiny_components, device=torch.device("meta"), dtype=torch.float16)
    monkeypatch.setattr(pipeline_module, "condition_map", full_but_on_the_cpu)
    for model in models(elsewhere):
        monkeypatch.setattr(model, "to", partial(moves, model))
    texture = Pipeline(elsewhere).bake(ask(level("gw")), ignore)
    assert texture.degraded == ("painted on the CPU",)
    assert (texture.environment["device"], texture.environment["dtype"]) == ("cpu", "float32")
    np.testing.assert_array_equal(texture.image, expected)


def test_memory_that_runs_out_on_the_cpu_too_is_an_error_with_a_hint(
    tiny_components: Components, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> Conditioning:
        raise MemoryError

    monkeypatch.setattr(pipeline_module, "condition_map", full)
    with pytest.raises(BakeError, match="not enough memory to read the prompts"):
        bake(tiny_components, level("gw"))


def test_a_picture_too_large_to_be_made_at_once_is_refused(tiny_components: Components) -> None:
    vast = replace(level("gw"), tile_size=(20_000, 20_000), bounds=Bounds(0, 0, 40_000, 20_000))
    with pytest.raises(BakeError, match="40,000 by 20,000 pixels; at most 268,435,456 can be made at once"):
        Pipeline(tiny_components).bake(replace(ask(level("gw")), tilemap=vast), ignore)
