"""Rows are read sign by sign, as people see them, however their code points are."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilebake.errors import MapError
from tilebake.level.source.signs import is_one_sign, signs_of, spell_sign
from tilebake.level.tilemap import TileMap, parse_map

MOUNTAIN, FAMILY, FLAG, KEYCAP = "\U0001f3d4\ufe0f", "👩‍👩‍👧", "\U0001f1e9\U0001f1ea", "1\ufe0f\u20e3"
E_ACUTE, E_APART = "\u00e9", "e\u0301"


def read(legend: dict[str, str], *rows: str) -> TileMap:
    terrains = dict.fromkeys(legend.values(), "grass")
    return parse_map(json.dumps({"tilebake": 1, "terrains": terrains, "legend": legend, "rows": rows}))


def names(tilemap: TileMap) -> list[str]:
    return [tile.terrain for tile in tilemap.tiles]


@pytest.mark.parametrize(
    "sign", [MOUNTAIN, FAMILY, FLAG, KEYCAP, E_APART, "👋🏽", "\u1112\u1161\u11ab", "g", "ก็"]
)
def test_a_sign_of_several_code_points_is_one(sign: str) -> None:
    assert is_one_sign(sign)
    assert [each.at for each in signs_of(f"x{sign}{sign}y")] == [0, 1, 1 + len(sign), 1 + 2 * len(sign)]


@pytest.mark.parametrize("text", ["gg", "", FLAG * 2, "ge\u0301", "\u1100\u1161\u1100\u1161"])
def test_several_signs_are_not_one(text: str) -> None:
    assert not is_one_sign(text)


def test_emoji_with_variations_are_keys_with_and_without_them() -> None:
    legend = {MOUNTAIN: "rock", "🌊": "sea", "🌲": "wood"}
    expected = ["rock", "sea", "wood", "wood", "rock", "sea"]
    for mountain in (MOUNTAIN, MOUNTAIN[0]):
        assert names(read(legend, f"{mountain}🌊🌲", f"🌲{mountain}🌊")) == expected
    assert names(read({MOUNTAIN[0]: "rock"}, MOUNTAIN * 2)) == ["rock", "rock"]


def test_composed_and_decomposed_letters_are_one() -> None:
    for key in (E_ACUTE, E_APART):
        assert names(read({key: "tea", "o": "sea"}, f"{E_APART}o", f"o{E_ACUTE}")) == [
            "tea",
            "sea",
            "sea",
            "tea",
        ]


def test_a_map_that_has_a_mark_for_a_key_is_read_as_ever() -> None:
    assert names(read({"e": "a", "\u0301": "b"}, "e\u0301")) == ["a", "b"]


def test_two_keys_that_look_the_same_are_refused_if_they_differ() -> None:
    assert names(read({E_ACUTE: "a", E_APART: "a"}, f"{E_APART}{E_APART}")) == ["a", "a"]
    with pytest.raises(MapError, match="in two spellings"):
        read({E_ACUTE: "a", E_APART: "b"}, E_APART * 2)


def test_an_unknown_sign_is_shown_where_it_is() -> None:
    with pytest.raises(MapError, match='the legend has no "🌊"') as caught:
        read({MOUNTAIN: "rock"}, f"{MOUNTAIN}{MOUNTAIN}🌊")
    assert str(caught.value.where.json_path) == "$.rows[0][4]"


def test_a_key_of_two_signs_is_refused() -> None:
    with pytest.raises(MapError, match='the key "gg" is more than one sign; write one sign'):
        read({"gg": "grass"}, "gg")


@given(st.text(min_size=1, alphabet="ge\u0301\ufe0f\u200d👩🏽\U0001f1e9\U0001f3d4\u1100\u1161", max_size=20))
def test_signs_cover_their_row_and_have_one_spelling(row: str) -> None:
    signs = [*signs_of(row)]
    ends = [sign.at for sign in signs[1:]] + [len(row)]
    assert [spell_sign(row[sign.at : end]) for sign, end in zip(signs, ends, strict=True)] == [
        sign.spelling for sign in signs
    ]
    assert all(unicodedata.is_normalized("NFC", sign.spelling) for sign in signs)
