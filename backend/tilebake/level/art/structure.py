"""Say which of a map's own pictures a ControlNet holds its painting to, if any."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from tilebake.level.art.own_picture import OwnPicture

if TYPE_CHECKING:
    from tilebake.level.settings import BakeSettings
    from tilebake.level.tilemap import TileMap

STRUCTURE: Final = "structure"
_PREFIX: Final = "controlnet"  # of all settings of it


class Structure(NamedTuple):
    """Hold the picture that a painting is held to, and the key under which the map names it."""

    picture: OwnPicture
    key: Literal["structure", "art"]


def structure_of(tilemap: "TileMap", settings: "BakeSettings") -> Structure | None:
    """Return what a map's painting is held to; None where no ControlNet works on it."""
    if settings.controlnet is None or settings.controlnet_strength == 0:
        return None
    if tilemap.structure is not None:
        return Structure(tilemap.structure, "structure")
    return None if tilemap.art is None else Structure(tilemap.art, "art")


def settings_of_structure(tilemap: "TileMap", settings: "BakeSettings") -> Mapping[str, object]:
    """Return a map's settings of a ControlNet as they start where it has no picture for one, else none."""
    if tilemap.structure is not None or tilemap.art is not None:
        return {}
    fields = type(settings).model_fields
    return {name: fields[name].default for name in fields if name.startswith(_PREFIX)}
