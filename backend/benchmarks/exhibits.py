"""What docs/attention.md shows: the pictures of each exhibit, and the commands that paint them."""

import shlex
from dataclasses import dataclass
from typing import Final

GARDEN: Final = "docs/attention/garden.json"
PLAIN: Final = "docs/attention/plain.json"
MOSSY: Final = '--prompt "mossy cobblestone path" --width 192 --height 192'


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
    """An edit of a map or of a plain prompt."""
    return Shot(title, f"edit {subject} {options} --out {out}.png")


def _weights() -> tuple[Shot, ...]:
    weights = (-5, -3, -1, 1, 3, 5)
    return tuple(edit(f"mossy x {w}", MOSSY, f"--reweight mossy={w}", f"mossy{w}") for w in weights)


BEFORE: Final = Shot("before", f"bake {GARDEN} --out garden.png")
OPENING: Final = ""
EXHIBITS: Final = (
    Exhibit(
        "words",
        "Where words work in a map",
        (Shot("", f'show attention {GARDEN} --words grass,"cobblestone path" --out words.png'),),
        "",
        size=900,
    ),
    Exhibit(
        "plain",
        "Where words work in a plain prompt",
        (Shot("", f"show attention {PLAIN} --words snow,lava,grass --out plain.png"),),
        "",
        size=900,
    ),
    Exhibit(
        "swap",
        "A word swapped",
        (
            BEFORE,
            edit("dry → lush", GARDEN, "--terrain meadow --replace dry lush", "lush"),
            edit("dark forest → autumn forest", GARDEN, "--terrain forest --replace dark autumn", "autumn"),
            edit("golden → snowy", GARDEN, "--terrain sand --replace golden snowy", "snowy"),
        ),
        "",
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
        "",
    ),
    Exhibit("weights", "A word from -5 to 5, without a mask", _weights(), "", shown=(0, 5)),
    Exhibit(
        "thresholds",
        "Only where the word works",
        (
            Shot("before", f"generate {MOSSY.removeprefix('--prompt ')} --seed 0 --out mossy.png"),
            edit("everywhere", MOSSY, "--reweight mossy=-5", "all"),
            edit("above 0.3", MOSSY, "--reweight mossy=-5 --threshold 0.3", "third"),
            edit("above 0.45", MOSSY, "--reweight mossy=-5 --threshold 0.45", "half"),
            edit("averaged", MOSSY, "--reweight mossy=-5 --threshold 0.45 --average", "average"),
            edit("compressed", MOSSY, "--reweight mossy=-5 --threshold 0.45 --compress 0.5", "compressed"),
        ),
        "",
    ),
    Exhibit(
        "refined",
        "A better prompt",
        (
            BEFORE,
            edit("refined", GARDEN, '--terrain path --refine "mossy cobblestone path"', "moss"),
            edit(
                "and mossy x 5",
                GARDEN,
                '--terrain path --refine "mossy cobblestone path" --reweight mossy=5',
                "moss5",
            ),
        ),
        "",
        size=288,
    ),
    Exhibit(
        "seed",
        "Another seed",
        (
            Shot("before", f"bake {GARDEN} --seed 8 --out garden8.png"),
            edit("dry → lush", GARDEN, "--seed 8 --terrain meadow --replace dry lush", "lush8"),
            edit("refined", GARDEN, '--seed 8 --terrain path --refine "mossy cobblestone path"', "moss8"),
        ),
        "",
        size=288,
    ),
)
