"""Files that are no text, no UTF-8, or beyond all measure."""

import os
from pathlib import Path

import pytest

from tilebake.errors import MapError
from tilebake.level.source.encoding import MAX_BYTES
from tilebake.level.tilemap import parse_map, read_map

HEAD = '{"tilebake": 1,\n '


def test_a_byte_order_mark_is_passed_over() -> None:
    text = '{"tilebake": 1, "rows": ["."]}'
    assert parse_map(text.encode("utf-8-sig")) == parse_map(text) == parse_map("\ufeff" + text)


ENCODED = {
    "UTF-16": ('{"tilebake": 1}'.encode("utf-16"), "1:1: is UTF-16, not UTF-8; save it as UTF-8"),
    "UTF-16 without a mark": (
        '{"tilebake": 1}'.encode("utf-16-le"),
        "1:1: is not UTF-8; it looks like UTF-16",
    ),
    "UTF-32": ('{"tilebake": 1}'.encode("utf-32"), "1:1: is UTF-32, not UTF-8; save it as UTF-8"),
    "Latin-1": (
        '{"tilebake": 1,\n "name": "Forêt"}'.encode("latin-1"),
        '2:14: is not UTF-8: byte 0xea here ("ê" in Latin-1 or Windows-1252); save it as UTF-8',
    ),
}


@pytest.mark.parametrize(("data", "message"), ENCODED.values(), ids=ENCODED.keys())
def test_another_encoding_is_named(data: bytes, message: str) -> None:
    with pytest.raises(MapError) as caught:
        parse_map(data)
    assert str(caught.value).startswith(message)
    assert "save it as UTF-8" in str(caught.value)


ABSURD = {
    "5,000 digits": (HEAD + '"seed": ' + "9" * 5000 + "}", "2:10: $.seed: a number of more than 300 digits"),
    "400 digits": (HEAD + '"seed": ' + "9" * 400 + "}", "2:10: $.seed: a huge number is too large"),
    "400 digits for a fraction": (
        HEAD + '"settings": {"mask_sigma": ' + "9" * 400 + "}}",
        "2:29: $.settings.mask_sigma: a huge number is too large",
    ),
    "nested 100,000 deep": (
        HEAD + '"name": ' + "[" * 100_000 + "]" * 100_000 + "}",
        "2:110: $.name[0][0]: is nested",
    ),
    "100,000 open brackets": (
        "[" * 100_000,
        "1:102: $[0][0][0]: is nested more than 100 deep; a map is at most five",
    ),
    "100,000 open objects": ('{"a":' * 100_000, "1:506: $.a.a.a: is nested more than 100 deep"),
    "a key of 100,000 characters": (HEAD + f'"{"k" * 100_000}": 1' + "}", '2:2: $["' + "k" * 55 + "…"),
    "8 million cells": (
        HEAD + '"rows": [' + ",".join(['"' + "." * 8192 + '"'] * 1024) + "]}",
        "2:10: $.rows: the rows have 8192 x 1024 cells; the limit is 1,048,576; split the map",
    ),
    "100,000 wrong cells": (
        HEAD + '"cells": [' + ",".join(["7"] * 100_000) + "]}",
        "2:12: $.cells[0]: 7 is not",
    ),
}


@pytest.mark.parametrize(("text", "message"), ABSURD.values(), ids=ABSURD.keys())
def test_the_absurd_is_refused_in_few_words(text: str, message: str) -> None:
    with pytest.raises(MapError) as caught:
        parse_map(text)
    assert str(caught.value).startswith(message)
    assert len(str(caught.value)) < 600
    assert caught.value.hint


@pytest.mark.parametrize("key", ["name", "grid", "tile_size", "rows", "seed", "terrains", "settings"])
@pytest.mark.parametrize("depth", [90, 300, 700])
def test_a_deep_list_is_not_printed(key: str, depth: int) -> None:
    with pytest.raises(MapError, match="a list") as caught:
        parse_map(HEAD + f'"{key}": ' + "[" * depth + "]" * depth + "}")
    assert "[[" not in str(caught.value)


def test_a_message_moves_no_terminal() -> None:
    with pytest.raises(MapError) as caught:
        parse_map('{"tilebake": 1, "grid": "\\u001b[2J\\u009b\\u202e"}')
    assert str(caught.value).isprintable()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MapError, match="cannot be read: No such file or directory; check the path"):
        read_map(tmp_path / "forest.json")


def test_a_folder_is_no_map(tmp_path: Path) -> None:
    with pytest.raises(MapError, match="is a folder; name a file"):
        read_map(tmp_path)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(MapError, match="is 64 MiB large; the limit is 64 MiB"):
        read_map(path)


def test_a_pipe_in_the_place_of_a_map_holds_nobody_up(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        return
    os.mkfifo(tmp_path / "a.json")
    with pytest.raises(MapError, match="not a regular file"):
        read_map(tmp_path / "a.json")


def test_a_map_without_an_end_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"tilebake": 1}', encoding="utf-8")
    os.truncate(tmp_path / "a.json", 200 << 30)
    with pytest.raises(MapError, match="204,800 MiB large; the limit is 64 MiB"):
        read_map(tmp_path / "a.json")
