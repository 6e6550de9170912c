"""Paintings that begin from art, and that are fitted to what is kept."""

import io
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
import torch
from PIL import Image

from tests.paint.test_pipeline import Pixels, ask, bake, level
from tilebake.level.art.own_picture import OwnPicture
from tilebake.level.canvas import canvas_of, map_box
from tilebake.level.edit.edit import Edit, Refine, Rewrite
from tilebake.level.settings import SCHEDULERS
from tilebake.level.torus.wrap import NO_WRAP, WrapAxes
from tilebake.paint.art.encode_picture import encode_picture, normalise
from tilebake.paint.art.lay_on_canvas import fill_holes, lay_on_canvas, lay_over_painting
from tilebake.paint.control.kept_source.store import SourceStore
from tilebake.paint.decode import decode_once, denormalise
from tilebake.paint.denoise import Denoiser
from tilebake.paint.model.load import Components
from tilebake.paint.noise import coordinate_noise
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.schedulers import first_step_within, make_scheduler, start

ROWS = ("ggww", "gwww", "ggww", "gggg")
SIDE = 64  # of their picture, and of their canvas


def own(pixels: Pixels) -> OwnPicture:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="PNG")
    height, width = pixels.shape[:2]
    return OwnPicture(width, height, "digest", not pixels[..., 3].any(), file.getvalue())


def opaque(colours: Pixels) -> Pixels:
    return np.dstack([colours, np.full(colours.shape[:2], 255, np.uint8)])


def noisy(seed: int = 0) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (SIDE, SIDE, 3), np.uint8)


def disc() -> np.ndarray:
    y, x = np.mgrid[:SIDE, :SIDE]
    return (y - 30) ** 2 + (x - 26) ** 2 < 20**2


def kept() -> Pixels:
    picture = opaque(noisy())
    picture[~disc()] = 0
    return picture


@pytest.mark.parametrize("steps", [1, 4, 10, 30])
@pytest.mark.parametrize("strength", [0.0, 0.05, 0.5, 0.6, 1.0])
@pytest.mark.parametrize("spacing", ["leading", "trailing"])
def test_even_steps_begin_where_img2img_begins(
    tiny_components: Components, steps: int, strength: float, spacing: str
) -> None:
    scheduler = make_scheduler("euler", tiny_components.scheduler_config, spacing)
    theirs = min(int(steps * strength), steps)  # StableDiffusionXLImg2ImgPipeline.get_timesteps
    more = steps - first_step_within(scheduler, steps, strength) - max(theirs, 1)
    assert more in ((0,) if spacing == "trailing" else (0, 1)), "leading steps end before all of the noise"


