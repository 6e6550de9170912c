"""Hold the picture that a painting is held to, and say what a ControlNet is shown of it under each part.

A part sees what lies under it and a latent pixel around, so that a window depends on that alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from tilebake.level.art.digest_pictures import STRUCTURE_VERSION
from tilebake.level.art.structure import STRUCTURE, structure_of
from tilebake.level.canvas import LATENT
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap
from tilebake.level.windows.lattice import Extent
from tilebake.paint.art.placed_picture import Crop, PlacedPicture, place_picture
from tilebake.paint.denoise import MakeGuide
from tilebake.paint.picture import Shares
from tilebake.paint.regional.blending import Blending
from tilebake.paint.structure.edges import find_edges
from tilebake.paint.structure.guide import Working, make_guide

MARGIN: Final = 1  # latent pixels around a part that its edges are found in: they have neighbours everywhere


@dataclass(frozen=True, eq=False)
class PlacedStructure:
    """Hold the picture that a map's painting is held to, and how firmly."""

    picture: PlacedPicture
    takes_nearest: bool  # under holes, as art does; others are black there
    shows_edges: bool
    working: Working

    def over(self, part: Extent, blend: Blending) -> MakeGuide | None:
        """Return what makes the guide over a part of the world; None where the picture shows nothing near."""
        pixels = self.pixels(part)
        return None if pixels is None else partial(make_guide, pixels, self.working, blend)

    def pixels(self, part: Extent) -> Shares | None:
        """Return what the ControlNet is shown of a part: [H, W, 3] in 0..1; None where nothing is near."""
        around = part.grow(MARGIN)
        shown = self.picture.filled(around) if self.takes_nearest else self._on_black(around)
        if shown is None:
            return None
        if self.shows_edges:
            shown = find_edges(shown)
        border = MARGIN * LATENT
        return shown[border:-border, border:-border]

    def content(self, part: Extent) -> Iterator[bytes]:
        """Yield all of it that a part's latents depend on; nothing where nothing is near."""
        seen = self._seen(part.grow(MARGIN))
        if self.takes_nearest and not seen.pixels[..., 3].any():
            return
        yield repr((STRUCTURE, STRUCTURE_VERSION, self.takes_nearest, self.shows_edges)).encode("ascii")
        yield repr(tuple(self.working)).encode("ascii")
        yield from seen.content()

    def _seen(self, part: Extent) -> Crop:
        return self.picture.under_and_near(part) if self.takes_nearest else self.picture.under(part)

    def _on_black(self, part: Extent) -> Shares:
        shares = self.picture.under(part).on_canvas() / 255
        return (shares[..., :3] * shares[..., 3:]).astype("float32")


def place_structure(tilemap: TileMap, settings: BakeSettings, canvas_scale: float) -> PlacedStructure | None:
    """Place what a map's painting is held to in the world; None where that shows nothing."""
    found = structure_of(tilemap, settings)
    placed = None if found is None else place_picture(found.picture, tilemap, canvas_scale, "edge")
    if found is None or placed is None:
        return None
    working = Working(settings.controlnet_strength, settings.controlnet_start, settings.controlnet_end)
    return PlacedStructure(placed, found.key != STRUCTURE, settings.controlnet_edges, working)
