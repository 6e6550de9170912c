"""What docs/attention.md shows: the pictures of each exhibit, and the commands that paint them."""

import shlex
from dataclasses import dataclass
from typing import Final

from benchmarks.docs_pages.attention_prose import SEEN

GARDEN: Final = "docs/attention/garden.json"
WINTER: Final = "docs/attention/winter.json"
PLAIN: Final = "docs/attention/plain.json"
SNOWY: Final = '--prompt "snow-covered path" --width 192 --height 192'
AGAINST: Final = "--reweight snow-covered=-1"


@dataclass(frozen=True)
class Shot:
    """One picture, as a user would have it painted."""

    title: str
    command: str  # what follows `tilebake`, with --out

    @property
    def words(self) -> list[str]:
        """The command's arguments."""
        return shlex.split(self.command)

    @property
    def out(self) -> str:
        """The file that it writes."""
        words = self.words
        return words[words.index("--out") + 1]


@dataclass(frozen=True)
class Exhibit:
    """A row of pictures with a heading, and what one sees."""

    name: str  # of the file, without its ending
    heading: str
    shots: tuple[Shot, ...]
    seen: str  # plain text behind the pictures
    shown: tuple[int, ...] = ()  # the shots whose commands are written out; all of them if empty
    size: int = 216  # pixels along a picture's longer side

    @property
    def told(self) -> tuple[Shot, ...]:
        """The shots whose commands stand on the page."""
        return tuple(self.shots[at] for at in self.shown) or self.shots


def edit(title: str, subject: str, options: str, out: str) -> Shot:
    """Make the exhibit of an edit of a map or of a plain prompt."""
    return Shot(title, f"edit {subject} {options} --out {out}.png")


def _weights() -> tuple[Shot, ...]:
    weights = (-5, -3, -1, 1, 3, 5)
    return tuple(
        edit(f"snow-covered x {w}", SNOWY, f"--reweight snow-covered={w}", f"path{w}") for w in weights
    )


BEFORE: Final = Shot("before", f"bake {GARDEN} --out garden.png")
EXHIBITS: Final = (
    Exhibit(
        "words",
        "Where words work in a map",
        (Shot("", f'show attention {GARDEN} --words grass,"cobblestone path" --out words.png'),),
        SEEN["words"],
        size=900,
    ),
    Exhibit(
        "plain",
        "Where words work in a plain prompt",
        (Shot("", f"show attention {PLAIN} --words snow,lava,grass --out plain.png"),),
        SEEN["plain"],
        size=900,
    ),
    Exhibit(
        "swap",
        "A word swapped",
        (
            BEFORE,
            edit("dry to lush", GARDEN, "--terrain meadow --replace dry lush", "lush"),
            edit("dark forest to autumn forest", GARDEN, "--terrain forest --replace dark autumn", "autumn"),
            edit("golden to snowy", GARDEN, "--terrain sand --replace golden snowy", "snowy"),
        ),
        SEEN["swap"],
        size=288,
    ),
    Exhibit(
        "rerun",
        "A swap beside a new picture",
        (
            Shot(
                "lush grass", 'generate "lush grass" --width 192 --height 192 --seed 0 --out lush-grass.png'
            ),
            edit(
                "edited",
                '--prompt "lush grass" --width 192 --height 192 --seed 0',
                "--replace lush dry",
                "dry",
            ),
            Shot(
                "a new picture", 'generate "dry grass" --width 192 --height 192 --seed 0 --out dry-grass.png'
            ),
        ),
        SEEN["rerun"],
    ),
    Exhibit("weights", "A word from -5 to 5, without a mask", _weights(), SEEN["weights"], shown=(0, 5)),
    Exhibit(
        "thresholds",
        "Only where the word works",
        (
            Shot("before", f"bake {WINTER} --out winter.png"),
            edit("x -1 everywhere", WINTER, AGAINST, "all"),
            edit("above 0.3", WINTER, f"{AGAINST} --threshold 0.3", "third"),
            edit("above 0.45", WINTER, f"{AGAINST} --threshold 0.45", "half"),
            edit("averaged", WINTER, f"{AGAINST} --threshold 0.45 --average", "average"),
            edit("compressed", WINTER, f"{AGAINST} --threshold 0.45 --compress 0.5", "compressed"),
        ),
        SEEN["thresholds"],
    ),
    Exhibit(
        "refined",
        "A better prompt",
        (
            BEFORE,
            edit("refined", GARDEN, '--terrain path --refine "mossy cobblestone path"', "moss"),
            edit(
                "mossy x 2, no echo",
                GARDEN,
                '--terrain path --refine "mossy cobblestone path" --reweight mossy=2 --no-echo',
                "moss2alone",
            ),
            edit(
                "mossy x 2",
                GARDEN,
                '--terrain path --refine "mossy cobblestone path" --reweight mossy=2',
                "moss2",
            ),
        ),
        SEEN["refined"],
        size=256,
    ),
    Exhibit(
        "seed",
        "Another seed",
        (
            Shot("before", f"bake {GARDEN} --seed 8 --out garden8.png"),
            edit("dry to lush", GARDEN, "--seed 8 --terrain meadow --replace dry lush", "lush8"),
            edit("refined", GARDEN, '--seed 8 --terrain path --refine "mossy cobblestone path"', "moss8"),
        ),
        SEEN["seed"],
        size=288,
    ),
)
