"""Parse XML that anybody may have made, and locate its elements: no entities, no depth, no flood."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.parsers import expat

from tilebake.errors import Location, MapError
from tilebake.level.source.encoding import decode

_MAX_DEPTH: Final = 100
_MOST_ELEMENTS: Final = 200_000  # that are kept


@dataclass(slots=True)
class Element:
    """Hold an element, and where it begins."""

    tag: str
    attributes: Mapping[str, str]
    line: int  # counted from 1, and so is the column
    column: int
    children: list["Element"] = field(default_factory=list["Element"])
    texts: list[str] | None = None
    numbers: list[str] | None = None  # see `parse_xml`

    @property
    def text(self) -> str:
        """Return the text in it, without that of its children."""
        return "".join(self.texts or ())

    def all(self, tag: str) -> list["Element"]:
        """Return the children with a tag."""
        return [child for child in self.children if child.tag == tag]

    def inner(self, *tags: str) -> list["Element"]:
        """Return the children of all children with the first tag, of those the ones with the second, ..."""
        found: list[Element] = [self]
        for tag in tags:
            found = [child for each in found for child in each.all(tag)]
        return found


class _Builder:
    """Build a tree of elements as expat reports them."""

    def __init__(self, parser: expat.XMLParserType, file: Path | None, skipped: frozenset[str]) -> None:
        self.root: Element | None = None
        self._parser = parser
        self._file = file
        self._skipped = skipped
        self._open: list[Element] = []
        self._passed = 0  # how deep in an element that is skipped
        self._count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        top = self._open[-1] if self._open else None
        if len(self._open) + self._passed >= _MAX_DEPTH:
            raise self.refuse(f"is nested more than {_MAX_DEPTH} deep", "save it anew in its editor")
        if self._passed or (top is not None and tag in self._skipped):
            self._passed += 1
        elif tag == "tile" and top is not None and top.tag in ("data", "chunk"):
            self._passed += 1
            top.numbers = top.numbers or []
            top.numbers.append(attributes.get("gid", "0"))
        else:
            self._add(tag, attributes, top)

    def _add(self, tag: str, attributes: dict[str, str], top: Element | None) -> None:
        self._count += 1
        if self._count > _MOST_ELEMENTS:
            raise self.refuse(f"has more than {_MOST_ELEMENTS:,} elements", "split the map")
        element = Element(
            tag, attributes, self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1
        )
        if top is None:
            self.root = element
        else:
            top.children.append(element)
        self._open.append(element)

    def end(self, _tag: str) -> None:
        if self._passed:
            self._passed -= 1
        else:
            self._open.pop()

    def text(self, text: str) -> None:
        if self._open and not self._passed:
            top = self._open[-1]
            top.texts = top.texts or []
            top.texts.append(text)

    def refuse_entity(self, *_declaration: object) -> None:
        raise self.refuse("declares an entity, which no map needs", "save it anew in its editor")

    def refuse(self, what: str, hint: str) -> MapError:
        line, column = self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1
        return MapError(what, where=Location(self._file, line, column), hint=hint)


def parse_xml(data: str | bytes, file: Path | None, skipped: frozenset[str]) -> Element:
    """Return the root of a UTF-8 XML text, without the elements whose tags are `skipped`.

    Of the tiles in an element `data` or `chunk`, of which there may be a million, only the numbers stay.
    Raises MapError with line and column.
    """
    text = decode(data, file, MapError) if isinstance(data, bytes) else data.removeprefix("\ufeff")
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    builder = _Builder(parser, file, skipped)
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.EntityDeclHandler = builder.refuse_entity
    try:
        parser.Parse(text.encode("utf-8", "surrogatepass"), True)
    except expat.ExpatError as error:
        place = Location(file, error.lineno, error.offset + 1)
        what = f"not XML: {expat.ErrorString(error.code)}"
        raise MapError(what, where=place, hint="save it anew in its editor") from None
    assert builder.root is not None, "expat accepts no text without an element"
    return builder.root
