"""Files as the editor Tiled writes them, made of rows of characters."""

import base64
import gzip
import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import zstandard

Packing = Literal["csv", "xml", "", "zlib", "gzip", "zstd"]
PROJECT: Final = """
base_prompt = "a small island"
[terrains]
grass = "lush green grass"
water = "deep blue water"
sand = "yellow sand"
"""
TILES: Final[Mapping[str, int]] = {".": 0, "g": 1, "w": 2, "s": 3}
TERRAINS: Final[Mapping[int, str]] = {0: "grass", 1: "water", 2: "sand"}


def gids(rows: Sequence[str], first: int = 1) -> list[int]:
    """The numbers of tiles, of which the tileset's first has the number `first`."""
    return [TILES[sign] and TILES[sign] + first - 1 for row in rows for sign in row]


def packed(numbers: Sequence[int], packing: Packing) -> str:
    """The numbers as base64."""
    plain = struct.pack(f"<{len(numbers)}I", *numbers)
    match packing:
        case "zlib":
            plain = zlib.compress(plain)
        case "gzip":
            plain = gzip.compress(plain)
        case "zstd":
            plain = zstandard.ZstdCompressor().compress(plain)
        case _:
            pass
    return base64.b64encode(plain).decode("ascii")


def tsx(terrains: Mapping[int, str] = TERRAINS, name: str = "ground", more: str = "") -> str:
    """A tileset whose tiles have the property "terrain"."""
    tiles = "".join(
        f'<tile id="{tile}"><properties><property name="terrain" value="{terrain}"/></properties></tile>'
        for tile, terrain in terrains.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<tileset version="1.10" name="{name}" tilewidth="16" tileheight="16"'
        f' columns="4">\n <image source="ground.png" width="64" height="64"/>\n {tiles}{more}\n'
        "</tileset>\n"
    )


def tmx(
    rows: Sequence[str],
    *,
    packing: Packing = "csv",
    tileset: str = '<tileset firstgid="1" source="ground.tsx"/>',
    layer: str = "",
    more: str = "",
    attributes: Mapping[str, object] | None = None,
) -> str:
    """A map of one layer."""
    numbers, width, height = gids(rows), len(rows[0]), len(rows)
    match packing:
        case "csv":
            data = f'<data encoding="csv">\n{",".join(map(str, numbers))}\n</data>'
        case "xml":
            tiles = "".join(f'<tile gid="{each}"/>' for each in numbers)
            data = f"<data>{tiles}</data>"
        case _:
            compression = f' compression="{packing}"' if packing else ""
            data = f'<data encoding="base64"{compression}>\n   {packed(numbers, packing)}\n  </data>'
    shown = {
        "orientation": "orthogonal",
        "width": width,
        "height": height,
        "tilewidth": 16,
        "tileheight": 16,
        "infinite": 0,
        **(attributes or {}),
    }
    written = "".join(f' {key}="{value}"' for key, value in shown.items())
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<map version="1.10" tiledversion="1.11.0" renderorder="right-down"'
        f"{written}>\n {tileset}\n"
        f' <layer id="1" name="ground" width="{width}" height="{height}"{layer}>\n'
        f"  {data}\n </layer>{more}\n</map>\n"
    )


def tmj(rows: Sequence[str], *, packing: Packing = "csv", **members: object) -> dict[str, Any]:
    """The same map as JSON."""
    numbers, width, height = gids(rows), len(rows[0]), len(rows)
    is_plain = packing in ("csv", "xml")
    layer: dict[str, Any] = {
        "type": "tilelayer",
        "id": 1,
        "name": "ground",
        "visible": True,
        "opacity": 1,
        "x": 0,
        "y": 0,
        "width": width,
        "height": height,
        "data": numbers if is_plain else packed(numbers, packing),
        **({} if is_plain else {"encoding": "base64", "compression": packing}),
    }
    return {
        "type": "map",
        "version": "1.10",
        "orientation": "orthogonal",
        "infinite": False,
        "width": width,
        "height": height,
        "tilewidth": 16,
        "tileheight": 16,
        "tilesets": [{"firstgid": 1, "source": "ground.tsx"}],
        "layers": [layer],
        **members,
    }


def own(rows: Sequence[str], **members: object) -> dict[str, Any]:
    """The same map in tilebake's own format."""
    legend = {"g": "grass", "w": "water", "s": "sand"}
    return {"tilebake": 1, "tile_size": 16, "rows": list(rows), "legend": legend, **members}


def save(folder: Path, name: str, content: str | Mapping[str, object]) -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path
