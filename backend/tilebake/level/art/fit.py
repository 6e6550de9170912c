"""Compare a map's own pictures with the map: which sizes fit, and where they cannot be painted from."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from tilebake.errors import Diagnostic, Location, MapError
from tilebake.level.art.digest_pictures import used_art
from tilebake.level.art.own_picture import OwnPicture
from tilebake.level.art.structure import STRUCTURE, structure_of
from tilebake.level.canvas import width_of_tile
from tilebake.level.output import PictureSize, picture_size

if TYPE_CHECKING:
    from tilebake.level.settings import BakeSettings
    from tilebake.level.tilemap import TileMap

ART: Final = "art"
KEEP: Final = "keep"
_WHAT_TO_FETCH: Final = (
    "fetch ip-adapter_sdxl_vit-h.safetensors of h94/IP-Adapter, and its folder models/image_encoder; put "
    'both side by side into the project, and name the file by the setting "ip_adapter"'
)
_CONTROLNET_TO_FETCH: Final = (
    "fetch config.json and diffusion_pytorch_model.safetensors of a ControlNet for SDXL into a folder of the "
    "project: of diffusers/controlnet-depth-sdxl-1.0 for depth, of diffusers/controlnet-canny-sdxl-1.0 for "
    'edges; name the folder by the setting "controlnet"'
)


def refuse_unfit_pictures(tilemap: "TileMap", settings: "BakeSettings") -> None:
    """Raise MapError where a map's own pictures are not of its size, or cannot be painted from."""
    refuse_references_alone(tilemap, settings)
    _refuse_structure_alone(tilemap, settings)
    named = own_pictures(tilemap, settings)
    if named and tilemap.tile_set is not None:
        hint = f'remove "{named[0]}"'
        raise _error(tilemap, named[0], "a TileSet is painted from noise, and keeps no picture", hint)
    for name, picture in ((ART, tilemap.art), (STRUCTURE, tilemap.structure)):
        if picture is not None and name in named:
            _refuse_other_proportions(tilemap, name, picture)
    if KEEP in named:
        _refuse_unfit_keep(tilemap, settings)


def refuse_references_alone(tilemap: "TileMap", settings: "BakeSettings") -> None:
    """Raise MapError where a map is to look like a picture, and no setting names what can read it."""
    if settings.ip_adapter is None and tilemap.references.pictures():
        what = 'painting like a picture ("reference") takes an IP-Adapter, and no setting names one'
        raise MapError(what, where=Location(tilemap.path), hint=_WHAT_TO_FETCH)


def _refuse_structure_alone(tilemap: "TileMap", settings: "BakeSettings") -> None:
    """Raise MapError where a map names a picture of its structure, and no setting names what can read it."""
    if settings.controlnet is None and tilemap.structure is not None:
        what = 'holding a painting to a picture ("structure") takes a ControlNet, and no setting names one'
        raise MapError(what, where=_at(tilemap, STRUCTURE), hint=_CONTROLNET_TO_FETCH)


def refuse_pictures_in_worlds(tilemap: "TileMap", settings: "BakeSettings") -> None:
    """Raise MapError where pictures of a map count that is one of a world: its neighbours would not fit."""
    for name in own_pictures(tilemap, settings):
        what = f'a map that shares a world with others takes no "{name}"'
        hint = f'remove "{name}", or take the map out of [worlds] in tilebake.toml'
        raise _error(tilemap, name, what, hint)


def tell_idle_art(tilemap: "TileMap", settings: "BakeSettings") -> Iterator[Diagnostic]:
    """Note a picture without what makes it count: a strength, a ControlNet; or one of these without it."""
    structure = structure_of(tilemap, settings)
    if tilemap.art is not None and ART not in own_pictures(tilemap, settings):
        hint = "set init_strength, to 0.6 say, or name a ControlNet by controlnet, or remove it"
        yield Diagnostic(
            '"art" changes nothing: the map is painted from noise alone', _at(tilemap, ART), hint
        )
    if tilemap.art is None and settings.init_strength is not None:
        hint = 'name a picture of its tiles by "art"'
        what = "init_strength changes nothing: the map names no picture to begin from"
        yield Diagnostic(what, Location(tilemap.path), hint)
    if settings.controlnet is not None and settings.controlnet_strength > 0 and structure is None:
        hint = 'name a picture of what lies where by "structure", or one of its tiles by "art"'
        what = "controlnet changes nothing: the map names no picture to be held to"
        yield Diagnostic(what, Location(tilemap.path), hint)


def own_pictures(tilemap: "TileMap", settings: "BakeSettings") -> tuple[str, ...]:
    """Name the pictures of a map that change a pixel."""
    structure = structure_of(tilemap, settings)
    begins = used_art(tilemap, settings) is not None
    held = () if structure is None else (structure.key,)
    kept = () if tilemap.keep is None else (KEEP,)
    return tuple(dict.fromkeys([*([ART] if begins else []), *held, *kept]))


def _refuse_other_proportions(tilemap: "TileMap", name: str, picture: OwnPicture) -> None:
    """Raise for a picture that shows nothing, or has other proportions than the map's: its scale is free."""
    size = picture_size(tilemap.bounds)
    if picture.is_empty:
        drawn = "the map's tiles" if name == ART else "what lies where"
        raise _error(tilemap, name, "the picture is transparent all over", f"draw {drawn} in it")
    too_high = picture.height - picture.width * size.height / size.width
    too_wide = picture.width - picture.height * size.width / size.height
    if min(abs(too_high), abs(too_wide)) >= 1:
        what = f"the picture has {PictureSize(picture.width, picture.height)}, and the map's has {size}"
        raise _error(tilemap, name, what, "draw the whole map and nothing else, at any scale")


def _refuse_unfit_keep(tilemap: "TileMap", settings: "BakeSettings") -> None:
    """Raise for a picture whose pixels are no whole blocks of those of the map's picture."""
    keep = tilemap.keep
    assert keep is not None, "there is something to keep"
    scale = width_of_tile(settings, tilemap.tile_size) / tilemap.tile_size[0]
    size = picture_size(tilemap.bounds, scale if settings.keep_resolution else 1.0)
    block = size.width // keep.width
    if (block * keep.width, block * keep.height) != (size.width, size.height):
        what = f"the picture has {PictureSize(keep.width, keep.height)}, and the map's has {size}"
        hint = "make it as large as the map's picture, or a half, a third or another whole part of it"
        raise _error(tilemap, KEEP, what, hint)


def _error(tilemap: "TileMap", key: str, what: str, hint: str) -> MapError:
    return MapError(what, where=_at(tilemap, key), hint=hint)


def _at(tilemap: "TileMap", key: str) -> Location:
    return Location(tilemap.path, json_path=f"$.{key}")
