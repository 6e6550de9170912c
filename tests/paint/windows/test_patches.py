"""A patched painting is a function of two maps, and changes its surroundings alone."""

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tests.paint.windows.test_paint_world import CountingStore, paint, request, with_tile, world
from tilebake.level.tilemap import TileMap
from tilebake.level.windows import patches, picture_grid
from tilebake.level.windows.lattice import Extent
from tilebake.level.windows.part import SEAM, around_pieces
from tilebake.level.windows.patches import Patch, find_patches
from tilebake.level.windows.picture_grid import LEAST_REACH
from tilebake.paint.model.load import Components
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.windows import decode_pieces, picture_pieces
from tilebake.paint.windows.decode_pieces import attends
from tilebake.paint.windows.decoder.narrow_borders import field_of_view
from tilebake.paint.windows.patch_painter import PatchedWorld
from tilebake.paint.windows.store import KeptPictures, MemoryStore
from tilebake.request import BakeRequest, Step

FIELD = world(72, 48)


@pytest.fixture(autouse=True)
def small_patches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fit patches into 32 latent pixels, so that a small world has room for several."""
    monkeypatch.setattr(patches, "SMALLEST_SIDE", 32)
    monkeypatch.setattr(patches, "CONTEXT", 4)


@pytest.fixture(scope="module")
def painted_by_tiny(tiny_components: Components) -> CountingStore:
    """What painting FIELD keeps, with the tiny model."""
    return painted_field(tiny_components)


@pytest.fixture(scope="module")
def painted_by_embedded(embedded_components: Components) -> CountingStore:
    return painted_field(embedded_components)


def painted_field(components: Components) -> CountingStore:
    store = CountingStore()
    paint(components, request(FIELD), store)
    return store


def edited_at(tilemap: TileMap, x: int, y: int) -> TileMap:
    """The map with another terrain in one cell."""
    (name,) = (tile.terrain for tile in tilemap.tiles if (tile.x, tile.y) == (x, y))
    return with_tile(tilemap, x, y, {"g": "w", "w": "s", "s": "g"}[name])


def patched(
    components: Components,
    anchor: TileMap,
    tilemap: TileMap,
    store: MemoryStore | None = None,
    settings: Mapping[str, object] | None = None,
) -> NDArray[np.uint8]:
    asked = replace(request(tilemap, **(settings or {})), anchor=anchor)
    return paint(components, asked, store)


def patches_of(anchor: TileMap, asked: BakeRequest) -> tuple[Patch, ...]:
    found = find_patches(anchor, asked.tilemap, asked.settings)
    assert found is not None
    return found


@pytest.mark.parametrize("settings", [{}, {"rounds": 2, "steps": 3}, {"scheduler": "euler_a"}], ids=str)
def test_a_patch_changes_its_surroundings_alone(
    settings: dict[str, object], tiny_components: Components, painted_by_tiny: CountingStore
) -> None:
    change_surroundings_alone(settings, tiny_components, painted_by_tiny)


def test_a_patch_of_a_decoder_that_sees_less_changes_less(
    embedded_components: Components, painted_by_embedded: CountingStore
) -> None:
    change_surroundings_alone({}, embedded_components, painted_by_embedded)


def change_surroundings_alone(
    settings: dict[str, object], components: Components, painted: CountingStore
) -> None:
    """Paint a map and an edit of it, and compare them outside of what a patch may change."""
    edited, store = edited_at(FIELD, 36, 30), copy.deepcopy(painted)
    before = paint(components, request(FIELD, **settings), store)
    after = patched(components, FIELD, edited, store, settings)
    asked = request(edited, **settings)
    (patch,) = patches_of(FIELD, asked)
    seen = patch.new_extent.grow(field_of_view(components.vae) + LEAST_REACH)
    if attends(components.vae):  # then a piece is seen whole
        seen = around_pieces(seen, SEAM, 0)
    around = np.zeros(before.shape[:2], bool)
    around[max(0, 8 * seen.top) : 8 * seen.bottom, max(0, 8 * seen.left) : 8 * seen.right] = True
    assert np.array_equal(after[~around], before[~around])
    assert not np.array_equal(after[around], before[around])


def test_what_was_undone_is_the_old_picture(
    tiny_components: Components, painted_by_tiny: CountingStore
) -> None:
    assert patches_of(FIELD, request(FIELD)) == ()
    old = paint(tiny_components, request(FIELD), copy.deepcopy(painted_by_tiny))
    assert np.array_equal(patched(tiny_components, FIELD, FIELD), old)


def test_two_edits_are_one_picture_in_either_order(
    tiny_components: Components, painted_by_tiny: CountingStore
) -> None:
    one, two = edited_at(FIELD, 10, 12), edited_at(FIELD, 60, 36)
    both, again = edited_at(one, 60, 36), edited_at(two, 10, 12)
    assert both.tiles == again.tiles
    store = copy.deepcopy(painted_by_tiny)
    pictures = [patched(tiny_components, FIELD, each, store) for each in (one, both, two, again)]
    assert np.array_equal(pictures[1], pictures[3])
    alone = patched(tiny_components, FIELD, both)
    assert np.array_equal(pictures[1], alone)
    assert len(patches_of(FIELD, request(both))) == 2


@pytest.mark.parametrize("settings", [{}, {"transparent": True, "keep_resolution": False}], ids=str)
def test_a_patch_is_put_into_the_picture_before(
    settings: dict[str, object],
    embedded_components: Components,
    painted_by_embedded: CountingStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The reference keeps no picture, and makes every piece of each."""
    finished: list[NDArray[np.uint8]] = []
    finish = picture_pieces.finish

    def note(*parts: Any) -> NDArray[np.uint8]:
        finished.append(finish(*parts))
        return finished[-1]

    monkeypatch.setattr(picture_grid, "LARGEST_PIECE", 256)
    monkeypatch.setattr(picture_pieces, "finish", note)
    store, counts = copy.deepcopy(painted_by_embedded), list[int]()
    quick, reference = (Pipeline(embedded_components, store) for _ in range(2))
    reference.pictures = KeptPictures(most=0)
    for edited in (edited_at(FIELD, 10, 12), edited_at(FIELD, 60, 36), FIELD):
        asked = replace(request(edited, **settings), anchor=FIELD)
        image, other = (each.bake(asked, lambda _: None).image for each in (quick, reference))
        assert np.array_equal(image, other)
        counts.append(len(finished))
        finished.clear()
    whole = counts[2]
    assert whole > 8
    assert counts[0] > 2 * whole, "both pictures, and a few pieces"
    assert whole < counts[1] < 1.6 * whole


