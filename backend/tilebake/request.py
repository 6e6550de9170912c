"""Define BakeRequest, everything that can change a pixel, and Baker, the one seam between it and a Texture.

The pipeline is a `Baker`, and so are a cache around it and a remote machine. To cancel, raise from `on_step`.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple, get_args

from tilebake.errors import BakeError
from tilebake.level.art.digest_pictures import digest_pictures
from tilebake.level.canvas import in_windows
from tilebake.level.edit.edit_content import edit_content, one_number
from tilebake.level.map.grid import Bounds
from tilebake.level.masks.blend_schedule import are_shares
from tilebake.level.settings import BakeSettings
from tilebake.level.terrain import LoraRef, digest_loras
from tilebake.level.tilemap import TileMap
from tilebake.level.torus.set_form import SetForm
from tilebake.texture import Texture

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "PAINT_VERSION",
    "AttentionQuery",
    "AttentionRenderer",
    "BakeRequest",
    "Baker",
    "OnStep",
    "Painter",
    "Step",
    "TakeRefusals",
    "model_key",
    "no_refusals",
]

PAINT_VERSION: Final = 4  # goes up whenever the same request begins to give other pixels
TRANSPARENCY_VERSION: Final = 2  # the same for requests of transparent pictures alone
EDIT_VERSION: Final = 2  # the same for maps with an edit
SHARES_VERSION: Final = 2  # and where the weights of base and terrains do not sum to 1
EDGES_VERSION: Final = 2  # and for TileSets, whose edges are shared
# Settings that came when there were pictures already: those that leave them as they start keep their digests.
LATER_SETTINGS: Final = frozenset(
    {
        *("art_pixels_per_tile", "keep_resolution", "windows", "window", "rounds"),
        *("timestep_spacing", "guidance_rescale", "init_strength"),
        *("controlnet_strength", "controlnet_start", "controlnet_end", "controlnet_edges"),
    }
)
SETTINGS_OF_FILES: Final = frozenset({"page_size"})  # which change no pixel
SETTINGS_OF_MODEL: Final = frozenset(  # names of files: the model's digest counts them
    {"ip_adapter", "vae", "controlnet"}
)
ROWS_OF_A_PIECE: Final = 1 << 14
PART_DIGITS: Final = 16  # of the digest of a part: enough to tell that it changed


@dataclass(frozen=True)
class BakeRequest:
    """Hold all that decides the pixels of one texture, and the name of the model that paints it."""

    tilemap: TileMap
    settings: BakeSettings
    model: str  # "embedded", a folder, a file or a hub id
    model_digest: str
    seed: int
    loras: tuple[tuple[LoraRef, str], ...] = ()  # each with the digest of its file
    dtype: str | None = (
        None  # the number type that has to be painted in; None accepts each, and so do digests
    )
    anchor: TileMap | None = (
        None  # of a clean painting with all else alike, which is patched where the map differs
    )
    region: Bounds | None = None  # the part of the map that the picture shows, in map pixels; None is all
    in_world: bool = False  # the region is a map of its own, and what is around it are its neighbours

    @property
    def shown(self) -> Bounds:
        """What the picture shows, in map pixels."""
        return self.region or self.tilemap.bounds

    def part(self, region: Bounds) -> "BakeRequest":
        """Return the request of a region's picture, whose pixels are those that this request's has there.

        In windows nothing but the region's surroundings enters it: what is elsewhere leaves its digest.
        """
        if not in_windows(self.tilemap, self.settings):
            return replace(self, region=region)
        from tilebake.level.windows.part import part_around  # which needs numpy, and a whole map does not

        settings = self.settings.model_copy(update={"windows": "always"})
        tilemap = replace(part_around(self.tilemap, settings, region), notes=self.tilemap.notes)
        return replace(self, tilemap=tilemap, settings=settings, region=region)

    def digest(self) -> str:
        """Return the SHA-256 (hex) over all that can change a pixel: the cache key.

        Names and paths of map, model and LoRA files are left out, for their content counts; so are device
        and dtype, which are in the texture's `environment`.
        """
        own = self._digests[0]
        return own if self.anchor is None else digest_of_patched(own, self.anchor_request.digest())

    @cached_property
    def anchor_request(self) -> "BakeRequest":
        """The request of the clean painting that is patched."""
        assert self.anchor is not None, "nothing is patched"
        return replace(self, tilemap=self.anchor, anchor=None)

    @property
    def clean(self) -> "BakeRequest":
        """The request of a clean painting of the same map."""
        return replace(self, anchor=None)

    def part_digests(self) -> dict[str, object]:
        """Return digests of what the record does not hold itself, to tell later what changed."""
        content = self._content()
        return {
            "paint_version": [PAINT_VERSION, content.get("transparency_version")],
            "base_prompt": _part_digest(content["base_prompt"]),
            "negative_prompt": _part_digest(content["negative_prompt"]),
            "terrains": {
                each.name: _part_digest([each.prompt, each.negative_prompt, one_number(each.weight)])
                for each in self.tilemap.terrains
            },
            "tiles": self._digests[1],
            "edit": _part_digest(content.get("edit")),
            **digest_loras(self.tilemap.terrains),
            **digest_pictures(self.tilemap, self.settings),
        }

    @cached_property
    def _digests(self) -> tuple[str, str]:
        """Digests of everything, and of tiles and grid alone: both from one rendering of the tiles."""
        content, columns = self._content(), _columns_json(self.tilemap)
        known = ("grid", "tile_size", "bounds", "wrap", *get_args(SetForm))
        grid = {key: content[key] for key in known if key in content}
        return _digest(content, columns), _digest(grid, columns)[:PART_DIGITS]

    def accepts(self, dtype: object, *, is_degraded: bool) -> bool:
        """Tell whether a texture of this digest, painted in this number type, is one that was asked for.

        One for which something was given up counts whatever it was painted in: another try gives no better.
        """
        return self.dtype is None or dtype == self.dtype or is_degraded

    def model_key(self) -> tuple[object, ...]:
        """Return the key of the loaded model: equal for requests that can share one model instance."""
        return model_key(self.model_digest, self.loras)

    def _content(self) -> dict[str, object]:
        tilemap, tile_set = self.tilemap, self.tilemap.tile_set
        return {
            "paint_version": PAINT_VERSION,
            "model": self.model_digest,
            "loras": [[digest, one_number(lora.weight)] for lora, digest in self.loras],
            "seed": self.seed,
            **({"transparency_version": TRANSPARENCY_VERSION} if self.settings.transparent else {}),
            "settings": self._settings(),
            "base_prompt": tilemap.base_prompt,
            "negative_prompt": tilemap.negative_prompt,
            "terrains": [
                [t.name, t.prompt, t.negative_prompt, one_number(t.weight)] for t in tilemap.terrains
            ],
            "grid": tilemap.grid,
            "tile_size": list(tilemap.tile_size),
            "bounds": [one_number(edge) for edge in tilemap.bounds],
            **({"edit": [EDIT_VERSION, *edit_content(tilemap.edit)]} if tilemap.edit else {}),
            **({} if are_shares(self.settings) else {"shares_version": SHARES_VERSION}),
            **digest_loras(tilemap.terrains),
            **({"wrap": tilemap.wrap} if tilemap.wrap else {}),
            **({tile_set.form: [EDGES_VERSION, *tile_set.terrains]} if tile_set else {}),
            **digest_pictures(tilemap, self.settings),
            **({"region": [one_number(edge) for edge in self.region]} if self.region else {}),
        }

    def _settings(self) -> dict[str, object]:
        settings = self.settings.model_dump(mode="json")
        starting = BakeSettings.model_fields
        return {
            key: each
            for key, each in settings.items()
            if key not in SETTINGS_OF_FILES | SETTINGS_OF_MODEL
            and (key not in LATER_SETTINGS or each != starting[key].default)
        }


def digest_of_patched(digest: str, anchor: str) -> str:
    """Return the digest of a patched painting, by those of clean ones of the map and of its anchor."""
    return hashlib.sha256(f"{anchor}+{digest}".encode("ascii")).hexdigest()


def model_key(model_digest: str, loras: Iterable[tuple[LoraRef, str]]) -> tuple[object, ...]:
    """Return what tells a loaded model from another: its digest, and its LoRAs with their weights."""
    return (model_digest, *((digest, lora.weight) for lora, digest in loras))


def _part_digest(part: object) -> str:
    return _digest({"part": part}, {})[:PART_DIGITS]


def _columns_json(tilemap: TileMap) -> dict[str, Sequence[bytes]]:
    """Render a map's tiles and empty cells as JSON: lists of [terrain, x, y, weight], and of [x, y]."""
    tiles, empty, spelled = tilemap.tiles, tilemap.empty, _Spellings()
    names = [json.dumps(name) for name in tiles.names]
    numbers = (tiles.centre_x, tiles.centre_y, tiles.weight)
    rows = zip(map(names.__getitem__, tiles.terrain), *map(spelled.each, numbers), strict=True)
    points = zip(*map(spelled.each, (empty.x, empty.y)), strict=True)
    return {"tiles": [*_list_of_lists(rows)], "empty": [*_list_of_lists(points)]}


