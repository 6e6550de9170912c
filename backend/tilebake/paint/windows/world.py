"""Describe a map as a world of windows: what each window shows, and the digest of all that it depends on."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from tilebake.level.art.digest_pictures import digest_reference
from tilebake.level.canvas import Canvas
from tilebake.level.masks.blend_schedule import Blend, blend_steps
from tilebake.level.terrain import Terrain, lora_keys
from tilebake.level.windows.lattice import Extent, Lattice, Window, canvas_over
from tilebake.level.windows.window_masks import WindowMasks, masks_of_window
from tilebake.paint.art.own_windows import OwnWindows
from tilebake.paint.denoise import Sampling
from tilebake.paint.regional.blending import Blending
from tilebake.request import BakeRequest

if TYPE_CHECKING:
    from tilebake.paint.structure.placed_structure import PlacedStructure

WINDOW_VERSION: Final = 1  # goes up whenever the same window begins to get other latents


class WindowContent(NamedTuple):
    """Hold what one window shows."""

    canvas: Canvas
    terrains: tuple[Terrain, ...]
    blend: Blending
    extent: Extent
    digest: str  # of the masks, of all prompts that are heard in them, and of the map's own pictures there


@dataclass(frozen=True, eq=False)
class World:
    """Hold a map, and how it is painted in windows."""

    request: BakeRequest
    sampling: Sampling
    scale: float  # canvas pixels per map pixel
    lattice: Lattice
    rounds: tuple[range, ...]  # the steps of each
    environment: str  # what paints: windows of another machine may differ in their last bits
    own: OwnWindows | None = None  # the map's own pictures
    structure: "PlacedStructure | None" = None  # that a ControlNet holds windows to

    def content(self, window: Window) -> WindowContent:
        """Return what a window shows."""
        return self.content_of(self.lattice.extent(window))

    def content_of(self, extent: Extent) -> WindowContent:
        """Return what any part of the world shows, as if it were a window."""
        canvas = canvas_over(extent, self.scale)
        sigmas = dict.fromkeys(blend.mask_sigma for blend in self._blends)
        masks = masks_of_window(self.request.tilemap, canvas, self.request.settings, sigmas)
        blend = Blending(self._blends, masks.regions())
        return WindowContent(canvas, masks.terrains, blend, extent, self._digest(extent, masks))

    @cached_property
    def _blends(self) -> tuple[Blend, ...]:
        tilemap, settings = self.request.tilemap, self.request.settings
        return blend_steps(settings, tilemap.grid, tilemap.tile_size, self.sampling.steps)

    @cached_property
    def _shared(self) -> bytes:
        """All that every window depends on."""
        request, references = self.request, self.request.tilemap.references
        content = {
            "window_version": WINDOW_VERSION,
            "model": request.model_digest,
            "loras": [[digest, lora.weight] for lora, digest in request.loras],
            "environment": self.environment,
            "sampling": self.sampling.content(),
            "blends": self._blends,
            "side": self.lattice.side,
            "rounds": [each.start for each in self.rounds],
            **({"periods": periods} if any(periods := self.lattice.periods) else {}),
            "base_prompt": request.tilemap.base_prompt,
            "negative_prompt": request.tilemap.negative_prompt,
            **({} if references.whole is None else {"reference": digest_reference(references.whole)}),
        }
        return json.dumps(content, sort_keys=True).encode()

    def _digest(self, extent: Extent, masks: WindowMasks) -> str:
        seen = self.request.tilemap.references.terrains
        heard = [
            [terrain.prompt, terrain.negative_prompt]
            + ([digest_reference(seen[terrain.name])] if terrain.name in seen else [])
            + ([{"loras": lora_keys(terrain)}] if terrain.loras else [])
            for terrain in masks.terrains
        ]
        found = hashlib.sha256(self._shared)
        found.update(json.dumps([extent, heard]).encode())
        for shades in masks.shades.values():
            found.update(shades.tobytes())
        for pictures in (self.own, self.structure):
            for piece in () if pictures is None else pictures.content(extent):
                found.update(piece)
        return found.hexdigest()