def test_uneven_steps_begin_at_the_same_noise(tiny_components: Components) -> None:
    scheduler = make_scheduler("dpmpp_2m_karras", tiny_components.scheduler_config)
    first = first_step_within(scheduler, 10, 0.6)
    timesteps = start(scheduler, 10)
    assert timesteps[first] <= 600 < timesteps[first - 1]


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_a_painting_begins_from_its_art_under_the_worlds_noise(
    scheduler: str, tiny_components: Components, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[torch.Tensor] = []
    make = Denoiser.__init__

    def note(self: Denoiser, *given: object, **named: object) -> None:
        make(self, *given, **named)  # pyright: ignore[reportArgumentType]
        begun.append(self.latents)

    monkeypatch.setattr(Denoiser, "__init__", note)
    tilemap = level(*ROWS, art=own(opaque(noisy())))
    request = ask(tilemap, scheduler=scheduler, steps=10, init_strength=0.6)
    steps: list[int] = []
    texture = Pipeline(tiny_components).bake(request, lambda step: steps.append(step.step))
    scene = Pipeline(tiny_components).scene(request)
    theirs = scene.sampling.make_scheduler(tiny_components.scheduler_config)
    first = first_step_within(theirs, 10, 0.6)
    assert steps == [*range(first + 1, 11)]
    assert texture.share == (10 - first) / 10
    theirs = scene.sampling.make_scheduler(tiny_components.scheduler_config)
    theirs.set_timesteps(10, device="cpu")
    vae = tiny_components.vae
    picture = torch.from_numpy(noisy().astype(np.float32) / 127.5 - 1).permute(2, 0, 1)[None]
    with torch.no_grad():
        clean = cast("Any", vae).encode(picture).latent_dist.mode() * vae.config["scaling_factor"]
    noise = torch.from_numpy(coordinate_noise(5, 0, 0, 8, 8, clean.shape[1]))[None]
    expected = theirs.add_noise(clean, noise, theirs.timesteps[first : first + 1])
    torch.testing.assert_close(begun[0], expected, rtol=1e-4, atol=1e-4)


def test_less_noise_leaves_more_of_the_art(tiny_components: Components) -> None:
    art = own(opaque(np.full((SIDE, SIDE, 3), (200, 60, 20), np.uint8)))
    begin = Pipeline(tiny_components).scene(ask(level(*ROWS, art=art), init_strength=0.5)).begin
    assert begin is not None
    clean = begin(tiny_components).clean
    assert clean is not None
    wanted = 255 * (decode_once(tiny_components.vae, clean) / 2 + 0.5)
    little, much = (
        np.abs(bake(tiny_components, level(*ROWS, art=art), steps=10, init_strength=strength) - wanted).mean()
        for strength in (0.1, 0.9)
    )
    assert little < much


@pytest.mark.parametrize(
    "settings", [{}, {"init_strength": 0.5}, {"transparent": False}, {"palette": ["#102030"]}]
)
def test_no_pixel_changes_that_is_kept(tiny_components: Components, settings: dict[str, Any]) -> None:
    rows = (*ROWS[:3], "gg..")
    tilemap = level(*rows, art=own(opaque(noisy(1))), keep=own(kept()))
    image = bake(tiny_components, tilemap, **settings)
    np.testing.assert_array_equal(image[disc()], kept()[disc()][:, : image.shape[2]])


def test_what_is_painted_around_is_fitted_to_what_is_kept(tiny_components: Components) -> None:
    plain = bake(tiny_components, level(*ROWS)).astype(int)
    around = bake(tiny_components, level(*ROWS, keep=own(kept()))).astype(int)
    assert np.abs(plain - around)[~disc()].max() > 3


def test_an_edit_begins_from_the_art_too_and_keeps_what_is_kept(tiny_components: Components) -> None:
    tilemap = level(*ROWS, art=own(opaque(noisy(1))), keep=own(kept()))
    request = ask(tilemap, steps=4, init_strength=0.5)
    plain = Pipeline(tiny_components).bake(request, lambda _: None).image
    edit = Edit({"g": Rewrite("snow", Refine(0.5))})
    edited = replace(request, tilemap=replace(tilemap, edit=edit))
    steps: list[int] = []
    pipeline = Pipeline(tiny_components, sources=SourceStore())
    image = pipeline.bake(edited, lambda step: steps.append(step.step)).image
    again = pipeline.bake(edited, lambda _: None).image
    np.testing.assert_array_equal(again, image)
    assert 0 < len(steps) < 4
    np.testing.assert_array_equal(image[disc()], kept()[disc()][:, :3])
    assert (image != plain).any()


def test_flat_art_of_any_scale_is_flat_on_the_canvas() -> None:
    request = ask(level(*ROWS), pixels_per_tile=20)
    canvas = canvas_of(request.tilemap, request.settings)
    tiles = np.arange(16, dtype=np.uint8).reshape(4, 4) * 16
    art = opaque(np.dstack([tiles] * 3))
    laid = lay_on_canvas(art, map_box(request.tilemap, canvas), (canvas.width, canvas.height), NO_WRAP)
    inside = laid[:80, :80]
    np.testing.assert_array_equal(inside, art.repeat(20, axis=0).repeat(20, axis=1))
    assert laid.shape == (canvas.height, canvas.width, 4)


def test_art_goes_on_at_the_other_side_where_the_map_wraps() -> None:
    art = opaque(noisy())
    laid = lay_on_canvas(art, (4.0, 0.0, 68.0, 64.0), (64, 64), WrapAxes(True, False))
    np.testing.assert_array_equal(laid, np.roll(art, 4, axis=1))


def test_holes_take_the_colour_beside_them() -> None:
    picture = opaque(np.zeros((16, 32, 3), np.uint8))
    picture[:, :16, 0], picture[:, 16:, 2] = 200, 200
    picture[4:8, 2:6] = 0
    filled = fill_holes(picture)
    np.testing.assert_allclose(filled[4:8, 2:6] * 255, np.full((4, 4, 3), (200, 0, 0)), atol=1)


def test_half_opaque_pixels_are_mixed_and_transparent_ones_left() -> None:
    upper = np.array([[[100, 0, 0, 0], [100, 0, 0, 128], [100, 0, 0, 255]]], np.uint8)
    lower = np.array([[[0, 50, 0], [0, 50, 0], [0, 50, 0]]], np.uint8)
    assert lay_over_painting(upper, lower).tolist() == [[[0, 50, 0], [50, 25, 0], [100, 0, 0]]]
    holes = np.dstack([lower, np.zeros((1, 3), np.uint8)])
    assert lay_over_painting(upper, holes).tolist() == [[[0, 50, 0, 0], [100, 0, 0, 128], [100, 0, 0, 255]]]


def test_a_picture_in_art_pixels_is_kept_in_blocks() -> None:
    small = opaque(noisy()[:4, :4])
    laid = lay_over_painting(small, np.zeros((16, 16, 3), np.uint8))
    np.testing.assert_array_equal(laid, small[..., :3].repeat(4, axis=0).repeat(4, axis=1))


def test_normalising_undoes_denormalising(tiny_components: Components) -> None:
    latents = torch.randn(1, 4, 2, 2, generator=torch.Generator().manual_seed(0))
    vae = tiny_components.vae
    torch.testing.assert_close(normalise(vae, denormalise(vae, latents)), latents)


def test_art_is_encoded_the_same_each_time(tiny_components: Components) -> None:
    picture = np.asarray(noisy() / 255, np.float32)
    first = encode_picture(tiny_components, picture)
    assert torch.equal(first, encode_picture(tiny_components, picture))
