"""Give each window of a world what the map's own pictures show under it, and no more.

So a window's latents depend on the pictures there alone, and an edit of a picture paints what sees it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch

from tilebake.level.art.digest_pictures import ART_VERSION
from tilebake.level.windows.lattice import Extent
from tilebake.level.windows.picture_grid import PictureGrid
from tilebake.paint.art.encode_picture import encode_picture
from tilebake.paint.art.lay_on_canvas import (
    covered_latents,
    fill_holes,
    lay_over_canvas,
    lay_over_painting,
)
from tilebake.paint.art.placed_picture import Crop, PlacedPicture, place_picture
from tilebake.paint.art.take_colours import Colours
from tilebake.paint.denoise import HeldLatents, Sampling, Span
from tilebake.paint.model.load import Components
from tilebake.paint.picture import PixelArray
from tilebake.paint.schedulers import first_step_within
from tilebake.request import BakeRequest


@dataclass(frozen=True, eq=False)
class OwnWindows:
    """Hold the own pictures of a world's map that change a pixel."""

    art: PlacedPicture | None  # what windows begin from
    keep: PlacedPicture | None  # what stays as it is
    strength: float  # of the noise that windows begin under, where there is art

    def first_step(self, components: Components, sampling: Sampling) -> int:
        """Return the first step of a window's first round. Raises what `first_step_within` raises."""
        if self.art is None:
            return 0
        scheduler = sampling.make_scheduler(components.scheduler_config)
        return first_step_within(scheduler, sampling.steps, self.strength)

    def content(self, part: Extent) -> Iterator[bytes]:
        """Yield all of the pictures that a part's latents depend on; nothing where none is seen."""
        for name, crop in (
            ("art", None if self.art is None else self.art.under_and_near(part)),
            ("keep", self._keep_of(part)),
        ):
            if crop is not None:
                yield f"{name} {ART_VERSION}".encode("ascii")
                yield from crop.content()

    def begin(self, components: Components, part: Extent, span: Span) -> Span:
        """Return a part's span with what it holds, and where it would begin from noise with the art instead.

        Art that shows nothing near begins as noise alone does: from latents of 0, a grey. Raises what
        `encode_picture` raises.
        """
        kept = self._keep_of(part)
        if kept is None and self.art is None:
            return span
        upper = None if kept is None else kept.on_canvas()
        below = None if self.art is None else self.art.filled(part)
        if upper is not None:
            below = fill_holes(upper) if below is None else lay_over_canvas(upper, below)
        if below is None:
            channels = components.unet.config["in_channels"]
            grey = torch.zeros(1, channels, *part.size)
            return replace(span, clean=grey if span.clean is None else span.clean)
        clean = encode_picture(components, below)
        if self.art is not None:
            there = torch.from_numpy(covered_latents(self.art.under(part).on_canvas()))[None, None]
            span = replace(
                span, clean=clean if span.clean is None else span.clean, colours=Colours(clean, there)
            )
        if upper is None:
            return span
        return replace(span, hold=HeldLatents(clean, torch.from_numpy(~covered_latents(upper))[None, None]))

    def keep_in(self, painted: PixelArray, piece: Extent, grid: PictureGrid) -> PixelArray:
        """Lay what is kept over a piece [h, w, 3 or 4] of the picture: its opaque pixels come out exactly."""
        keep = self.keep
        if keep is None:
            return painted
        whole = grid.pixels(keep.bounds)
        height, width = keep.pixels.shape[:2]
        rows = (np.arange(piece.top, piece.bottom) - whole.top) * height // whole.size[0]
        columns = (np.arange(piece.left, piece.right) - whole.left) * width // whole.size[1]
        return lay_over_painting(keep.pixels_at(rows, columns), painted)

    def _keep_of(self, part: Extent) -> Crop | None:
        crop = None if self.keep is None else self.keep.under(part)
        return crop if crop is not None and crop.pixels[..., 3].any() else None


def own_windows(request: BakeRequest, canvas_scale: float) -> OwnWindows | None:
    """Return the own pictures of a request's map, for its windows; None where none changes a pixel."""
    tilemap = request.tilemap
    strength = request.settings.init_strength
    art = None if strength is None else place_picture(tilemap.art, tilemap, canvas_scale, "edge")
    keep = place_picture(tilemap.keep, tilemap, canvas_scale, "constant")
    return None if art is None and keep is None else OwnWindows(art, keep, strength or 0.0)
