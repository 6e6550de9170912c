"""Define Texture, a painted map and what is known of it."""

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from tilebake.level.art.decode_png import decode_png
from tilebake.level.output import MOST_PIXELS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NOTES: Final = (
    "notes"  # in a texture's environment: what has to be said of it, such as a LoRA that fits in part
)

_SIZE_AT: Final = 16  # in a PNG, where its width and height are


@dataclass(frozen=True)
class JudgedTiles:
    """Count what the model's judge takes the tiles of one terrain for."""

    tiles: int  # those that can be judged: seen, and whole on the picture
    right: int
    taken_for: Mapping[str, int]  # the others, by the judge's name for what they show, the largest first


@dataclass(frozen=True)
class AttentionShares:
    """Measure where the attention to the words of one terrain's prompt lay."""

    kept: float  # share within its own tiles, 0 to 1
    by_mask: float  # the same if its words were attended to alike wherever its mask is
    bled: Mapping[str, float]  # shares within other terrains' tiles, the largest first; "" is no tile


@dataclass(frozen=True)
class TerrainPlacement:
    """Measure how well one terrain kept to its tiles, and in windows how well these hold together."""

    terrain: str
    attention: AttentionShares | None = None  # in one piece: in windows words are not observed
    judged: JudgedTiles | None = None  # where the model has a judge, and that knows the terrain
    drift: float | None = None  # how far apart its colours are between windows, to squares elsewhere


@dataclass(frozen=True, eq=False)
class PlacementReport:
    """Report how well every terrain kept to its tiles, with a picture of it."""

    terrains: tuple[TerrainPlacement, ...]
    sheet: "NDArray[np.uint8]"  # [height, width, 3]
    ghost: float | None = None  # in windows: how fine the picture is where they overlap, to elsewhere

    def judged_right(self) -> float | None:
        """Return the share of all judged tiles that are right, 0 to 1; None where none was judged."""
        judged = [each.judged for each in self.terrains if each.judged is not None]
        tiles = sum(each.tiles for each in judged)
        return sum(each.right for each in judged) / tiles if tiles else None


@dataclass(frozen=True, eq=False)
class PackedPixels:
    """Hold a picture as a PNG file, decoded once its pixels are asked for: publishing asks for none."""

    png: bytes  # as tilebake packs it, in haste

    @cached_property
    def image(self) -> "NDArray[np.uint8]":
        """The pixels [height, width, 3 or 4]. Raises BrokenPictureError."""
        return decode_png(self.png, MOST_PIXELS)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, as the file's header says."""
        width, height = struct.unpack_from(">II", self.png, _SIZE_AT)
        return width, height


@dataclass(frozen=True, eq=False)
class Texture:
    """Hold a painted map at its own pixel size."""

    pixels: "NDArray[np.uint8] | PackedPixels"  # [height, width, 3 or 4]
    digest: str  # the request's
    pixel_hash: str
    timings: Mapping[str, float] = field(default_factory=dict[str, float])  # seconds, by stage
    environment: Mapping[str, str] = field(default_factory=dict[str, str])  # device, dtype, versions
    degraded: tuple[str, ...] = ()  # what was given up to paint it at all, such as "tiled decode"
    report: PlacementReport | None = None  # if one was asked for
    share: float = 1.0  # of its steps that were taken for it: windows that are kept need none

    @property
    def image(self) -> "NDArray[np.uint8]":
        """The pixels [height, width, 3 or 4]."""
        return self.pixels.image if isinstance(self.pixels, PackedPixels) else self.pixels

    @property
    def quick_png(self) -> bytes | None:
        """These pixels as a PNG that was packed in haste, if they were read from one."""
        return self.pixels.png if isinstance(self.pixels, PackedPixels) else None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        if isinstance(self.pixels, PackedPixels):
            return self.pixels.size
        height, width = self.pixels.shape[:2]
        return width, height


@dataclass(frozen=True)
class PaintedUnit:
    """Tell what it took to paint a unit of a world; what came of it is kept, and not in here."""

    windows: int  # that had to be painted; the others were kept
    timings: Mapping[str, float]  # seconds, by stage
    degraded: tuple[str, ...]  # what was given up


def pixel_hash(image: "NDArray[np.uint8]") -> str:
    """Return the SHA-256 (hex) over a picture's shape and bytes: equal for equal pixels, however stored."""
    import numpy as np

    found = hashlib.sha256(f"{'x'.join(map(str, image.shape))}:".encode("ascii"))
    found.update(np.ascontiguousarray(image).data)  # without a copy: a picture may have a gigabyte
    return found.hexdigest()
