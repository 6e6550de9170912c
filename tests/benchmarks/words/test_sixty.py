"""Of sixty words that a level designer types, each is told or one that the model was taught."""

import pytest

from benchmarks.words.run import told
from benchmarks.words.sixty import SIXTY

# The judge takes their pictures for what they mean: `python -m benchmarks.words --untold`.
PAINTED = {
    "Kopfsteinpflaster",
    "Schnee",
    "Wald",
    "Wasser",
    "Wiese",
    "acid",
    "autumn leaves",
    "brick wall",
    "bridge",
    "bushes",
    "carpet",
    "castle wall",
    "cave floor",
    "cliff",
    "cobbled street",
    "dirt path",
    "dungeon floor",
    "flower bed",
    "frozen river",
    "gravel path",
    "graveyard",
    "ice",
    "jungle",
    "lagoon",
    "lava",
    "lush green grass",
    "marble floor",
    "metal floor",
    "moss",
    "mountain",
    "mud",
    "mushrooms",
    "ocean",
    "palm trees",
    "pine trees",
    "red roof tiles",
    "river",
    "sand dunes",
    "sandy beach",
    "snowy mountain",
    "stairs",
    "swamp",
    "tall grass",
    "thatched roof",
    "vegetable garden",
    "village",
    "void",
    "volcanic rock",
    "wheat field",
    "wooden floor",
}


@pytest.mark.parametrize("word", SIXTY)
def test_a_word_is_told_unless_it_is_painted(word: str) -> None:
    assert bool(told(word)) != (word in PAINTED)
