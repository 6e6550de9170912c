"""Remember how fast this machine paints, to say beforehand how long a bake will take.

A speed for each model, device and size of picture is kept in the user's state folder. They are a help and
nothing more: a file that is gone, damaged or cannot be written is as good as none.
"""

import json
import logging
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import TypeAdapter, ValidationError

from tilebake.errors import TilebakeError
from tilebake.level.canvas import LATENT, canvas_of, in_windows
from tilebake.level.tilemap import TileMap
from tilebake.request import BakeRequest
from tilebake.serve.bake.texture_cache import was_painted
from tilebake.serve.files.atomic_write import write_files
from tilebake.serve.pages.paged_texture import AnyTexture
from tilebake.user_folders import state_folder

_log: Final = logging.getLogger(__name__)

SPEEDS_FILE: Final = "speeds.json"
MEGAPIXEL: Final = 1e6
MOST_SPEEDS: Final = 64  # speeds that are kept, the latest first
LARGEST_CONTENT: Final = 1 << 16
MODEL_DIGITS: Final = 16  # of a model's digest: enough to know it again
NEWS: Final = 0.5  # share of the last bake in a speed: a machine is not always as busy


class Work(NamedTuple):
    """Measure what is to be painted, and in how many windows, if it is.

    All windows count, for which of them are kept already is not known beforehand; of a patched painting its
    patches alone.
    """

    pixels: int  # of the canvas
    passes: int  # steps, twice with an edit
    windows: int = 0
    window: int = 0  # pixels of one

    @property
    def denoised(self) -> int:
        """How many pixels are denoised in all."""
        return (self.windows * self.window or self.pixels) * self.passes

    @property
    def size_class(self) -> int:
        """The power of two of the pixels that are denoised at once: large pieces take more time a pixel."""
        return (self.window or self.pixels).bit_length()


class Speed(NamedTuple):
    """Hold how long one model took on one device, for pictures of about one size."""

    model: str
    device: str
    size_class: int
    denoise: float  # seconds a megapixel and pass
    rest: float  # seconds a megapixel: encoding and decoding

    def seconds(self, work: Work) -> float:
        """Return how long some work takes."""
        return (self.denoise * work.denoised + self.rest * work.pixels) / MEGAPIXEL

    def megapixels_per_minute(self, work: Work) -> float:
        """Return how fast pictures become ready, in canvas pixels."""
        return 60 * work.pixels / MEGAPIXEL / self.seconds(work)


_SPEEDS: Final = TypeAdapter(tuple[Speed, ...])


def work_of(request: BakeRequest) -> Work:
    """Return what a request takes. Its settings are decided."""
    tilemap, settings = request.tilemap, request.settings
    canvas = canvas_of(tilemap, settings)
    passes = (settings.steps or 1) * (1 if tilemap.edit is None else 2)
    if not in_windows(tilemap, settings) or settings.window is None:
        return Work(canvas.width * canvas.height, passes)
    if request.anchor is not None:
        return _work_of_patches(request, request.anchor, passes)
    from tilebake.level.windows.lattice import extent_of, lattice_over  # NumPy, for large maps alone
    from tilebake.level.windows.picture_grid import picture_grid

    grid, world = picture_grid(tilemap, settings), extent_of(canvas)
    pieces = grid.whole_pieces(grid.pixels(request.shown)).within(grid.pixels(tilemap.bounds))
    shown = grid.latents(pieces).within(world)  # of a region, too, whole pieces are painted
    height, width = shown.size
    lattice = lattice_over(canvas, settings.window // LATENT, tilemap.wrap)
    window = lattice.columns.length * lattice.rows.length * LATENT**2
    return Work(height * width * LATENT**2, passes, lattice.count(shown), window)


def _work_of_patches(request: BakeRequest, anchor: TileMap, passes: int) -> Work:
    from tilebake.level.windows.patches import find_patches

    patches = find_patches(anchor, request.tilemap, request.settings) or ()
    pixels = sum(math.prod(patch.extent.size) for patch in patches) * LATENT**2
    return Work(pixels, passes, len(patches), pixels // max(1, len(patches)))


def measure(request: BakeRequest, texture: AnyTexture) -> Speed | None:
    """Return how fast a texture was painted; None for one that was not, or not as usual."""
    timings = texture.timings
    if request.anchor is not None:
        return None  # most of it was painted before
    if not was_painted(timings) or texture.degraded or min(texture.share, timings.get("denoise", 0.0)) <= 0:
        return None
    work = work_of(request)
    rest = sum(seconds for stage, seconds in timings.items() if stage not in ("load", "denoise"))
    return Speed(
        model=request.model_digest[:MODEL_DIGITS],
        device=texture.environment.get("device", ""),
        size_class=work.size_class,
        denoise=timings["denoise"] / (work.denoised * texture.share / MEGAPIXEL),
        rest=rest / (work.pixels / MEGAPIXEL),
    )


class Speeds:
    """Keep speeds in a file. It is read each time, for another tilebake may have written it."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = state_folder() if folder is None else folder

    def find(self, request: BakeRequest, device: str = "auto") -> Speed | None:
        """Return the speed of a request's model on a device, of the size that is nearest to its own.

        "auto" is the device that painted last.
        """
        known = self.of_model(request.model_digest)
        chosen = known[0].device if known and device == "auto" else device
        size = work_of(request).size_class
        here = [each for each in known if each.device.partition(":")[0] == chosen.partition(":")[0]]
        return min(here, key=lambda each: abs(each.size_class - size), default=None)

    def of_model(self, model_digest: str) -> tuple[Speed, ...]:
        """Return all speeds of a model, the latest first."""
        return tuple(each for each in self._read() if each.model == model_digest[:MODEL_DIGITS])

    def learn(self, speed: Speed) -> None:
        """Remember a speed, evened out with the one that was known."""
        known = self._read()
        before = next((each for each in known if each[:3] == speed[:3]), speed)
        even = speed._replace(
            denoise=before.denoise + NEWS * (speed.denoise - before.denoise),
            rest=before.rest + NEWS * (speed.rest - before.rest),
        )
        self._write([even, *(each for each in known if each[:3] != speed[:3])][:MOST_SPEEDS])

    def _read(self) -> tuple[Speed, ...]:
        try:
            with (self._folder / SPEEDS_FILE).open("rb") as file:
                return _SPEEDS.validate_json(file.read(LARGEST_CONTENT))
        except (OSError, ValidationError):
            return ()

    def _write(self, speeds: Iterable[Speed]) -> None:
        content = json.dumps([list(each) for each in speeds]).encode("ascii")
        try:
            write_files(self._folder, {SPEEDS_FILE: content})
        except (OSError, TilebakeError) as error:
            _log.debug("speeds are not remembered: %s", error)