def test_only_the_patch_that_changed_is_painted(
    tiny_components: Components, painted_by_tiny: CountingStore
) -> None:
    one = edited_at(FIELD, 10, 12)
    both, store = edited_at(one, 60, 36), copy.deepcopy(painted_by_tiny)
    patched(tiny_components, FIELD, one, store)
    painted = len(store.painted)
    patched(tiny_components, FIELD, both, store)
    assert len(store.painted) == painted + 1


def test_steps_of_patches_are_told(tiny_components: Components, painted_by_tiny: CountingStore) -> None:
    edited = edited_at(FIELD, 36, 30)
    asked, steps = replace(request(edited), anchor=FIELD), list[Step]()
    Pipeline(tiny_components, copy.deepcopy(painted_by_tiny)).bake(asked, steps.append)
    assert [(step.step, step.steps) for step in steps] == [(1, 2), (2, 2)]


def test_a_map_that_changed_much_or_has_another_size_is_painted_anew() -> None:
    asked = request(FIELD)
    assert find_patches(world(72, 48, seed=2), FIELD, asked.settings) is None
    assert find_patches(world(72, 54), FIELD, asked.settings) is None


def test_a_patched_painting_has_a_digest_of_its_own() -> None:
    edited = edited_at(FIELD, 36, 30)
    asked = replace(request(edited), anchor=FIELD)
    assert asked.digest() not in (asked.clean.digest(), asked.anchor_request.digest())
    assert asked.clean.digest() == request(edited).digest()
    assert asked.anchor_request.digest() == request(FIELD).digest()


def unpatched(_world: PatchedWorld, _part: Extent) -> None:
    """Tell of no change, so that pieces are decoded whole."""


def test_a_patch_is_decoded_with_its_surroundings_alone(
    embedded_components: Components, painted_by_embedded: CountingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reference decodes whole pieces."""
    edited = edited_at(FIELD, 60, 36)
    decoded: list[int] = []
    decode = decode_pieces.decode_image

    def note(components: Components, latents: torch.Tensor) -> Any:
        decoded.append(latents.shape[-1] * latents.shape[-2])
        return decode(components, latents)

    monkeypatch.setattr(decode_pieces, "decode_image", note)
    quick = patched(embedded_components, FIELD, edited, copy.deepcopy(painted_by_embedded))
    assert len(decoded) == 1, "it lies in two pieces, and is decoded once"
    alone = sum(decoded)
    monkeypatch.setattr(PatchedWorld, "changes", unpatched)
    whole = patched(embedded_components, FIELD, edited, copy.deepcopy(painted_by_embedded))
    assert 2 * alone < sum(decoded) - alone
    assert np.abs(quick.astype(int) - whole).max() <= 1
    assert (quick != whole).mean() < 0.001
