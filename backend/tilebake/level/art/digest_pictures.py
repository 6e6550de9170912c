"""Say by digests which of a map's own pictures change a pixel: what its request's digest holds of them."""

from typing import TYPE_CHECKING, Final

from tilebake.level.art.own_picture import OwnPicture
from tilebake.level.art.references import ReferencePicture
from tilebake.level.art.structure import structure_of

if TYPE_CHECKING:
    from tilebake.level.settings import BakeSettings
    from tilebake.level.tilemap import TileMap

ART_VERSION: Final = 2  # goes up whenever maps with pictures of their own begin to give other pixels
REFERENCE_VERSION: Final = 1  # and where they are painted like others
STRUCTURE_VERSION: Final = 1  # and where a ControlNet holds them to a picture


def digest_pictures(tilemap: "TileMap", settings: "BakeSettings") -> dict[str, object]:
    """Return the digests of the pictures that count, by what they are for; nothing where there are none."""
    references = tilemap.references
    own = {"art": used_art(tilemap, settings), "keep": tilemap.keep}
    found: dict[str, object] = {
        name: [ART_VERSION, *each.content_key()] for name, each in own.items() if each is not None
    }
    if (structure := structure_of(tilemap, settings)) is not None:
        found["structure"] = [STRUCTURE_VERSION, structure.key, *structure.picture.content_key()]
    if references.whole is not None:
        found["reference"] = [REFERENCE_VERSION, *digest_reference(references.whole)]
    if references.terrains:
        terrains = {name: [*digest_reference(each)] for name, each in references.terrains.items()}
        found["references"] = [REFERENCE_VERSION, terrains]
    return found


def used_art(tilemap: "TileMap", settings: "BakeSettings") -> OwnPicture | None:
    """Return the art that a map's painting begins from, or that its edit starts from; None without any."""
    is_edited = tilemap.edit is not None and tilemap.edit.source == "art"
    return tilemap.art if is_edited or settings.init_strength is not None else None


def digest_reference(reference: ReferencePicture) -> tuple[str, float]:
    """Return what tells a picture to paint like from others: its pixels' digest, and its weight."""
    return reference.picture.digest, float(reference.weight) + 0.0
