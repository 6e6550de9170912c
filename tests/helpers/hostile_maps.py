"""Damaged and hostile files of Tiled and LDtk, made by rule: each deserves a MapError."""

import json
import random
import zlib
from base64 import b64encode
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from tests.helpers.ldtk_files import layer, ldtk, level
from tests.helpers.tiled_files import Packing, tmj, tmx

ROWS: Final = ["ggws", "gwwg"]
CUTS: Final = 16  # of each document
PATHS: Final = (
    "../secret.tsx",
    "../../../../../../etc/passwd",
    "/etc/passwd",
    "C:\\\\windows\\\\win.ini",
    "//server/share/a.tsx",
    "http://127.0.0.1:9/a.tsx",
    "file:///etc/passwd",
    "link.tsx",
    "loop.tsx",
    "folder",
    "empty.tsx",
    "picture.tsx",
    "x" * 900,
    "gone/../gone.tsx",
    "a\x7fb.tsx",
    "map.tmx",
)
NUMBERS: Final = ("-1", "0", "1e999", "nan", "", "0x10", "9" * 30, "9" * 5000, "one", "1.5", "\u0665x")


class Hostile(NamedTuple):
    """A file, and what is wrong with it."""

    why: str
    name: str
    content: str | bytes


def hostile_maps() -> Iterator[Hostile]:
    """Every one of them, always the same."""
    chance = random.Random(22)
    yield from _cut(chance)
    yield from _wrong_numbers()
    yield from _wrong_paths()
    yield from _wrong_data(chance)
    yield from _wrong_xml()
    yield from _wrong_json()


def documents() -> Iterator[tuple[str, str]]:
    """Maps that are as they should be."""
    packings: tuple[Packing, ...] = ("csv", "xml", "", "zlib", "gzip", "zstd")
    for packing in packings:
        yield "a.tmx", tmx(ROWS, packing=packing).rstrip()
        yield "a.tmj", json.dumps(tmj(ROWS, packing=packing))
    yield "a.ldtk", json.dumps(ldtk([level("A", ROWS), level("B", ROWS, 64)]))


def _cut(chance: random.Random) -> Iterator[Hostile]:
    for name, text in documents():
        for _ in range(CUTS):
            at = chance.randrange(1, len(text))
            yield Hostile(f"cut at {at}", name, text[:at])


def _wrong_numbers() -> Iterator[Hostile]:
    for attribute in ("tilewidth", "tileheight"):
        for number in NUMBERS:
            yield Hostile(f"{attribute} {number[:9]!r}", "a.tmx", tmx(ROWS, attributes={attribute: number}))
    for number in (-1, 0, 1.5, "one", None, [], {}, 10**30):
        for member in ("tilewidth", "tileheight"):
            yield Hostile(f"{member} {number!r}", "a.tmj", json.dumps(tmj(ROWS) | {member: number}))
        for member in ("pxWid", "pxHei"):
            wrong = level("A", ROWS) | {member: number}
            yield Hostile(f"{member} {number!r}", "a.ldtk", json.dumps(ldtk([wrong])))
    for member, number in (
        ("__cWid", 10**8),
        ("__cHei", 3),
        ("__gridSize", 0),
        ("__opacity", 7),
        ("visible", "?"),
    ):
        layers = [layer(ROWS) | {member: number}]
        yield Hostile(
            f"{member} {number}", "a.ldtk", json.dumps(ldtk([level("A", ROWS, layerInstances=layers)]))
        )


def _wrong_paths() -> Iterator[Hostile]:
    for path in PATHS:
        source = f'<tileset firstgid="1" source="{path}"/>'
        yield Hostile(f"tileset {path[:30]}", "a.tmx", tmx(ROWS, tileset=source))
        sources = [{"firstgid": 1, "source": path}]
        yield Hostile(f"tileset {path[:30]}", "a.tmj", json.dumps(tmj(ROWS, tilesets=sources)))
        shell = level("A", ROWS, layerInstances=None, externalRelPath=path)
        yield Hostile(f"level {path[:30]}", "a.ldtk", json.dumps(ldtk([shell])))
    for path in ("nul\0.tsx", "\ud800.tsx"):
        sources = [{"firstgid": 1, "source": path}]
        yield Hostile(f"tileset {path!r}", "a.tmj", json.dumps(tmj(ROWS, tilesets=sources)))


