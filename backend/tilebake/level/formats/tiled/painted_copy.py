"""Make a copy of a Tiled map that shows its painting: an image layer above the layers of tiles."""

import json
from pathlib import Path
from typing import Final, NamedTuple
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from tilebake.errors import Location, MapError
from tilebake.level.formats.beside import WorldPlace
from tilebake.level.formats.lenient_model import validate
from tilebake.level.formats.tiled.tiled_file import TiledMap
from tilebake.level.formats.tiled.tmx import read_tiled_xml
from tilebake.level.map.grid import Bounds
from tilebake.level.source.encoding import decode
from tilebake.level.source.json_text import JsonText

COPY_MARK: Final = "tilebake --image-layer"  # a property of the layer: a file that has it is such a copy
_XML, _JSON = ".tmx", ".tmj"
_PAINTED: Final = ("layer", "group", "tilelayer")  # elements of XML, and types of layers in JSON


class LayerPicture(NamedTuple):
    """Hold a painting: its name beside the copy, and its size in pixels."""

    source: str
    width: int
    height: int


def is_tiled_map(path: Path) -> bool:
    """Tell by its name whether a file is a map of Tiled."""
    return path.suffix.lower() in (_XML, _JSON)


def add_image_layer(
    data: bytes, file: Path, picture: LayerPicture, shown: Bounds, place: WorldPlace
) -> bytes:
    """Return a map's file with a layer that shows its painting over its tiles, and below what follows them.

    `shown` is what the painting covers, in map pixels of its world, and `place` where the map lies in that.
    Raises MapError for a file that cannot be read.
    """
    text = decode(data, file, MapError)
    if file.suffix.lower() == _JSON:
        source = JsonText(text, file)
        value = source.parse()
        entry = validate(TiledMap, value, source.error_at)
        return _add_to_json(text, picture, _offset(entry, shown, place)).encode("utf-8")
    xml = read_tiled_xml(data, file)
    entry = validate(TiledMap, xml.value, xml.error_at)
    return _add_to_xml(text, file, picture, _offset(entry, shown, place)).encode("utf-8")


def _offset(entry: TiledMap, shown: Bounds, place: WorldPlace) -> tuple[float, float]:
    """Return where a painting begins as Tiled counts pixels: at 0 but in infinite maps.

    Tiled has the first cell of an isometric map in the middle of its upper side.
    """
    if not entry.infinite:
        return 0.0, 0.0
    middle = (entry.height - 1) * entry.tilewidth / 2 if entry.orientation == "isometric" else 0.0
    return shown.x - place.x + middle, shown.y - place.y


def _add_to_json(text: str, picture: LayerPicture, offset: tuple[float, float]) -> str:
    value = json.loads(text)
    layers = value.setdefault("layers", [])
    painted = [index for index, layer in enumerate(layers) if layer.get("type") in _PAINTED]
    layer = {
        "name": "tilebake",
        "type": "imagelayer",
        "image": picture.source,
        "imagewidth": picture.width,
        "imageheight": picture.height,
        "offsetx": offset[0],
        "offsety": offset[1],
        "opacity": 1,
        "visible": True,
        "x": 0,
        "y": 0,
        "properties": [{"name": "written by", "type": "string", "value": COPY_MARK}],
    }
    layers.insert(painted[-1] + 1 if painted else len(layers), layer)
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def _add_to_xml(text: str, file: Path, picture: LayerPicture, offset: tuple[float, float]) -> str:
    x, y = offset
    layer = f"""
 <imagelayer name="tilebake" offsetx="{x:g}" offsety="{y:g}">
  <properties><property name="written by" value={quoteattr(COPY_MARK)}/></properties>
  <image source={quoteattr(picture.source)} width="{picture.width}" height="{picture.height}"/>
 </imagelayer>"""
    data = text.encode("utf-8")
    at = _LayerEnds(data).last
    if at is None:
        hint = "add a layer of tiles in Tiled"
        raise MapError("the map has no layer that a painting could follow", where=Location(file), hint=hint)
    return (data[:at] + layer.encode("utf-8") + data[at:]).decode("utf-8")


class _LayerEnds:
    """Find the byte behind the last layer of tiles, or group of layers, that the map itself has."""

    def __init__(self, data: bytes) -> None:
        self.last: int | None = None
        self._depth = 0
        self._is_due = False
        self._parser = expat.ParserCreate("utf-8")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.DefaultHandler = self._see
        self._parser.Parse(data, True)

    def _see(self, _text: str) -> None:
        """Note where the next thing begins: there an element that has just ended is over."""
        if self._is_due:
            self.last, self._is_due = self._parser.CurrentByteIndex, False

    def _start(self, _tag: str, _attributes: dict[str, str]) -> None:
        self._see("")
        self._depth += 1

    def _end(self, tag: str) -> None:
        self._see("")
        self._depth -= 1
        self._is_due = self._depth == 1 and tag in _PAINTED
