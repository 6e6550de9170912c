"""Decode a part of the world in pieces that lie on a fixed lattice: in memory that does not grow with it.

The decoder's norms have fixed statistics, so a piece with a border as wide as the decoder's field of view is
decoded as it is within the whole. A decoder whose middle attends to all that it sees, as SDXL's does, has no
such border: its pieces differ a little, and blend over each other.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import torch
from diffusers import AutoencoderKL
from numpy.typing import NDArray

from tilebake.level.canvas import LATENT
from tilebake.level.torus.wrap import NO_PERIODS, Periods
from tilebake.level.windows.lattice import Extent
from tilebake.level.windows.part import PIECE_SIDE, SEAM, around_pieces, in_first_period, pieces_along
from tilebake.paint.decode import decode_image
from tilebake.paint.model.load import Components
from tilebake.paint.picture import to_pixels
from tilebake.paint.windows.decoder.narrow_borders import field_of_view, narrow_borders
from tilebake.paint.windows.store import Latents, WindowStore

Image = NDArray[np.float32]


class WindowLatents(Protocol):
    """Describe what gives the latents of a world's parts."""

    @property
    def store(self) -> WindowStore: ...
    def content_key(self, part: Extent) -> str: ...
    def blend(self, part: Extent) -> Latents: ...
    def changes(self, part: Extent) -> "ChangedPart | None":
        """Return how a part differs from one of another world; None if it is none with patches."""
        ...


class ChangedPart(NamedTuple):
    """Describe a part of a patched world: its latents are those of `before`, but for some extents."""

    before: WindowLatents
    extents: Sequence[Extent]


class PieceDecoder:
    """Decode parts of the world, each not above the one before, and each piece once.

    The norms have to be frozen. `degraded` lists the fallbacks that were needed.
    """

    def __init__(
        self,
        components: Components,
        windows: WindowLatents,
        world: Extent,
        periods: Periods = NO_PERIODS,
    ) -> None:
        self.degraded: tuple[str, ...] = ()
        self._components = components
        self._windows = windows
        self._world = world
        self._periods = periods
        self._halo = field_of_view(components.vae)
        self._seam = seam_of(components.vae)
        self._kept: dict[Extent, NDArray[np.uint8]] = {}
        self._patches: dict[Extent, tuple[NDArray[np.uint8], Sequence[str]]] = {}

    def decode(self, part: Extent) -> Image:
        """Decode a part to a picture [H, W, 3] in 0..1.

        It is rounded to bytes piece by piece, and pieces are kept. Raises BakeError as `decode_image` does.
        """
        height, width = part.size
        image = np.zeros((height * LATENT, width * LATENT, 3), np.float32)
        self._kept = {at: each for at, each in self._kept.items() if at.bottom + self._seam > part.top}
        self._patches = {at: each for at, each in self._patches.items() if at.bottom > part.top}
        for piece in pieces_of(part, self._world, self._seam, self._periods):
            own = in_first_period(piece, self._periods)
            if own not in self._kept:
                self._kept[own] = self._decode_piece(own.grow(self._seam).within(self._world))
            shown = piece.grow(self._seam).within(self._world)
            common = shown.within(part)
            weight = fade(piece, shown, self._seam)[_pixels(common, shown)]
            pixels = self._kept[own][_pixels(common, shown)]
            image[_pixels(common, part)] += weight * (pixels / np.float32(255))
        return image

    def missing(self, part: Extent) -> Iterator[Extent]:
        """Yield the latents that each piece of a part is decoded from which is not kept."""
        for piece in pieces_of(part, self._world, self._seam, self._periods):
            shown = in_first_period(piece, self._periods).grow(self._seam).within(self._world)
            seen, key = self._seen_and_key(shown)
            if not self._windows.store.has(key):
                yield seen

    def keep(self, piece: Extent) -> None:
        """Decode a piece of the lattice, as much of it as there is, unless it is kept. Raises as `decode`.

        Of pieces that repeat, it is the first period's.
        """
        self._decode_piece(piece.within(self._world).grow(self._seam).within(self._world))

    def _decode_piece(self, shown: Extent) -> NDArray[np.uint8]:
        """Return the picture [H, W, 3] of a piece, decoded unless it is kept."""
        seen, key = self._seen_and_key(shown)
        kept = self._windows.store.get(key)
        if kept is not None:
            return np.moveaxis(np.asarray(kept, np.uint8), 0, -1)
        changes = None if self._seam else self._windows.changes(seen)
        if changes is None:
            pixels, degraded = self._decode(shown)
        else:
            pixels, degraded = self._patch(shown, changes)
        self.degraded = tuple(dict.fromkeys([*self.degraded, *degraded]))
        if not degraded:  # what was given up for memory once need not be another time
            self._windows.store.put(key, np.ascontiguousarray(np.moveaxis(pixels, -1, 0)))
        return pixels

    def _seen_and_key(self, shown: Extent) -> tuple[Extent, str]:
        """Return the latents that a piece is decoded from, and what it is kept under."""
        seen = shown.grow(self._halo).within(self._world)
        return seen, hashlib.sha256(f"{shown} {self._windows.content_key(seen)}".encode()).hexdigest()

    def _patch(self, shown: Extent, changes: ChangedPart) -> tuple[NDArray[np.uint8], Sequence[str]]:
        """Decode what sees a change, and take the rest from the piece as it was before."""
        before = PieceDecoder(self._components, changes.before, self._world, self._periods)
        pixels, degraded = before._decode_piece(shown).copy(), [*before.degraded]
        for extent in changes.extents:
            near = extent.grow(self._halo).within(self._world)
            common = near.within(shown)
            decoded = near if np.prod(near.size) <= PIECE_SIDE**2 else common  # in memory that does not grow
            patch, given_up = self._decode_once(decoded)
            pixels[_pixels(common, shown)] = patch[_pixels(common, decoded)]
            degraded += given_up
        return pixels, degraded

    def _decode_once(self, near: Extent) -> tuple[NDArray[np.uint8], Sequence[str]]:
        """Decode what sees a patch; all pieces that it lies in show parts of one picture."""
        if near not in self._patches:
            self._patches[near] = self._decode(near)
        return self._patches[near]

    def _decode(self, part: Extent) -> tuple[NDArray[np.uint8], Sequence[str]]:
        """Decode a part with a border as wide as the decoder sees, and return the fallbacks needed."""
        seen = part.grow(self._halo).within(self._world)
        latents = torch.from_numpy(self._windows.blend(seen))[None]
        with narrow_borders(self._components.vae, part, seen) as narrow:
            decoded, degraded = decode_image(self._components, latents)
        is_narrow = (
            decoded.shape[0] == narrow.size[0] * LATENT and decoded.shape[1] == narrow.size[1] * LATENT
        )
        return to_pixels(decoded[_pixels(part, narrow if is_narrow else seen)]), degraded