def _wrong_data(chance: random.Random) -> Iterator[Hostile]:
    bomb = b64encode(zlib.compress(bytes(1 << 22))).decode("ascii")
    packed: list[tuple[str, Any, str]] = [
        ("bomb", bomb, "zlib"),
        ("bomb", bomb, "gzip"),
        ("no zstd", bomb, "zstd"),
        ("zstd that wants 2 GiB", b64encode(b"\x28\xb5\x2f\xfd\x00\xa8" + bytes(16)).decode("ascii"), "zstd"),
        ("unknown", bomb, "lzma"),
        ("no base64", "!!!!", "zlib"),
        ("half a quad", "AAA", ""),
        ("nothing", " ", "zlib"),
        ("too short", "AAAA", ""),
        ("a list in a list", [[1] * 8], ""),
        ("too large", [2**32] * 8, ""),
        ("negative", [-1] * 8, ""),
        ("fractions", [1.5] * 8, ""),
        ("texts", ["a"] * 8, ""),
        ("an object", {"0": 1}, ""),
        ("no tileset", [0x0FFFFFFF] * 8, ""),
    ]
    for why, data, compression in packed:
        value = tmj(ROWS)
        value["layers"][0] |= {"data": data, "encoding": "base64", "compression": compression}
        yield Hostile(why, "a.tmj", json.dumps(value))
    long = tmx(ROWS).replace('encoding="csv">', f'encoding="csv">{"1," * 10_000}')
    yield Hostile("numbers without an end", "a.tmx", long)
    for _ in range(20):
        value = tmj(ROWS, packing="zlib")
        data = bytearray(value["layers"][0]["data"], "ascii")
        data[chance.randrange(2, len(data) - 4)] = ord("!")
        value["layers"][0]["data"] = data.decode("ascii")
        yield Hostile("a damaged sign", "a.tmj", json.dumps(value))
    chunk = {"x": 0, "y": 0, "width": 1000, "height": 1000, "data": ""}
    for chunks in (
        [chunk],
        [{**chunk, "width": 10**6, "height": 10**6}],
        [{**chunk, "x": 10**12}],
        [chunk] * 2000,
        [{**chunk, "width": 1, "height": 1, "data": [1], "x": x} for x in (-(10**6), 10**6)],
        [{**chunk, "data": [1]}],
    ):
        value = tmj(ROWS, infinite=True)
        value["layers"][0]["chunks"] = chunks
        yield Hostile("chunks", "a.tmj", json.dumps(value))
    big = tmj(ROWS, width=10**6, height=10**6)
    yield Hostile("a vast map", "a.tmj", json.dumps({**big, "layers": []}))


def _wrong_xml() -> Iterator[Hostile]:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    for why, text in {
        "laughs": f'<!DOCTYPE map [<!ENTITY l0 "lol">{laughs}]><map>&l9;</map>',
        "outside": '<!DOCTYPE map [<!ENTITY x SYSTEM "file:///etc/passwd">]><map>&x;</map>',
        "parameter": '<!DOCTYPE map [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]><map/>',
        "deep": "<map>" + "<group>" * 5000 + "</group>" * 5000 + "</map>",
        "deep groups": tmx(ROWS, more="<group>" * 60 + "</group>" * 60),
        "flood": "<map>" + "<layer/>" * 250_000 + "</map>",
        "nothing": "",
        "blank": "   \n",
        "a map in a map's stead": "<world/>",
        "no attribute": "<map/>",
        "twice": '<map width="1" width="2"/>',
        "no layer's size": tmx(ROWS).replace('height="2">\n  <data', 'height="-2">\n  <data'),
        "terrain": tmx(ROWS, tileset="<tileset firstgid='1'><tile id='0' type='lava'/></tileset>"),
    }.items():
        yield Hostile(why, "a.tmx", text)
    for why, data in {
        "UTF-16": tmx(ROWS).encode("utf-16"),
        "Latin-1": b'<?xml version="1.0" encoding="latin-1"?><map name="\xe9"/>',
        "zeros": bytes(1000),
        "PNG": b"\x89PNG\r\n",
        "an unknown encoding": b'<?xml version="1.0" encoding="rot13"?><zap/>',
    }.items():
        yield Hostile(why, "a.tmx", data)


def _wrong_json() -> Iterator[Hostile]:
    deep = "[" * 100_000
    for name in ("a.tmj", "a.ldtk"):
        for why, text in {
            "deep": deep,
            "deep layers": '{"layers": ' * 900 + "0" + "}" * 900,
            "nothing": "",
            "a number": "5",
            "a list": "[]",
            "an object": "{}",
            "twice": '{"layers": [], "layers": []}',
            "not a number": '{"layers": NaN}',
            "no layers": '{"layers": 5, "levels": 5}',
            "digits": f'{{"width": {"9" * 5000}}}',
            "half a character": '{"levels": ["\\ud800"], "layers": []}',
        }.items():
            yield Hostile(why, name, text)
    group: dict[str, Any] = {"type": "group", "layers": []}
    for _ in range(200):
        group = {"type": "group", "layers": [group]}
    yield Hostile("deep groups", "a.tmj", json.dumps(tmj(ROWS, layers=[group])))
    yield Hostile("levels of one name", "a.ldtk", json.dumps(ldtk([level("A", ROWS)] * 2)))
    for name in ("..", "a/b", "con#", "", "é", "x" * 300, None, 5):
        yield Hostile(
            f"a level {name!r:.20}", "a.ldtk", json.dumps(ldtk([level("A", ROWS) | {"identifier": name}]))
        )
