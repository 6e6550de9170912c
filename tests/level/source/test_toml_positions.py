"""Where the keys of a TOML text stand, for errors of tilebake.toml."""

import pytest

from tilebake.level.source.encoding import position
from tilebake.level.source.toml_positions import TomlPath, find_key

TEXT = '''# a comment with [settings] and key = 1
model = "embedded" # stepz = 3
maps = [
    "levels",  # one
    "more",
]
style = """
grass = "no key"
[terrains]
"""

[terrains]
grass = "lush"
"dark water" = { prompt = "x, = ]", weight = [1, 2] }
sand.prompt = 'golden'

[terrains.path]
prompt = "cobbles"

[settings]
stepz = 1.5

[[loras]]
path = "a"
[[loras]]
path = "b"
weight = "heavy"
'''


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("model",), (2, 1)),
        (("maps",), (3, 1)),
        (("maps", 1), (5, 5)),
        (("style",), (7, 1)),
        (("terrains",), (12, 2)),
        (("terrains", "grass"), (13, 1)),
        (("terrains", "dark water"), (14, 1)),
        (("terrains", "dark water", "weight"), (14, 37)),
        (("terrains", "dark water", "weight", 1), (14, 50)),
        (("terrains", "sand", "prompt"), (15, 6)),
        (("terrains", "path", "prompt"), (18, 1)),
        (("terrains", "path", "weight"), (17, 11)),
        (("settings", "stepz"), (21, 1)),
        (("loras", 0, "path"), (24, 1)),
        (("loras", 1, "path"), (26, 1)),
        (("loras", 1, "weight"), (27, 1)),
        (("loras", 1, "name"), (25, 3)),
        (("settings", "nothing"), (20, 2)),
    ],
)
def test_a_key_is_found_where_it_stands(path: TomlPath, place: tuple[int, int]) -> None:
    at = find_key(TEXT, path)
    assert at is not None
    assert position(TEXT, at) == place


def test_what_is_not_there_is_not_found() -> None:
    assert find_key(TEXT, ("nothing",)) is None
    assert find_key("", ("model",)) is None
