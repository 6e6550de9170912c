"""What the settings of a map leave to the map."""

import json

import pytest

from tilebake.level.decide import decide_settings
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap, parse_map


def level(*rows: str, **keys: object) -> TileMap:
    head = {"tilebake": 1, "terrains": {"grass": "grass"}, "legend": {"g": "grass"}}
    return parse_map(json.dumps({**head, **keys, "rows": rows}))


@pytest.mark.parametrize(
    ("tilemap", "is_transparent"),
    [
        (level("gg", "g."), True),
        (level("gg", "gg"), False),
        (level("..", ".."), False),
        (level("gg", "gg", grid="isometric"), True),
        (level("gg", "gg", grid="half_offset"), True),
    ],
    ids=["a hole", "full", "without a tile", "isometric", "half-offset"],
)
def test_a_picture_is_transparent_where_tiles_leave_a_place_empty(
    tilemap: TileMap, is_transparent: bool
) -> None:
    assert decide_settings(BakeSettings(), tilemap).transparent is is_transparent
    assert decide_settings(BakeSettings(transparent=True), tilemap).transparent is is_transparent
    assert not decide_settings(BakeSettings(transparent=False), tilemap).transparent
