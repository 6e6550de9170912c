"""Read Tiled's XML as its JSON says the same, so that one reader serves both, and remember where it stood."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tilebake.errors import Location, MapError
from tilebake.level.formats.xml_text import Element, parse_xml
from tilebake.level.source.json_positions import JsonPath

_SKIPPED: Final = frozenset({"objectgroup", "animation", "editorsettings", "transformations"})
_LAYERS: Final[Mapping[str, str]] = {"layer": "tilelayer", "group": "group", "imagelayer": "imagelayer"}

_Json = dict[str, object]


@dataclass(frozen=True)
class TiledXml:
    """Hold the value of an XML file, and where its parts stand."""

    value: _Json
    tag: str  # of the whole: "map" or "tileset"
    file: Path | None
    places: Mapping[JsonPath, Element]

    def error_at(
        self,
        what: str,
        path: JsonPath = (),
        *,
        hint: str | None = None,
        at_key: bool = False,
        character: int | None = None,
    ) -> MapError:
        """Make the error for what is wrong at a path: at its element, or the nearest around it."""
        del at_key, character  # elements alone have places
        while path not in self.places:
            path = path[:-1]
        place = self.places[path]
        return MapError(what, where=Location(self.file, place.line, place.column), hint=hint)


def read_tiled_xml(data: str | bytes, file: Path | None) -> TiledXml:
    """Read the XML of a map or a tileset. Raises MapError with line and column."""
    root = parse_xml(data, file, _SKIPPED)
    reading = _Reading()
    value = (reading.tileset if root.tag == "tileset" else reading.map)(root, ())
    return TiledXml(value, root.tag, file, reading.places)


@dataclass
class _Reading:
    """Turn elements into values, and note where each begins."""

    places: dict[JsonPath, Element] = field(default_factory=dict[JsonPath, Element])

    def map(self, element: Element, path: JsonPath) -> _Json:
        tilesets = self._list(element.all("tileset"), (*path, "tilesets"), self.tileset)
        return {**self._with_properties(element, path), "tilesets": tilesets} | self._layers(element, path)

    def tileset(self, element: Element, path: JsonPath) -> _Json:
        tiles = self._list(element.all("tile"), (*path, "tiles"), self._tile)
        found = element.inner("terraintypes", "terrain")
        terrains = self._list(found, (*path, "terrains"), self._with_properties)
        wang_sets = self._list(element.inner("wangsets", "wangset"), (*path, "wangsets"), self._wang_set)
        own = self._with_properties(element, path)
        return {**own, "tiles": tiles, "wangsets": wang_sets, "terrains": terrains}

    def _tile(self, element: Element, path: JsonPath) -> _Json:
        own = self._with_properties(element, path)
        if corners := element.attributes.get("terrain"):
            own["terrain"] = [corner or -1 for corner in corners.split(",")]
        return own

    def _wang_set(self, element: Element, path: JsonPath) -> _Json:
        colours = self._list(element.all("wangcolor"), (*path, "colors"), self._with_properties)
        tiles = self._list(element.all("wangtile"), (*path, "wangtiles"), self._wang_tile)
        return {**self._with_properties(element, path), "colors": colours, "wangtiles": tiles}

    def _wang_tile(self, element: Element, path: JsonPath) -> _Json:
        self.places[path] = element
        numbers = element.attributes.get("wangid", "").split(",")
        return {**element.attributes, "wangid": numbers}

    def _layers(self, element: Element, path: JsonPath) -> _Json:
        found = [child for child in element.children if child.tag in _LAYERS]
        return {"layers": self._list(found, (*path, "layers"), self._layer)}

    def _layer(self, element: Element, path: JsonPath) -> _Json:
        own = {**self._with_properties(element, path), "type": _LAYERS[element.tag]}
        if element.tag == "group":
            return own | self._layers(element, path)
        for image in element.all("image")[:1]:
            own["image"] = image.attributes.get("source", "")
        for data in element.all("data")[:1]:
            packing = {
                key: data.attributes[key] for key in data.attributes.keys() & {"encoding", "compression"}
            }
            chunks = self._list(data.all("chunk"), (*path, "chunks"), self._chunk)
            own |= {**packing, "data": _content(data), **({"chunks": chunks} if chunks else {})}
        return own

    def _chunk(self, element: Element, path: JsonPath) -> _Json:
        self.places[path] = element
        return {**element.attributes, "data": _content(element)}

    def _with_properties(self, element: Element, path: JsonPath) -> _Json:
        self.places[path] = element
        found = element.inner("properties", "property")
        return {
            **element.attributes,
            "properties": self._list(found, (*path, "properties"), self._property),
        }

    def _property(self, element: Element, path: JsonPath) -> _Json:
        self.places[path] = element
        return {"value": element.text, **element.attributes}

    def _list(
        self, elements: list[Element], path: JsonPath, read: Callable[[Element, JsonPath], _Json]
    ) -> list[_Json]:
        return [read(element, (*path, index)) for index, element in enumerate(elements)]


def _content(element: Element) -> object:
    """Return the data of a layer or a chunk: as text, or as numbers that are elements of their own."""
    return element.numbers or element.text
