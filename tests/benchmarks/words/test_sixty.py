"""Of sixty words that a level designer types, each is told or one that the model was taught."""

import pytest

from benchmarks.words.run import told
from benchmarks.words.sixty import SIXTY

# The judge takes their pictures for what they mean: `python -m benchmarks.words --untold`.
PAINTED = {
    "brick wall",
    "cliff",
    "dungeon floor",
    "gravel path",
    "ice",
    "lava",
    "lush green grass",
    "ocean",
    "palm trees",
    "pine trees",
    "river",
    "sand dunes",
    "sandy beach",
    "swamp",
    "tall grass",
    "wheat field",
    "wooden floor",
}


@pytest.mark.parametrize("word", SIXTY)
def test_a_word_is_told_unless_it_is_painted(word: str) -> None:
    assert bool(told(word)) != (word in PAINTED)
