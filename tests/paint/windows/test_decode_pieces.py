"""Decoding in pieces gives the whole, with norms that have fixed statistics."""

from collections.abc import Generator
from typing import NamedTuple

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tilebake.level.windows.lattice import Extent
from tilebake.paint.decode import decode_once
from tilebake.paint.model.load import Components
from tilebake.paint.noise import coordinate_noise
from tilebake.paint.windows import decode_pieces
from tilebake.paint.windows.decode_pieces import PieceDecoder, fade, pieces_of
from tilebake.paint.windows.decoder.narrow_borders import field_of_view, narrow_borders
from tilebake.paint.windows.frozen_norms import collect_statistics, freeze_norms
from tilebake.paint.windows.store import MemoryStore
from tilebake.paint.windows.swatch import swatch_statistics

WORLD = Extent(-20, 7, 15, 41)  # just so large that a piece sees less than all of it, on both axes


@pytest.fixture(scope="module", autouse=True)
def small_pieces() -> Generator[None]:
    """Decode in pieces of 16 latent pixels, so that a small world has several."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decode_pieces, "PIECE_SIDE", 16)
        yield


def latents_of(components: Components, part: Extent) -> NDArray[np.float32]:
    height, width = part.size
    channels = components.unet.config["in_channels"]
    return coordinate_noise(3, part.left, part.top, width, height, channels)


class NoiseWindows:
    """Windows of noise, and what was kept of their pieces."""

    def __init__(self, components: Components) -> None:
        self.store = MemoryStore()
        self._components = components

    def content_key(self, part: Extent) -> str:
        """Return the part's name: its noise is always the same."""
        return str(part)

    def changes(self, part: Extent) -> None:
        """None of its parts is patched."""

    def blend(self, part: Extent) -> NDArray[np.float32]:
        """Return the noise of a part."""
        return latents_of(self._components, part)


def decode_part(components: Components, part: Extent, windows: NoiseWindows) -> NDArray[np.float32]:
    with freeze_norms(components.vae.decoder, swatch_statistics(components.vae)):
        decoder = PieceDecoder(components, windows, WORLD)
        image = decoder.decode(part)
    assert not decoder.degraded
    return image


class Decoded(NamedTuple):
    """A world decoded in pieces, and what was kept of them."""

    components: Components
    windows: NoiseWindows
    image: NDArray[np.float32]


@pytest.fixture(scope="module", params=["tiny", "embedded"])
def decoded(request: pytest.FixtureRequest, small_pieces: None) -> Decoded:  # noqa: ARG001
    components: Components = request.getfixturevalue(f"{request.param}_components")
    windows = NoiseWindows(components)
    return Decoded(components, windows, decode_part(components, WORLD, windows))


def test_a_piece_is_decoded_once(decoded: Decoded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode_pieces, "decode_image", None)
    assert np.array_equal(decode_part(decoded.components, WORLD, decoded.windows), decoded.image)


@pytest.mark.parametrize("decoded", ["embedded"], indirect=True)
def test_pieces_are_the_whole(decoded: Decoded) -> None:
    vae = decoded.components.vae
    with freeze_norms(vae.decoder, swatch_statistics(vae)):
        whole = decode_once(vae, torch.from_numpy(latents_of(decoded.components, WORLD))[None])
    whole = (whole / 2 + 0.5).clip(0, 1)
    assert np.abs(decoded.image - whole).max() * 255 < 0.51


def test_a_part_is_the_same_part_of_all_pieces(decoded: Decoded) -> None:
    part = Extent(-3, 20, 13, 37)
    rows, columns = (slice(each.start * 8, each.stop * 8) for each in part.slices(WORLD))
    alone = decode_part(decoded.components, part, NoiseWindows(decoded.components))
    assert np.array_equal(alone, decoded.image[rows, columns])


@pytest.mark.parametrize("seam", [0, 4])
@pytest.mark.parametrize("world", [WORLD, Extent(-18, 13, 35, 49)], ids=["wide", "ends within a seam"])
def test_pieces_count_once_at_every_pixel(world: Extent, seam: int) -> None:
    weight = np.zeros((world.size[0] * 8, world.size[1] * 8, 1))
    for piece in pieces_of(world, world, seam):
        shown = piece.grow(seam).within(world)
        rows, columns = (slice(each.start * 8, each.stop * 8) for each in shown.slices(world))
        weight[rows, columns] += fade(piece, shown, seam)
    assert np.allclose(weight, 1, atol=1e-6)


def test_the_norms_are_afterwards_as_they_were(components: Components) -> None:
    vae, latents = components.vae, torch.from_numpy(latents_of(components, Extent(0, 0, 8, 8)))[None]
    before = decode_once(vae, latents)
    statistics = swatch_statistics(vae)
    with freeze_norms(vae.decoder, statistics):
        frozen = decode_once(vae, latents)
    assert not np.array_equal(frozen, before)
    assert np.array_equal(decode_once(vae, latents), before)


def test_a_pictures_own_statistics_give_the_picture(components: Components) -> None:
    vae, latents = components.vae, torch.from_numpy(latents_of(components, Extent(0, 0, 12, 8)))[None]
    own = collect_statistics(vae.decoder, lambda: decode_once(vae, latents))
    with freeze_norms(vae.decoder, own):
        frozen = decode_once(vae, latents)
    assert np.allclose(frozen, decode_once(vae, latents), atol=1e-4)


def test_the_field_of_view_is_what_the_decoder_sees(embedded_components: Components) -> None:
    vae, side = embedded_components.vae, 48
    reach = field_of_view(vae)
    latents = torch.from_numpy(latents_of(embedded_components, Extent(0, 0, side, 8)))[None]
    changed = latents.clone()
    changed[..., 0] += 1
    with freeze_norms(vae.decoder, swatch_statistics(vae)):
        difference = np.abs(decode_once(vae, latents) - decode_once(vae, changed))
    seen = np.flatnonzero(difference.max(axis=(0, 2)) > 1e-6)
    assert seen.max() < 8 * (1 + reach)
    assert reach == 14


@pytest.mark.parametrize(
    "part",
    [Extent(-2, 18, 4, 24), Extent(-20, 7, -12, 15), Extent(5, 20, 15, 41)],
    ids=["inside", "corner", "edge"],
)
def test_a_border_that_gets_narrower_changes_no_pixel(part: Extent, components: Components) -> None:
    vae = components.vae
    seen = part.grow(field_of_view(vae)).within(WORLD)
    latents = torch.from_numpy(latents_of(components, seen))[None]
    with freeze_norms(vae.decoder, swatch_statistics(vae)):
        wide = decode_once(vae, latents)
        with narrow_borders(vae, part, seen) as narrow:
            quick, tile = decode_once(vae, latents), decode_once(vae, latents[..., 1:])
        assert np.array_equal(decode_once(vae, latents), wide), "no border is cut off any more"
    assert narrow.size < seen.size
    assert quick.shape[:2] == tuple(side * 8 for side in narrow.size)
    assert tile.shape[:2] == (seen.size[0] * 8, seen.size[1] * 8 - 8)
    assert np.abs(cut(quick, part, narrow) - cut(wide, part, seen)).max() < 1e-6


def cut(picture: NDArray[np.float32], part: Extent, of: Extent) -> NDArray[np.float32]:
    rows, columns = (slice(each.start * 8, each.stop * 8) for each in part.slices(of))
    return picture[rows, columns]
