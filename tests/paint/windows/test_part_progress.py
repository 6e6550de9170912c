"""A world shows how far it is: its windows' steps as its own, and a small picture that grows."""

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from accelerate import cpu_offload
from numpy.typing import NDArray

from tests.paint.test_pipeline import ask, level
from tilebake.errors import BakeError
from tilebake.level.tilemap import TileMap
from tilebake.level.windows.lattice import Extent, Lattice, Window
from tilebake.models.reference import resolve
from tilebake.paint import scene as scene_module
from tilebake.paint.model.load import STREAMED, Components, load, models
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.scene import TWO_PASSES
from tilebake.paint.windows import window_painter
from tilebake.paint.windows.mosaic import MOST_CELLS, Mosaic
from tilebake.paint.windows.store import Latents, MemoryStore
from tilebake.request import BakeRequest, Step
from tilebake.texture import Texture

Pixels = NDArray[np.uint8]


class StopError(Exception):
    """Somebody does not want the picture any more."""


def world(columns: int = 36, rows: int = 24) -> TileMap:
    """A map of random blocks of six tiles, at 16 canvas pixels a tile 72 by 48 latents large."""
    chance = random.Random(1)
    lines = ["".join(chance.choice("gws") * 6 for _ in range(columns // 6)) for _ in range(rows // 6)]
    return level(*[line for line in lines for _ in range(6)])


def request(rounds: int = 1, **settings: Any) -> BakeRequest:
    quick: dict[str, Any] = {"windows": "always", "window": 256, "mask_sigma": 1.0, "transparent": False}
    return ask(world(), **{**quick, "rounds": rounds, **settings})


def bake(
    components: Components,
    asked: BakeRequest,
    store: MemoryStore,
    until: int | None = None,
    *,
    looks_from: int = 0,
) -> tuple[Texture | None, list[Step], list[Pixels]]:
    """A bake that is stopped at a step, if it is; its steps, and its progress images from a step on."""
    steps: list[Step] = []
    images: list[Pixels] = []

    def on_step(step: Step) -> None:
        assert step.progress_image is not None
        steps.append(step)
        if step.step >= looks_from:
            images.append(step.progress_image())
        if step.step == until:
            raise StopError

    try:
        return Pipeline(components, store).bake(asked, on_step), steps, images
    except StopError:
        return None, steps, images


def covered(image: Pixels) -> float:
    return float((image[..., 3] == 255).mean())


@pytest.mark.parametrize("rounds", [1, 2])
def test_steps_are_counted_over_all_windows(rounds: int, tiny_components: Components) -> None:
    texture, steps, _ = bake(tiny_components, request(rounds, steps=3), MemoryStore())
    windows = 3 * 2
    assert [(step.step, step.steps) for step in steps] == [
        (at, 3 * windows) for at in range(1, 3 * windows + 1)
    ]
    assert texture is not None
    assert texture.share == 1.0


@pytest.mark.parametrize("rounds", [1, 2])
def test_what_is_stopped_goes_on_with_what_is_missing(rounds: int, tiny_components: Components) -> None:
    store, asked = MemoryStore(), request(rounds)
    undisturbed, _, _ = bake(tiny_components, asked, MemoryStore())
    none, taken, _ = bake(tiny_components, asked, store, until=5)
    assert none is None
    texture, steps, _ = bake(tiny_components, asked, store)
    assert undisturbed is not None
    assert texture is not None
    assert texture.pixel_hash == undisturbed.pixel_hash
    span = 2 // rounds  # steps of a window in a round
    finished = 4 // span  # windows: it is stopped in the fifth step
    assert steps[0].steps == taken[0].steps - finished * span
    assert texture.share == pytest.approx(steps[0].steps / taken[0].steps)
    again, none_left, _ = bake(tiny_components, asked, store)
    assert again is not None
    assert (again.pixel_hash, again.share, none_left) == (undisturbed.pixel_hash, 0.0, [])


def test_the_image_shows_the_whole_part_and_grows(tiny_components: Components) -> None:
    _, _, images = bake(tiny_components, request(), MemoryStore())
    height, width = 8 * 24, 8 * 36  # cells of two latents
    assert {image.shape for image in images} == {(height, width, 4)}
    shares = [covered(image) for image in images]
    assert shares[0] == pytest.approx(32 * 32 / (72 * 48)), "the window at hand alone"
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert images[0][:, -1, 3].max() == 0, "nothing is painted there"


def test_a_bake_that_goes_on_shows_what_was_there(tiny_components: Components) -> None:
    store, asked = MemoryStore(), request()
    _, _, before = bake(tiny_components, asked, store, until=7)
    _, _, after = bake(tiny_components, asked, store)
    assert covered(after[0]) == covered(before[-1]) > 0.6
    same = (before[-1][..., 3] == 255) & (np.arange(36 * 8) < 200)  # away from the window at hand
    np.testing.assert_allclose(after[0][same].astype(int), before[-1][same], rtol=0, atol=2)


def test_the_image_is_the_picture_averaged(embedded_components: Components) -> None:
    last_step = 4 * 3 * 2
    texture, _, images = bake(embedded_components, request(steps=4), MemoryStore(), looks_from=last_step)
    assert texture is not None
    height, width = texture.image.shape[:2]
    last = images[-1][: height // 2 * 2, : width // 2 * 2, :3].astype(float)
    scale = last.shape[0] // 24, last.shape[1] // 36
    mine = last.reshape(24, scale[0], 36, scale[1], 3).mean(axis=(1, 3))
    theirs = texture.image.astype(float).reshape(24, height // 24, 36, width // 36, 3).mean(axis=(1, 3))
    assert np.corrcoef(mine.ravel(), theirs.ravel())[0, 1] > 0.9


def test_nobody_looking_changes_and_costs_nothing(
    tiny_components: Components, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, _, _ = bake(tiny_components, request(2), MemoryStore())

    def refuse(*_: object) -> None:
        raise AssertionError("nobody asked for it")

    monkeypatch.setattr(Mosaic, "put", refuse)
    texture = Pipeline(tiny_components).bake(request(2), lambda _: None)
    assert looked is not None
    assert texture.pixel_hash == looked.pixel_hash


def blend_plainly(lattice: Lattice, part: Extent, cell: int, kept: dict[Window, Latents]) -> Latents:
    """The weighted mean over each cell, pixel by pixel; NaN where nothing is."""
    height, width = part.size
    total = np.zeros((3, -(-height // cell), -(-width // cell)))
    for window, latents in kept.items():
        extent = lattice.extent(window)
        for y in range(max(extent.top, part.top), min(extent.bottom, part.bottom)):
            for x in range(max(extent.left, part.left), min(extent.right, part.right)):
                weight = lattice.kernel[y - extent.top, x - extent.left]
                values = [*(weight * latents[:, y - extent.top, x - extent.left]), weight]
                total[:, (y - part.top) // cell, (x - part.left) // cell] += values
    with np.errstate(invalid="ignore"):
        return total[:-1] / total[-1]


@pytest.mark.parametrize("side", [20, 100, 333])
def test_a_mosaic_is_the_weighted_mean_over_cells(side: int) -> None:
    random = np.random.default_rng(side)
    part = Extent(-7, 5, -7 + side, 5 + side * 2 // 3)
    lattice = Lattice(32, Extent(-40, -40, 400, 400))
    mosaic, kept = Mosaic(lattice, part), dict[Window, Latents]()
    for window in lattice.windows(part):
        if random.random() < 0.7:
            mosaic.put(window, random.standard_normal((2, 32, 32), np.float32))
            kept[window] = random.standard_normal((2, 32, 32), np.float32)
            mosaic.put(window, kept[window])
    latents, is_painted = mosaic.blend()
    expected = blend_plainly(lattice, part, -(-side // MOST_CELLS), kept)
    assert max(latents.shape[1:]) <= MOST_CELLS
    np.testing.assert_array_equal(is_painted, np.isfinite(expected[0]))
    np.testing.assert_allclose(latents, np.nan_to_num(expected), atol=1e-5)


def test_broken_latents_are_told_and_not_kept(
    tiny_components: Components, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, denoise = MemoryStore(), window_painter.denoise

    def spoil(*arguments: Any) -> torch.Tensor:
        return denoise(*arguments) * float("nan")

    with monkeypatch.context() as patched:
        patched.setattr(window_painter, "denoise", spoil)
        with pytest.raises(BakeError, match="not numbers"):
            Pipeline(tiny_components, store).bake(request(), lambda _: None)
    texture = Pipeline(tiny_components, store).bake(request(), lambda _: None)
    assert texture.share == 1.0


def test_windows_for_which_something_was_given_up_serve_only_who_gives_up_the_same(
    tiny_components: Components, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, store = request(2), MemoryStore()
    clean = Pipeline(tiny_components).bake(asked, lambda _: None)
    make = scene_module.Denoiser

    def too_large(*arguments: Any, **options: Any) -> Any:
        if not options["in_two_passes"]:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return make(*arguments, **options)

    steps: list[Step] = []
    with monkeypatch.context() as patched:
        patched.setattr(scene_module, "Denoiser", too_large)
        degraded = Pipeline(tiny_components, store).bake(asked, lambda _: None)
        assert degraded.degraded == (TWO_PASSES,)
        again = Pipeline(tiny_components, store).bake(asked, steps.append)
        assert len(steps) == 1, "one window is painted to find out"
        assert (again.degraded, again.pixel_hash) == (degraded.degraded, degraded.pixel_hash)
    texture = Pipeline(tiny_components, store).bake(asked, lambda _: None)
    assert (texture.degraded, texture.pixel_hash, texture.share) == ((), clean.pixel_hash, 1.0)


def test_streamed_weights_paint_the_same_world(tiny_sdxl_folder: Path) -> None:
    parts = load(resolve(str(tiny_sdxl_folder)), device="cpu", dtype="float32")
    before = Pipeline(parts).bake(request(), lambda _: None)
    for model in models(parts):
        cpu_offload(model, execution_device=torch.device("cpu"))
    streamed = replace(parts, degraded=(STREAMED,))
    for _ in range(2):
        texture = Pipeline(streamed).bake(request(), lambda _: None)
        assert texture.pixel_hash == before.pixel_hash
        assert texture.degraded == (STREAMED,)