class _Spellings(dict[float, str]):
    """Spell numbers as JSON does, and equal ones once: a map has far fewer than tiles."""

    def __missing__(self, value: float) -> str:
        self[value] = spelling = repr(one_number(value))
        return spelling

    def each(self, values: Iterable[float]) -> Iterator[str]:
        """Spell each value."""
        return map(self.__getitem__, values)


def _list_of_lists(rows: Iterable[Iterable[str]]) -> Iterator[bytes]:
    """Render a list of lists piece by piece: that of a million tiles has 30 MB."""
    rows = iter(rows)
    before = "[["
    while inner := "],[".join(map(",".join, islice(rows, ROWS_OF_A_PIECE))):
        yield f"{before}{inner}".encode("ascii")
        before = "],["
    yield b"[]" if before == "[[" else b"]]"


def _digest(content: Mapping[str, object], rendered: Mapping[str, Iterable[bytes]]) -> str:
    """Return the SHA-256 (hex) of JSON with one spelling.

    Keys are sorted, and each float is the shortest text that reads back as itself. `rendered` are further
    members whose values are JSON already, in pieces.
    """
    digest, before = hashlib.sha256(), "{"
    for key in sorted({**content, **rendered}):
        digest.update(f'{before}"{key}":'.encode("ascii"))
        for piece in rendered[key] if key in rendered else (_canonical(content[key]),):
            digest.update(piece)
        before = ","
    digest.update(b"}")
    return digest.hexdigest()


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