def pieces_of(part: Extent, world: Extent, seam: int, periods: Periods = NO_PERIODS) -> Iterator[Extent]:
    """Yield the pieces of the lattice that show a pixel of a part of the world, row by row.

    Each shows `seam` latent pixels of its neighbours too.
    """
    near = part.grow(seam).within(world)
    columns = [*pieces_along(near.left, near.right, periods.across)]
    for top, bottom in pieces_along(near.top, near.bottom, periods.down):
        for left, right in columns:
            yield Extent(left, top, right, bottom).within(world)


def fade(piece: Extent, shown: Extent, seam: int) -> Image:
    """Return how much a piece counts at each canvas pixel that it shows: [H, W, 1].

    It falls to 0 over the seam on both sides of each of its borders, where two neighbours' sum is 1.
    """
    rows = _fade_along(piece.top - shown.top, shown.bottom - piece.bottom, shown.size[0], seam)
    columns = _fade_along(piece.left - shown.left, shown.right - piece.right, shown.size[1], seam)
    return np.multiply.outer(rows, columns)[..., None].astype(np.float32)


def sees(vae: AutoencoderKL, part: Extent, periods: Periods = NO_PERIODS) -> Extent:
    """Return the latent pixels that a part is decoded from, within the world and beyond."""
    return around_pieces(part, seam_of(vae), field_of_view(vae), periods)


def depends_on(vae: AutoencoderKL, part: Extent) -> Extent:
    """Return the latent pixels that the picture of a part depends on, of a world that does not wrap."""
    return sees(vae, part) if attends(vae) else part.grow(field_of_view(vae))


def seam_of(vae: AutoencoderKL) -> int:
    """Return over how many latent pixels on both sides of a border pieces blend."""
    return SEAM if attends(vae) else 0


def attends(vae: AutoencoderKL) -> bool:
    """Tell whether the decoder's middle attends to all that it sees."""
    return bool(vae.config["mid_block_add_attention"])


def _fade_along(before: int, after: int, length: int, seam: int) -> Image:
    """Return the weights along one axis.

    `before` and `after` are the latent pixels beyond the piece's borders: 0 at the world's edges, and fewer
    than `seam` where the world ends within it.
    """
    middles = np.arange(length * LATENT) + 0.5
    weights = np.ones(length * LATENT)
    for shown, from_border in ((before, middles - before * LATENT), (after, middles[::-1] - after * LATENT)):
        if shown:
            weights *= (0.5 + from_border / (2 * seam * LATENT)).clip(0, 1)
    return weights.astype(np.float32)


def _pixels(extent: Extent, origin: Extent) -> tuple[slice, slice]:
    """Return the rows and columns of canvas pixels that an extent has in another's picture."""
    rows, columns = extent.slices(origin)
    return (
        slice(rows.start * LATENT, rows.stop * LATENT),
        slice(columns.start * LATENT, columns.stop * LATENT),
    )
