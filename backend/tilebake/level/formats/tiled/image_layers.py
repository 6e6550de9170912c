"""Find the picture of an image layer of a Tiled map by the layer's name."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from tilebake.level.formats.tiled.tiled_file import TiledLayer, TiledMap
from tilebake.level.source.json_positions import JsonPath, snippet
from tilebake.level.source.refuse import Refuse

_KIND: Final = "imagelayer"
_MAX_DEPTH: Final = 32  # of groups


class ImageLayer(NamedTuple):
    """Name the file of an image layer, and where the map does."""

    file: str
    path: JsonPath


class _Found(NamedTuple):
    entry: TiledLayer
    path: JsonPath
    offset: tuple[float, float]  # map pixels, with that of the groups around it


def find_image_layer(entry: TiledMap, name: str, refuse: Refuse) -> ImageLayer | None:
    """Return the first image layer of a name, shown or hidden, in groups too; None where there is none.

    Its tint and opacity do not count. Raises what `refuse` makes for one that has no picture, or does not
    begin where the map does.
    """
    found = next((each for each in _image_layers(entry.layers) if each.entry.name == name), None)
    if found is None:
        return None
    named = f"the image layer {snippet(name)}"
    if not found.entry.image:
        raise refuse(f"{named} has no picture", found.path, hint="choose one in Tiled")
    if entry.infinite:
        hint = "export the map as an image, and name that file instead"
        raise refuse(f"{named} is of an infinite map, which ends nowhere", found.path, hint=hint)
    if any(found.offset):
        x, y = found.offset
        what = f"{named} begins at {x:g}, {y:g}, and not in the corner of the map"
        raise refuse(what, found.path, hint="set its offset, and that of its group, to 0")
    return ImageLayer(found.entry.image, found.path)


def _image_layers(
    layers: Sequence[TiledLayer], around: JsonPath = (), offset: tuple[float, float] = (0.0, 0.0)
) -> Iterator[_Found]:
    if len(around) >= 2 * _MAX_DEPTH:
        return
    for index, entry in enumerate(layers):
        path, own = (*around, "layers", index), (offset[0] + entry.offsetx, offset[1] + entry.offsety)
        if entry.type == _KIND:
            yield _Found(entry, path, own)
        yield from _image_layers(entry.layers, path, own)