class Step(NamedTuple):
    """Describe how far a bake has come: `step` of `steps` are done."""

    step: int
    steps: int
    progress_image: "Callable[[], NDArray[np.uint8]] | None" = None
    """Paint the picture as the model sees it now, small: [height, width, 3]. Costs nothing unless called.

    Call it before `on_step` returns. Raises BakeError when there is no memory for it.
    """


OnStep = Callable[[Step], None]
Baker = Callable[[BakeRequest, OnStep], Texture]


@dataclass(frozen=True)
class AttentionQuery:
    """Name the words of a map's prompts whose attention is asked for."""

    words: tuple[str, ...]
    terrain: str | None = None  # in whose prompt; None is in all of them


AttentionRenderer = Callable[[BakeRequest, AttentionQuery, OnStep], "NDArray[np.uint8]"]
"""Paint a map and return where words worked: RGBA [height, width, 4] at the map's own pixel size."""


TakeRefusals = Callable[[], Sequence[BakeError]]
"""Return what the disk refused to keep of the windows of large maps since the last call."""


def no_refusals() -> Sequence[BakeError]:
    """Return nothing: all that was to be kept was kept, or nothing was."""
    return ()


@dataclass(frozen=True)
class Painter:
    """Offer what one loaded model can do: bake a map, and show where words work in it."""

    bake: Baker
    render_attention: AttentionRenderer
    take_refusals: TakeRefusals = no_refusals
